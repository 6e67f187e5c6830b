"""Clips made before a game ships, so that its players need no generator.

`bake` makes them into a folder, `session` reads from a playthrough which are wanted, `protocol`
joins the command with the engine that it starts.
"""
