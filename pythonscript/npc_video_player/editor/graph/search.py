"""A popup in which one of many entries is found by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from godot import (
    Color,
    Control,
    InputEvent,
    ItemList,
    LineEdit,
    PopupPanel,
    Rect2i,
    VBoxContainer,
    Vector2,
)

from ..look import scaled

__all__ = ["Entry", "SearchPopup"]

_SIZE = 300.0, 320.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A choice and its name.

    Attributes:
        act: called when it is chosen.
    """

    title: str
    help: str
    colour: Color
    act: Callable[[], None]


class SearchPopup:
    """The popup; `root` has to be in the tree.

    Arrows and Enter choose, as does a click; Escape leaves.
    """

    def __init__(self) -> None:
        self.root = PopupPanel()
        self._offers: Callable[[str], Sequence[Entry]] = lambda _words: ()
        self._entries: Sequence[Entry] = ()
        self._line = LineEdit()
        self._line.placeholder_text = "Search"
        self._line.clear_button_enabled = True
        self._list = ItemList()
        self._list.size_flags_vertical = Control.SIZE_EXPAND_FILL
        self._list.focus_mode = Control.FOCUS_NONE
        column = VBoxContainer()
        column.custom_minimum_size = Vector2(scaled(_SIZE[0]), scaled(_SIZE[1]))
        column.add_child(self._line)
        column.add_child(self._list)
        self.root.add_child(column)
        self._line.text_changed.connect(self._filter)
        self._line.gui_input.connect(self._feel)
        self._line.text_submitted.connect(lambda _words: self._choose(self._marked()))
        self._list.item_clicked.connect(lambda index, _at, _button: self._choose(index))

    def open(self, at: Vector2, offers: Callable[[str], Sequence[Entry]]) -> None:
        """Shows the popup at a place of the screen.

        Args:
            offers: the entries for the words that were typed, the likeliest first.
        """
        self._offers = offers
        self._line.clear()
        self._filter("")
        self.root.popup(Rect2i(int(at.x), int(at.y), scaled(_SIZE[0]), scaled(_SIZE[1])))
        self._line.grab_focus()

    def _filter(self, words: str) -> None:
        self._entries = self._offers(words)
        self._list.clear()
        for index, entry in enumerate(self._entries):
            self._list.add_item(entry.title)
            self._list.set_item_tooltip(index, entry.help)
            self._list.set_item_custom_fg_color(index, entry.colour)
        if self._entries:
            self._list.select(0)

    def _mark(self, index: int) -> None:
        if self._entries:
            self._list.select(index % len(self._entries))
            self._list.ensure_current_is_visible()

    def _feel(self, event: InputEvent) -> None:
        for name, step in (("ui_up", -1), ("ui_down", 1)):
            if event.is_action_pressed(name, True):
                self._mark(self._marked() + step)
                self._line.accept_event()

    def _marked(self) -> int:
        return next(iter(self._list.get_selected_items()), 0)

    def _choose(self, index: int) -> None:
        if index < len(self._entries):
            self.root.hide()
            self._entries[index].act()
