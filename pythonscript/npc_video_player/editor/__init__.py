"""Adds imports, previews and buttons for the classes of this addon to Godot's editor.

Games never load it. `plugin` adds everything to the editor.
"""

from .plugin import EditorNpcVideo

__all__ = ["EditorNpcVideo"]
