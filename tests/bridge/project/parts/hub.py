"""Imported by its neighbour."""

AXLE = "steel"
