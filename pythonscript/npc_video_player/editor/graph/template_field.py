"""A text with placeholders: buttons insert those that mean something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from godot import Button, Control, HFlowContainer, TextEdit, VBoxContainer
from npc_video.graph.document.field_operations import Path
from npc_video.graph.document.ports import NodePorts
from npc_video.graph.document.shown_fields import ShownField, setting
from npc_video.graph.nodes.video import RESULT_WORDS, placeholders

from .. import look
from .fields import Edit, Feel, fault_at

__all__ = ["TemplateField"]


class TemplateField:
    """The text and its buttons; `root` is around both.

    Args:
        lead: called with a node and the name of an input to which something is to lead.
    """

    def __init__(self, edit: Edit, feel: Feel, lead: Callable[[str, str], None]):
        self._edit = edit
        self._lead = lead
        self._node = ""
        self._shown: ShownField | None = None
        self._words: tuple[str, ...] = ()
        self._typing = object()  # that goes on
        self._text = TextEdit()
        self._text.wrap_mode = TextEdit.LINE_WRAPPING_BOUNDARY
        self._text.scroll_fit_content_height = True
        self._text.tab_input_mode = False
        self._text.text_changed.connect(self._change)
        self._text.focus_exited.connect(self._leave)
        self._text.gui_input.connect(feel)
        self._chips = HFlowContainer()
        self._fault = look.text()
        self._unknown: tuple[str, ...] = ()
        self._hint = look.text()
        self._ports = HFlowContainer()
        self.root = VBoxContainer()
        self.root.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        for each in (self._text, self._fault, self._hint, self._ports, self._chips):
            self.root.add_child(each)

    def show(
        self, node: str, shown: ShownField, ports: NodePorts, faults: Mapping[Path, str]
    ) -> None:
        """Shows the template of a node; the caret stays.

        Args:
            faults: sentences by the places that they are about.
        """
        if node != self._node:
            self._typing = object()
        self._node, self._shown = node, shown
        text = shown.value if isinstance(shown.value, str) else ""
        if text != self._text.text:
            line, column = self._text.get_caret_line(), self._text.get_caret_column()
            self._text.text = text
            self._text.set_caret_line(line)
            self._text.set_caret_column(column)
        self._text.placeholder_text = str(shown.field.default or "")
        self._text.tooltip_text = shown.field.help
        connected = [port.name for port in ports.inputs if port.wires]
        words = tuple(dict.fromkeys((*connected, *RESULT_WORDS)))
        if words != self._words:
            self._words = words
            self._offer()
        unknown = tuple(word for word in placeholders(text) if word not in words)
        if unknown != self._unknown:
            self._unknown = unknown
            look.tell(self._hint, _told(unknown), look.WARNING)
            self._offer_ports()
        look.tell(self._fault, fault_at(faults, shown.path), look.FAULT)

    def _offer_ports(self) -> None:
        _empty(self._ports)
        for word in self._unknown:
            button = Button()
            button.text = f"Connect {{{word}}}"
            button.tooltip_text = f"Searches for what leads to the port {word}."
            button.pressed.connect(partial(self._connect, word))
            self._ports.add_child(button)

    def _offer(self) -> None:
        _empty(self._chips)
        for word in self._words:
            chip = Button()
            chip.text = f"{{{word}}}"
            chip.tooltip_text = (
                "Inserts the result's word." if word in RESULT_WORDS else "Inserts what arrives."
            )
            chip.pressed.connect(partial(self._insert, word))
            self._chips.add_child(chip)

    def _connect(self, word: str) -> None:
        self._lead(self._node, word)

    def _insert(self, word: str) -> None:
        self._text.insert_text_at_caret(f"{{{word}}}")
        self._text.grab_focus()

    def _leave(self) -> None:
        self._typing = object()

    def _change(self) -> None:
        shown, text = self._shown, self._text.text
        if shown is not None and text != (shown.value or ""):
            title = f"Set {shown.field.name} of {self._node}"
            self._edit(title, setting(self._node, shown, text or None), within=self._typing)


def _told(unknown: Sequence[str]) -> str:
    if not unknown:
        return ""
    names = ", ".join(f"{{{word}}}" for word in unknown)
    return f"{names}: nothing leads to the port of that name. Connect it, or choose a word below."


def _empty(row: HFlowContainer) -> None:
    for child in row.get_children():
        row.remove_child(child)
        child.queue_free()
