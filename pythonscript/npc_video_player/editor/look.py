"""Makes controls in the editor's style: its theme, its icons, its scale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from godot import (
    Button,
    Color,
    Control,
    EditorInterface,
    EditorResourcePicker,
    EditorSpinSlider,
    GridContainer,
    HBoxContainer,
    HFlowContainer,
    Label,
    LineEdit,
    MenuButton,
    OptionButton,
    PanelContainer,
    TextServer,
    Vector2,
)
from npc_video import QUALITY_PRESETS

from ..resources.backend_resources import NpcBackend

__all__ = [
    "FAULT",
    "WARNING",
    "Facts",
    "Suggested",
    "button",
    "choice_rows",
    "flow",
    "form",
    "icon",
    "scaled",
    "tell",
    "text",
    "unscaled",
]

_CAPTION_WIDTH = 84  # so that consecutive tables line up

FAULT, WARNING = "error_color", "warning_color"

Row = tuple[str, str, Control]
"""A field with its name and its tooltip: name, tooltip, field."""


def scaled(pixels: float) -> int:
    """Scales pixels as the editor does."""
    return round(pixels * EditorInterface.get_editor_scale())


def unscaled(pixels: float) -> int:
    """Takes the editor's scale off again."""
    return round(pixels / EditorInterface.get_editor_scale())


def icon(name: str) -> Any:
    return EditorInterface.get_editor_theme().get_icon(name, "EditorIcons")


def button(caption: str, icon_name: str, tooltip: str, pressed: Callable[[], None]) -> Button:
    """Makes a button like the inspector's own, for a `flow`."""
    made = Button()
    made.text, made.tooltip_text = caption, tooltip
    made.theme_type_variation = "InspectorActionButton"
    made.icon = icon(icon_name)
    made.size_flags_horizontal = Control.SIZE_EXPAND_FILL
    made.pressed.connect(pressed)
    return made


def flow(*buttons: Button) -> HFlowContainer:
    """Makes a row that wraps into several."""
    row = HFlowContainer()
    for each in buttons:
        row.add_child(each)
    return row


def text(words: str = "", colour: str = "") -> Label:
    """Makes a label that wraps its words, hidden while it is empty."""
    label = Label()
    label.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
    label.size_flags_horizontal = Control.SIZE_EXPAND_FILL
    tell(label, words, colour)
    return label


def tell(label: Label, words: str, colour: str = "") -> None:
    """Changes the words of a `text`."""
    label.text, label.visible = words, bool(words)
    label.remove_theme_color_override("font_color")
    if colour:
        shown = EditorInterface.get_editor_theme().get_color(colour, "Editor")
        label.add_theme_color_override("font_color", shown)


def form(rows: Iterable[Row], across: int = 1) -> GridContainer:
    """Makes a column of fields, each with its name and its tooltip; or several side by side."""
    grid = GridContainer()
    grid.columns = 2 * across
    grid.size_flags_horizontal = Control.SIZE_EXPAND_FILL
    for name, tooltip, field in rows:
        caption = _caption(name, _CAPTION_WIDTH // across)
        caption.mouse_filter = Control.MOUSE_FILTER_STOP
        caption.tooltip_text = field.tooltip_text = tooltip
        field.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        grid.add_child(caption)
        grid.add_child(_framed(field))
    return grid


def _framed(field: Control) -> Control:
    """Puts a field without a background into that of the inspector's own fields."""
    if not isinstance(field, EditorResourcePicker | EditorSpinSlider):
        return field
    frame = PanelContainer()
    background = EditorInterface.get_editor_theme().get_stylebox("child_bg", "EditorProperty")
    frame.add_theme_stylebox_override("panel", background)
    frame.size_flags_horizontal = Control.SIZE_EXPAND_FILL
    frame.add_child(field)
    return frame


def _caption(name: str, width: float = _CAPTION_WIDTH) -> Label:
    caption = Label()
    caption.text = name
    caption.custom_minimum_size = Vector2(scaled(width), 0)
    caption.size_flags_vertical = Control.SIZE_SHRINK_BEGIN
    caption.modulate = Color(1.0, 1.0, 1.0, 0.7)
    return caption


class Facts:
    """A table of labelled facts; `root` is hidden while it is empty."""

    def __init__(self) -> None:
        self.root = GridContainer()
        self.root.columns = 2
        self.root.add_theme_constant_override("v_separation", 0)
        self.root.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self.show(())

    def show(self, facts: Iterable[tuple[str, str, str]]) -> None:
        """Replaces the facts: name, fact and colour ("" for the usual one) of each."""
        for child in self.root.get_children():
            self.root.remove_child(child)
            child.queue_free()
        for name, fact, colour in facts:
            self.root.add_child(_caption(name))
            self.root.add_child(text(fact, colour))
        self.root.visible = self.root.get_child_count() > 0


class Suggested:
    """A text field with suggestions; `root` is around the `line` and their menu."""

    def __init__(self, value: str, changed: Callable[[str], None] = lambda _word: None):
        self.root = HBoxContainer()
        self._menu = MenuButton()
        self._menu.icon = icon("GuiOptionArrow")
        self._menu.tooltip_text = "Those that the NPC's rules and graph name."
        self.line = LineEdit()
        self.line.text = value
        self.line.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self.line.text_changed.connect(changed)
        self._changed = changed
        self._menu.get_popup().index_pressed.connect(self._choose)
        self.root.add_child(self.line)
        self.root.add_child(self._menu)

    def suggest(self, words: Iterable[str], otherwise: str) -> None:
        """Sets the suggestions; `otherwise` describes an empty text."""
        popup = self._menu.get_popup()
        popup.clear()
        for word in words:
            popup.add_item(word)
        self._menu.visible = popup.item_count > 0
        self.line.placeholder_text = otherwise

    def _choose(self, index: int) -> None:
        self.line.text = self._menu.get_popup().get_item_text(index)
        self._changed(self.line.text)


class Choices(Protocol):
    """The chosen backend and preset."""

    backend: NpcBackend | None
    preset: str


def choice_rows(choices: Choices) -> tuple[Row, Row]:
    """Makes the fields for a `form` that set these choices."""
    return (
        (
            "Generator",
            "Where clips are made. Empty: by the embedded one, which draws Ember.",
            _backend_picker(choices.backend, lambda made: setattr(choices, "backend", made)),
        ),
        (
            "Preset",
            "Size and frame rate of clips; better ones take longer.",
            _preset_choice(choices.preset, lambda name: setattr(choices, "preset", name)),
        ),
    )


def _backend_picker(
    chosen: NpcBackend | None, changed: Callable[[NpcBackend | None], None]
) -> EditorResourcePicker:
    """Makes a picker for a backend, as in the inspector."""
    picker = EditorResourcePicker()
    picker.base_type = "NpcBackend"
    picker.edited_resource = chosen
    picker.resource_changed.connect(changed)
    picker.resource_selected.connect(lambda made, _: EditorInterface.edit_resource(made))
    return picker


def _preset_choice(chosen: str, changed: Callable[[str], None]) -> OptionButton:
    """Makes a list of the presets with their meaning."""
    names = list(QUALITY_PRESETS)
    choice = OptionButton()
    for index, (name, preset) in enumerate(QUALITY_PRESETS.items()):
        choice.add_item(name)
        meaning = f"{preset.width}×{preset.height}, {preset.fps} frames a second"
        choice.get_popup().set_item_tooltip(index, meaning)
    choice.select(names.index(chosen))
    choice.item_selected.connect(lambda index: changed(names[index]))
    return choice
