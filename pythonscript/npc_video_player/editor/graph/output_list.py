"""The outputs of the selected node: their values, and boxes that pin them to the plot."""

from __future__ import annotations

from functools import partial

from godot import CheckBox, Control, GridContainer, Label, VBoxContainer
from npc_video.graph.document.ports import NodePorts
from npc_video.graph.nodes.base import text as text_of
from npc_video.graph.tracing import NodeTrace

from .. import look
from .plot import Plot

__all__ = ["OutputList"]


class OutputList:
    """A row for each output; `root` is hidden without any."""

    def __init__(self, plot: Plot):
        self._plot = plot
        self._layout: tuple[object, ...] = ()
        self._values: dict[str, Label] = {}
        self._boxes: dict[str, CheckBox] = {}
        caption = look.text("outputs")
        caption.theme_type_variation = "HeaderSmall"
        self._grid = GridContainer()
        self._grid.columns = 3
        self.root = VBoxContainer()
        self.root.name = "Outputs"
        self.root.add_child(caption)
        self.root.add_child(self._grid)

    def show(self, node: str, ports: NodePorts, trace: NodeTrace | None) -> None:
        """Shows the outputs of a node with their values in a turn."""
        layout = (node, *(port.name for port in ports.outputs))
        if layout != self._layout:
            self._layout = layout
            self._build(node, ports)
        self.root.visible = bool(ports.outputs)
        for port, label in self._values.items():
            value = None if trace is None else trace.outputs.get(port)
            label.text = "" if value is None else text_of(value)
            self._boxes[port].set_pressed_no_signal(self._plot.is_pinned(node, port))

    def _build(self, node: str, ports: NodePorts) -> None:
        for child in self._grid.get_children():
            self._grid.remove_child(child)
            child.queue_free()
        self._values, self._boxes = {}, {}
        for port in ports.outputs:
            name = Label()
            name.text = port.name
            name.size_flags_vertical = Control.SIZE_SHRINK_BEGIN
            value = self._values[port.name] = look.text()
            value.visible = True
            box = self._boxes[port.name] = CheckBox()
            box.text = "Plot"
            box.tooltip_text = "Shows the output over time, below the canvas."
            box.toggled.connect(partial(self._plot.pin, node, port.name))
            for part in (name, value, box):
                self._grid.add_child(part)
