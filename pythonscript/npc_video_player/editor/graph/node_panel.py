"""The selected node in full: label, id, type and all its settings."""

from __future__ import annotations

from collections.abc import Callable

from godot import Control, LineEdit, ScrollContainer, VBoxContainer, Vector2
from npc_video.graph.document.describing import NODE_DESCRIPTIONS
from npc_video.graph.document.field_operations import Path
from npc_video.graph.document.operations import RenameNode, SetLabel
from npc_video.graph.document.shown_fields import ShownField, shown_fields
from npc_video.graph.tracing import Trace

from .. import look
from .fields import Edit, Feel, FieldView, NameLine, fault_at
from .node_view import Shown
from .output_list import OutputList
from .plot import Plot
from .tables import TableView
from .template_field import TemplateField

__all__ = ["NodePanel"]

View = FieldView | TableView | TemplateField

_WIDTH = 360.0
_ID_HELP = "What wires and problems call the node."
_TABLES = "table", "rows"
_STATES: Path = ("states",)


class NodePanel:
    """Shows one node, whose settings are changed by mouse or keyboard; `root` is the control.

    Args:
        edit: makes the edits.
        feel: takes keys before the controls do.
        plot: has the outputs that are pinned.
        lead: offers what could lead to an input of a node.
    """

    def __init__(self, edit: Edit, feel: Feel, plot: Plot, lead: Callable[[str, str], None]):
        self._edit = edit
        self._feel = feel
        self._lead = lead
        self._shown: Shown | None = None
        self._trace: Trace = {}
        self._outputs = OutputList(plot)
        self._layout: tuple[object, ...] = ()
        self._typing = object()  # of a label, that goes on
        self._views: dict[Path, View] = {}
        self._nothing = look.text("Select a node to see its settings here.")
        self._label = LineEdit()
        self._label.tooltip_text = "What the node is called here. Nothing else depends on it."
        self._label.text_changed.connect(self._set_label)
        self._label.focus_exited.connect(self._leave_label)
        self._label.gui_input.connect(feel)
        self._id = NameLine(self._rename, feel)
        self._type = look.text()
        self._help = look.text()
        self._fields = VBoxContainer()
        self._column = VBoxContainer()
        self._column.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._column.add_child(self._type)
        self._column.add_child(self._help)
        self._column.add_child(
            look.form(
                (
                    ("Label", self._label.tooltip_text, self._label),
                    ("Id", _ID_HELP, self._id.root),
                )
            )
        )
        self._column.add_child(self._fields)
        self._column.add_child(self._outputs.root)
        content = VBoxContainer()
        content.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        content.add_child(self._nothing)
        content.add_child(self._column)
        self.root = ScrollContainer()
        self.root.name = "NodePanel"
        self.root.follow_focus = True
        self.root.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
        self.root.custom_minimum_size = Vector2(look.scaled(_WIDTH), 0.0)
        self.root.add_child(content)
        self.show(None)

    def show(self, shown: Shown | None) -> None:
        """Shows a node, or that none is selected; the control that one types in stays."""
        before, self._shown = self._shown, shown
        self._nothing.visible = shown is None
        self._column.visible = shown is not None
        if shown is None:
            return
        node = shown.node
        if before is None or before.node.key != node.key:
            self._typing = object()
        if self._label.text != node.label:
            self._label.text = node.label
        self._id.show(node.id, _ID_HELP)
        description = NODE_DESCRIPTIONS.get(node.type)
        look.tell(self._type, node.type or "no type")
        look.tell(self._help, description.help if description else "There is no such type.")
        self._show_fields(shown)
        self._show_values(shown)

    def show_trace(self, trace: Trace) -> None:
        """Shows the values of the node after a turn; none if the trace is empty."""
        self._trace = trace
        if self._shown is not None:
            self._show_values(self._shown)

    def _show_values(self, shown: Shown) -> None:
        trace = self._trace.get(shown.node.key)
        self._outputs.show(shown.node.key, shown.ports, trace)
        states = self._views.get(_STATES)
        if isinstance(states, TableView):
            state = None if trace is None else trace.cell
            states.light(state if isinstance(state, str) else "")

    def focus(self) -> None:
        """Gives the first line the keyboard, if a node is shown."""
        if self._shown is not None:
            self._label.grab_focus()

    def _show_fields(self, shown: Shown) -> None:
        node, faults = shown.node, shown.faults
        fields = shown_fields(node)
        layout = (node.type, *((field.path, _view_of(field)) for field in fields))
        if layout != self._layout:
            self._layout = layout
            self._build(fields)
        for field in fields:
            view = self._views[field.path]
            if isinstance(view, TableView):
                view.show(node.key, field, node.fields, faults)
            elif isinstance(view, TemplateField):
                view.show(node.key, field, shown.ports, faults)
            else:
                view.show(node.key, field, fault_at(faults, field.path))

    def _build(self, fields: tuple[ShownField, ...]) -> None:
        for child in self._fields.get_children():
            self._fields.remove_child(child)
            child.queue_free()
        self._views = {}
        for field in fields:
            caption = look.text(field.field.name)
            caption.tooltip_text = field.field.help
            caption.mouse_filter = Control.MOUSE_FILTER_PASS
            caption.theme_type_variation = "HeaderSmall"
            view = self._made(_view_of(field))
            self._views[field.path] = view
            self._fields.add_child(caption)
            self._fields.add_child(view.root)

    def _made(self, view: type[View]) -> View:
        if view is TemplateField:
            return TemplateField(self._edit, self._feel, self._lead)
        return (
            TableView(self._edit, self._feel)
            if view is TableView
            else FieldView(self._edit, self._feel)
        )

    def _leave_label(self) -> None:
        self._typing = object()

    def _set_label(self, label: str) -> None:
        if self._shown is not None and label != self._shown.node.label:
            key = self._shown.node.key
            self._edit(f"Label {key}", SetLabel(key, label), within=self._typing)

    def _rename(self, name: str) -> None:
        if self._shown is not None:
            self._edit(f"Rename {name}", RenameNode(self._shown.node.key, name))


def _view_of(field: ShownField) -> type[View]:
    if field.kind in _TABLES:
        return TableView
    return TemplateField if field.kind == "template" else FieldView
