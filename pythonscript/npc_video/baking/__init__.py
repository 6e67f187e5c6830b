"""Clips made before a game ships, so that its players need no generator.

`bake` generates them into a folder, `session` finds in session files which ones are needed, and
`protocol` connects the command with the engine that it starts.
"""
