"""Clips made before a game ships, so that its players need no generator.

`bake` generates them into a folder, `session` reads from a playthrough which ones are needed, and
`protocol` connects the command with the engine that it starts.
"""
