"""Defines the nodes that turn mouse, pen and fingers into interactions."""
