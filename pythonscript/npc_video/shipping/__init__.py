"""The way of a finished game to its players: install the addon, export, check what is shipped.

Godot is only ever run as a program here. `console`, `process`, `lock`, `engine` and `godot` use the
standard library alone, because `run.py` needs them before anything is installed.
"""
