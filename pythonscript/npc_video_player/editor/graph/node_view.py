"""One node on the canvas: its title, its ports and its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from godot import (
    HORIZONTAL_ALIGNMENT_RIGHT,
    Color,
    Control,
    EditorInterface,
    GraphNode,
    HBoxContainer,
    Label,
    VBoxContainer,
    Vector2,
)
from npc_video.graph.document.document import DocumentNode
from npc_video.graph.document.field_operations import Path
from npc_video.graph.document.ports import NodePorts, ShownPort
from npc_video.graph.document.shown_fields import ShownField, shown_fields
from npc_video.graph.tracing import NodeTrace, in_few_letters

from ..look import scaled
from .fields import Edit, FaultLine, Feel, FieldView, fault_at, summary
from .tints import TitleTints

__all__ = ["NodeView", "Shown", "colour_of"]

_PORT = 0  # one kind: any port may lead to any other
_WIDTH = 150.0
_FIELD_WIDTH = 110.0
_LEAST_GAP = 12.0
_HUES = {
    "input": 0.58,
    "math": 0.12,
    "logic": 0.78,
    "state": 0.03,
    "response": 0.36,
    "util": 0.5,
    "video": 0.9,
}
_TABLES = "table", "rows"
_UNKNOWN = Color(0.5, 0.5, 0.5)


def colour_of(type_name: str) -> Color:
    """The colour of a family of nodes."""
    hue = _HUES.get(type_name.partition(".")[0])
    return _UNKNOWN if hue is None else Color.from_hsv(hue, 0.55, 0.75)


@dataclass(frozen=True, slots=True)
class Shown:
    """The content of a node on the canvas: equal ones need no change of the view.

    Attributes:
        fault: the first of its problems, or "".
        faults: sentences by the settings that they are about.
    """

    node: DocumentNode
    ports: NodePorts
    fault: str = ""
    faults: Mapping[Path, str] = field(default_factory=dict)

    def looks_like(self, other: Shown | None) -> bool:
        """Whether the views of both are the same; places of the text do not count."""
        if other is None:
            return False
        return self._look() == other._look()

    def _look(self) -> tuple[object, ...]:
        node = self.node
        # Equality does not tell 1 from true, or from 1.0.
        return (
            node.key,
            node.type,
            node.label,
            repr(node.fields),
            self.ports,
            self.faults,
            self.fault,
        )


def _named(ports: NodePorts) -> tuple[list[str], list[str]]:
    return [port.name for port in ports.inputs], [port.name for port in ports.outputs]


class NodeView:
    """Builds the controls of a node and keeps them as the document says.

    Attributes:
        root: the element of the canvas.
    """

    def __init__(self, name: str, edit: Edit, feel: Feel, tints: TitleTints):
        self.name = name
        self._tints = tints
        self._edit = edit
        self._feel = feel
        self._layout: tuple[object, ...] = ()
        self._views: dict[Path, FieldView] = {}
        self._outputs: dict[str, Label] = {}
        self._colour: Color | None = None
        self._tables: dict[Path, _TableRow] = {}
        self.root = GraphNode()
        self.root.name = name
        self.root.custom_minimum_size = Vector2(scaled(_WIDTH), 0.0)
        self._has_wrapped = False
        self.shown: Shown | None = None

    def show(self, shown: Shown) -> None:
        """Shows the node, if it looks different from before."""
        if shown.looks_like(self.shown):
            self.shown = shown
            return
        self.shown = shown
        node = shown.node
        self.root.title = node.label or node.id or node.key
        self.root.tooltip_text = node.type
        self._tint(shown)
        fields = shown_fields(node)
        layout = (
            node.type,
            _named(shown.ports),
            tuple((each.path, each.kind in _TABLES) for each in fields),
        )
        if layout != self._layout:
            self._build(shown, fields, layout)
        for each in fields:
            fault = fault_at(shown.faults, each.path)
            if each.path in self._views:
                self._views[each.path].show(node.key, each, fault)
            else:
                self._tables[each.path].show(each, fault)
        if self.root.is_inside_tree():
            self.root.size = Vector2()
        if shown.faults and not self._has_wrapped:
            # Wrapped words know their height only once they know their width.
            self._has_wrapped = True
            self.root.minimum_size_changed.connect(self._shrink)

    def _shrink(self) -> None:
        self.root.size = Vector2()

    def show_values(self, trace: NodeTrace | None) -> None:
        """Shows the values of a turn at the outputs; none without a trace."""
        for name, label in self._outputs.items():
            value = None if trace is None else trace.outputs.get(name)
            label.text = name if trace is None else f"{name}: {in_few_letters(value)}"
        self.root.size = Vector2()

    def _build(
        self, shown: Shown, fields: tuple[ShownField, ...], layout: tuple[object, ...]
    ) -> None:
        """Makes a row for each pair of ports, and below one for each setting."""
        if self._layout:
            for child in self.root.get_children():
                self.root.remove_child(child)
                child.queue_free()
            self.root.clear_all_slots()
        self._layout = layout
        colour = colour_of(shown.node.type)
        ports = shown.ports
        self._outputs = {}
        for index, (left, right) in enumerate(zip_longest(ports.inputs, ports.outputs)):
            labels = [None if port is None else _port(port) for port in (left, right)]
            self.root.add_child(_port_row(*labels))
            if right is not None and labels[1] is not None:
                self._outputs[right.name] = labels[1]
            self.root.set_slot(
                index, left is not None, _PORT, colour, right is not None, _PORT, colour
            )
        self._views, self._tables = {}, {}
        for each in fields:
            if each.kind in _TABLES:
                table = self._tables[each.path] = _TableRow()
                self.root.add_child(table.root)
            else:
                view = self._views[each.path] = FieldView(self._edit, self._feel)
                self.root.add_child(_field_row(each, view))

    def follow_theme(self) -> None:
        """Takes the colours of a theme that the editor has from now on."""
        self._colour = None
        if self.shown is not None:
            self._tint(self.shown)

    def _tint(self, shown: Shown) -> None:
        colour = colour_of(shown.node.type)
        if shown.fault:
            colour = EditorInterface.get_editor_theme().get_color("error_color", "Editor")
        if colour != self._colour:
            self._colour = colour
            self._tints.tint(self.root, colour)


def _port_row(left: Label | None, right: Label | None) -> Control:
    """The row of an input, an output, or both."""
    if right is not None:
        right.horizontal_alignment = HORIZONTAL_ALIGNMENT_RIGHT
    if left is None or right is None:
        only = left or right
        assert only is not None
        return only
    row = HBoxContainer()
    row.mouse_filter = Control.MOUSE_FILTER_IGNORE
    row.add_theme_constant_override("separation", scaled(_LEAST_GAP))
    left.size_flags_horizontal = Control.SIZE_EXPAND_FILL
    row.add_child(left)
    row.add_child(right)
    return row


def _port(port: ShownPort) -> Label:
    label = Label()
    label.text = port.name
    label.mouse_filter = Control.MOUSE_FILTER_PASS
    if port.about is not None:
        label.tooltip_text = port.about.help
    return label


class _TableRow:
    """The number of a table's entries, and its problem below; `root` is around both."""

    def __init__(self) -> None:
        self._count = Label()
        self._count.mouse_filter = Control.MOUSE_FILTER_PASS
        self.root = VBoxContainer()
        self.root.mouse_filter = Control.MOUSE_FILTER_IGNORE
        self.root.add_theme_constant_override("separation", 0)
        self.root.add_child(self._count)
        self._fault = FaultLine(self.root)

    def show(self, shown: ShownField, fault: str) -> None:
        self._count.text = summary(shown)
        self._count.tooltip_text = shown.field.help
        self._fault.show(fault)


def _field_row(shown: ShownField, view: FieldView) -> HBoxContainer:
    row = HBoxContainer()
    row.mouse_filter = Control.MOUSE_FILTER_IGNORE
    caption = Label()
    caption.text = shown.field.name
    caption.tooltip_text = shown.field.help
    caption.mouse_filter = Control.MOUSE_FILTER_PASS
    caption.size_flags_vertical = Control.SIZE_SHRINK_BEGIN
    row.add_child(caption)
    view.root.custom_minimum_size = Vector2(scaled(_FIELD_WIDTH), 0.0)
    row.add_child(view.root)
    return row
