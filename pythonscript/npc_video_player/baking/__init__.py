"""Bakes in an engine without a window: finds the NPCs of a project and makes their clips."""
