"""Defines properties of nodes and resources: their threads, and their notifications."""
