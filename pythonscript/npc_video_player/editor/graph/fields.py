"""Controls for the settings of nodes, one for each kind; what is done to them becomes edits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from godot import (
    MOUSE_BUTTON_LEFT,
    CheckBox,
    Control,
    EditorSpinSlider,
    InputEvent,
    InputEventMouseButton,
    Label,
    LineEdit,
    Object,
    OptionButton,
    VBoxContainer,
    Vector2,
    is_instance_valid,
)
from npc_video.graph.document.describing import Field
from npc_video.graph.document.field_operations import Path
from npc_video.graph.document.operations import Operation
from npc_video.graph.document.shown_fields import ShownField, setting
from npc_video.graph.document.words import (
    list_in_words,
    read_list,
    read_value,
    read_words,
    value_in_words,
)

from .. import look

__all__ = [
    "Edit",
    "FaultLine",
    "Feel",
    "FieldView",
    "NameLine",
    "fault_at",
    "is_focused",
    "summary",
]

_STEP = 0.001
_RANGE = 1.0e6  # of a spin without limits, whose ends may be passed
_DIGITS = 6
_LEAST_WIDTH = 64.0


class Edit(Protocol):
    """Makes an edit that is undone as one step, as `GraphSession.edit` does."""

    def __call__(self, title: str, *operations: Operation, within: object = None) -> None: ...


Feel = Callable[[InputEvent], None]
"""Takes keys before the control does that has the keyboard."""


def is_focused(control: Control) -> bool:
    """Whether the control, or one within it, has the keyboard."""
    viewport = control.get_viewport()
    owner = None if viewport is None else viewport.gui_get_focus_owner()
    return owner is not None and (owner == control or control.is_ancestor_of(owner))


def fault_at(faults: Mapping[Path, str], path: Path) -> str:
    """The problems at a place and within it; "" if there are none."""
    return "\n".join(fault for at, fault in faults.items() if at[: len(path)] == path)


def summary(shown: ShownField) -> str:
    """The number of entries of a table in words: "3 cases"."""
    name, count = shown.field.name, shown.entries
    return f"{count} {name.removesuffix('s') if count == 1 else name}"


class FaultLine:
    """A problem at the end of a column, which gets its label with the first one."""

    def __init__(self, column: VBoxContainer):
        self._column = column
        self._label: Label | None = None
        self.text = ""

    def show(self, fault: str) -> None:
        """Shows a problem; "" for none."""
        if fault == self.text:
            return
        self.text = fault
        if self._label is None:
            self._label = look.text()
            self._column.add_child(self._label)
        look.tell(self._label, fault, look.FAULT)


# ---- One control for each kind ----


class _Input(ABC):
    """Shows values of some kind; `root` is its control.

    Args:
        told: called with each value that is chosen here; None for none, or for the default.
    """

    root: Control
    goes_on: ClassVar[bool] = False
    """Whether values follow each other until one leaves it, such as with each letter."""

    def __init__(self, told: Callable[[Any], None]):
        self._told = told

    @abstractmethod
    def show(self, shown: ShownField) -> None: ...


class _Spin(_Input):
    goes_on = True

    def __init__(self, told: Callable[[Any], None]):
        super().__init__(told)
        self.root: EditorSpinSlider = EditorSpinSlider()
        self._field = Field(name="", kind="number")
        self.root.value_changed.connect(self._change)

    def show(self, shown: ShownField) -> None:
        spin, field = self.root, shown.field
        self._field = field
        is_whole = field.kind == "whole"
        spin.step = 1.0 if is_whole else _STEP
        spin.editing_integer = is_whole
        spin.allow_lesser, spin.allow_greater = field.low is None, field.high is None
        spin.min_value = -_RANGE if field.low is None else field.low
        spin.max_value = _RANGE if field.high is None else field.high
        spin.hide_slider = field.low is None or field.high is None
        spin.suffix = field.unit
        spin.set_value_no_signal(field.default if shown.value is None else shown.value)
        spin.queue_redraw()

    def _change(self, value: float) -> None:
        number = round(value, _DIGITS)
        chosen = int(number) if number.is_integer() else number
        is_default = chosen == self._field.default and not self._field.is_required
        self._told(None if is_default else chosen)


class _Check(_Input):
    def __init__(self, told: Callable[[Any], None]):
        super().__init__(told)
        self.root: CheckBox = CheckBox()
        self.root.text = "On"
        self._default: Any = None
        self.root.toggled.connect(self._change)

    def show(self, shown: ShownField) -> None:
        self._default = None if shown.field.is_required else shown.field.default
        value = shown.field.default if shown.value is None else shown.value
        self.root.set_pressed_no_signal(bool(value))

    def _change(self, is_on: bool) -> None:
        self._told(None if is_on is self._default else is_on)


class _Options(_Input):
    """A list of words. One that is written and is none of them stands at its end."""

    def __init__(self, told: Callable[[Any], None]):
        super().__init__(told)
        self.root: OptionButton = OptionButton()
        self.root.clip_text = True
        self.root.fit_to_longest_item = False
        self._words: list[str | None] = []
        self._default: Any = None
        self.root.item_selected.connect(self._choose)

    def show(self, shown: ShownField) -> None:
        field, value = shown.field, shown.value
        self._default = None if field.is_required else field.default
        value = field.default if value is None else value
        words: list[str | None] = [*field.options]
        if field.default is None and (not field.is_required or value is None):
            words.insert(0, None)
        if value not in words:
            words.append(value)
        if words != self._words:
            self._words = words
            self.root.clear()
            for word in words:
                self.root.add_item("(none)" if word is None else word)
        self.root.select(words.index(value))

    def _choose(self, index: int) -> None:
        word = self._words[index]
        self._told(None if word == self._default else word)


class _Line(_Input):
    """A line of text that is read as a text, a value or a list. An empty one is none."""

    goes_on = True

    def __init__(self, told: Callable[[Any], None], kind: str):
        super().__init__(told)
        self.root: LineEdit = LineEdit()
        self._kind = kind
        self._is_required = False
        self.root.text_changed.connect(lambda line: self._told(self._read(line)))

    def show(self, shown: ShownField) -> None:
        self._is_required = shown.field.is_required
        is_optional = shown.field.default is None and not shown.field.is_required
        self.root.placeholder_text = "none" if is_optional else self._written(shown.field.default)
        # Other words for the same value stay, so that the caret does, too.
        if shown.value != self._read(self.root.text) or not self.root.is_editing():
            line = self._written(shown.value)
            if line != self.root.text:
                caret = self.root.caret_column
                self.root.text = line
                self.root.caret_column = min(caret, len(line))

    def _read(self, line: str) -> Any:
        if self._kind in ("text", "template"):
            return line if line or self._is_required else None
        if not line.strip() and not self._is_required:
            return None
        if self._kind == "words":
            return read_words(line)
        return read_list(line) if self._kind == "values" else read_value(line)

    def _written(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, str) and self._kind in ("text", "template", "words"):
            return value
        if self._kind in ("words", "values"):
            return list_in_words(value, are_words=self._kind == "words")
        return value_in_words(value)


def _input_kind(shown: ShownField) -> str:
    if shown.kind == "text" and (shown.field.options or shown.field.ids_of):
        return "choice"
    return shown.kind


def _made(kind: str, told: Callable[[Any], None]) -> _Input:
    if kind in ("number", "whole"):
        return _Spin(told)
    if kind == "truth":
        return _Check(told)
    return _Options(told) if kind == "choice" else _Line(told, kind)


class FieldView:
    """The control of a setting, and its problem below; `root` is around both."""

    def __init__(self, edit: Edit, feel: Feel):
        self._edit = edit
        self._feel = feel
        self._node = ""
        self._shown: ShownField | None = None
        self._kind = ""
        self._input: _Input | None = None
        self._change = object()  # the one that goes on
        self.root = VBoxContainer()
        self.root.add_theme_constant_override("separation", 0)
        self.root.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._fault = FaultLine(self.root)

    def show(self, node: str, shown: ShownField, fault: str = "") -> None:
        """Shows a setting of a node; the control that one types in stays."""
        if node != self._node:
            self._change = object()
        self._node, self._shown = node, shown
        kind = _input_kind(shown)
        if self._input is None or (kind != self._kind and not is_focused(self._input.root)):
            self._replace(kind)
        assert self._input is not None
        self._input.show(shown)
        self._input.root.tooltip_text = shown.field.help
        self._fault.show(fault)

    def focus(self) -> None:
        """Gives the control the keyboard."""
        if self._input is not None:
            self._input.root.grab_focus()

    def _replace(self, kind: str) -> None:
        old, self._kind = self._input, kind
        made = self._input = _made(kind, self._tell)
        made.root.custom_minimum_size = Vector2(look.scaled(_LEAST_WIDTH), 0.0)
        made.root.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        # Later, as what loses the keyboard because it goes cannot get another control.
        made.root.focus_exited.connect(self._leave, Object.CONNECT_DEFERRED)
        made.root.gui_input.connect(self._hear)
        self.root.add_child(made.root)
        self.root.move_child(made.root, 0)
        if old is not None:
            self.root.remove_child(old.root)
            old.root.queue_free()

    def _tell(self, value: Any) -> None:
        shown = self._shown
        assert shown is not None
        if value != shown.value or type(value) is not type(shown.value):
            place = ".".join(map(str, shown.path))
            title = f"Set {place} of {self._node}"
            goes_on = self._input is not None and self._input.goes_on
            edit = setting(self._node, shown, value)
            self._edit(title, edit, within=self._change if goes_on else None)

    def _hear(self, event: InputEvent) -> None:
        if isinstance(self._input, _Spin) and _is_left_press(event):
            self._change = object()  # each drag is one of its own
        self._feel(event)

    def _leave(self) -> None:
        """Shows the value in its usual words, and in the control of its kind."""
        self._change = object()
        if not is_instance_valid(self.root) or not self.root.is_inside_tree():
            return
        if self._shown is not None:
            self.show(self._node, self._shown, self._fault.text)


def _is_left_press(event: InputEvent) -> bool:
    if not isinstance(event, InputEventMouseButton):
        return False
    return event.pressed and event.button_index == MOUSE_BUTTON_LEFT


class NameLine:
    """A line for a name that others refer to: it is changed when it is complete.

    Enter completes it, and so does leaving it. Escape takes it back.

    Args:
        renamed: makes the edit, or tells why the name cannot be.
        feel: takes keys while the name is the one that is written.
    """

    def __init__(self, renamed: Callable[[str], None], feel: Feel):
        self._renamed = renamed
        self._others = feel
        self._name = ""
        self._line = LineEdit()
        self._line.custom_minimum_size = Vector2(look.scaled(_LEAST_WIDTH), 0.0)
        self.root = VBoxContainer()
        self.root.add_theme_constant_override("separation", 0)
        self.root.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self.root.add_child(self._line)
        self._fault = FaultLine(self.root)
        self._line.text_submitted.connect(lambda _line: self._complete())
        self._line.focus_exited.connect(self._complete)
        self._line.gui_input.connect(self._feel)

    def show(self, name: str, help_: str, fault: str = "") -> None:
        """Shows the name, unless another one is being typed."""
        if name != self._name:
            self._line.text = name
        self._name = name
        self._line.tooltip_text = help_
        self._fault.show(fault)

    def focus(self) -> None:
        self._line.grab_focus()

    def _feel(self, event: InputEvent) -> None:
        if event.is_action_pressed("ui_cancel"):
            self._line.text = self._name
        elif self._line.text == self._name:
            self._others(event)

    def _complete(self) -> None:
        name = self._line.text.strip()
        if name == self._name or not self._line.is_inside_tree():
            return
        if name:
            self._renamed(name)
        if self._name != name:  # it was refused
            self._line.text = self._name
