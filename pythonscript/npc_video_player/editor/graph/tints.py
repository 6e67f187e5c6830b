"""The title bars of nodes in the colours of their families."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from godot import Color, EditorInterface, GraphEdit, GraphNode, StyleBox, StyleBoxFlat, Theme

__all__ = ["TitleTints"]

_STRENGTHS: Mapping[str, float] = {"titlebar": 0.45, "titlebar_selected": 0.7}


class TitleTints:
    """Makes one style for each colour, which all title bars of that colour share.

    Args:
        canvas: where the nodes are.
        changed: called when the editor has another theme, so that nodes need new styles.
    """

    def __init__(self, canvas: GraphEdit, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._theme: Theme = EditorInterface.get_editor_theme()
        self._styles: dict[tuple[str, Color], StyleBox] = {}
        canvas.theme_changed.connect(self._follow)

    def tint(self, element: GraphNode, colour: Color) -> None:
        """Gives the title bar of a node a colour."""
        for name, strength in _STRENGTHS.items():
            style = self._styles.get((name, colour))
            if style is None:
                style = self._styles[name, colour] = self._made(name, colour, strength)
            element.add_theme_stylebox_override(name, style)

    def _made(self, name: str, colour: Color, strength: float) -> StyleBox:
        style = self._theme.get_stylebox(name, "GraphNode")
        if isinstance(style, StyleBoxFlat):
            style = cast(StyleBoxFlat, style.duplicate())
            style.bg_color = style.bg_color.lerp(colour, strength)
        return style

    def _follow(self) -> None:
        theme = EditorInterface.get_editor_theme()
        if theme != self._theme:
            self._theme = theme
            self._styles = {}
            self._changed()
