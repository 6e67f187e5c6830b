"""The list of node types beside the canvas, from which nodes are dragged."""

from __future__ import annotations

from collections.abc import Callable

from godot import Label, Tree, TreeItem, Vector2
from npc_video.graph.document.describing import NODE_DESCRIPTIONS

from ..look import scaled
from .node_view import colour_of

__all__ = ["NodePalette", "dragged_type"]

_WIDTH = 150.0
_DRAGGED = "npc_node_type"


def dragged_type(data: object) -> str:
    """The node type that is dragged over the canvas; "" if it is something else."""
    return str(data.get(_DRAGGED, "")) if isinstance(data, dict) else ""


class NodePalette:
    """The node types by family; `root` is the list.

    Args:
        add: called with a type that is chosen by a double click or Enter.
    """

    def __init__(self, add: Callable[[str], None]) -> None:
        self.root = Tree()
        self.root.hide_root = True
        self.root.custom_minimum_size = Vector2(scaled(_WIDTH), 0.0)
        self._add = add
        families: dict[str, TreeItem] = {}
        root = self.root.create_item()
        for described in NODE_DESCRIPTIONS.values():
            if described.family not in families:
                families[described.family] = self._row(root, described.family)
            row = self._row(families[described.family], described.type.rpartition(".")[2])
            row.set_tooltip_text(0, f"{described.type}\n{described.help}")
            row.set_metadata(0, described.type)
        for family, row in families.items():
            row.set_custom_color(0, colour_of(family))
            row.set_selectable(0, False)
        self.root.item_activated.connect(self._activate)
        self.root.set_drag_forwarding(self._drag, lambda _at, _data: False, lambda _at, _data: None)

    def _row(self, parent: TreeItem | None, caption: str) -> TreeItem:
        row = self.root.create_item(parent)
        assert row is not None
        row.set_text(0, caption)
        return row

    def _activate(self) -> None:
        chosen = self.root.get_selected()
        if chosen is not None and chosen.get_metadata(0):
            self._add(str(chosen.get_metadata(0)))

    def _drag(self, at: Vector2) -> dict[str, str] | None:
        row = self.root.get_item_at_position(at)
        type_name = "" if row is None else str(row.get_metadata(0) or "")
        if not type_name:
            return None
        preview = Label()
        preview.text = type_name
        self.root.set_drag_preview(preview)
        return {_DRAGGED: type_name}
