"""What Godot's editor gets: imports, previews and buttons for the classes of this addon.

Games never load it. `plugin` adds everything to the editor.
"""

from .plugin import EditorNpcVideo

__all__ = ["EditorNpcVideo"]
