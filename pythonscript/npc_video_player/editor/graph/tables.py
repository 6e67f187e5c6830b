"""Tables of settings: a row for each state, transition, level, case or sequence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from godot import (
    KEY_DOWN,
    KEY_UP,
    Button,
    Color,
    Control,
    EditorInterface,
    GridContainer,
    HBoxContainer,
    InputEvent,
    InputEventKey,
    Label,
    Rect2,
    VBoxContainer,
)
from npc_video.graph.document.field_operations import MoveRow, Path, RemoveField, SetField
from npc_video.graph.document.levels import bands_of
from npc_video.graph.document.operations import Operation
from npc_video.graph.document.shown_fields import ShownField, adding, has_levels, rows_of

from .. import look
from .fields import Edit, Feel, FieldView, NameLine, fault_at, is_focused, summary
from .level_bar import LevelBar

__all__ = ["TableView"]

_KEYS: Mapping[str, str] = {"number": "level", "text": "key"}
_EDGE, _LIT_ALPHA = 3.0, 0.6
_ORDER = "Alt+Up and Alt+Down move the row."


class _Name:
    """A key or an id in a table; `root` is the control."""

    def __init__(self, edit: Edit, feel: Feel):
        self._edit = edit
        self._node = ""
        self._shown: ShownField | None = None
        self._line = NameLine(self._rename, feel)
        self.root = self._line.root

    def show(self, node: str, shown: ShownField, fault: str = "") -> None:
        self._node, self._shown = node, shown
        name = shown.value if isinstance(shown.value, str) else ""
        self._line.show(name, shown.field.help, fault)

    def focus(self) -> None:
        self._line.focus()

    def _rename(self, name: str) -> None:
        assert self._shown is not None
        self._edit(f"Rename {name}", self._shown.renaming(self._node, name))


_Cell = _Name | FieldView


class TableView:
    """A grid with a row for each entry; `root` is around it and its buttons."""

    def __init__(self, edit: Edit, feel: Feel):
        self._edit = edit
        self._others = feel
        self._node = ""
        self._data: Mapping[str, Any] = {}
        self._shown: ShownField | None = None
        self._layout: tuple[Any, ...] = ()
        self._cells: list[list[_Cell]] = []
        self._removers: list[Button] = []
        self._lit = ""
        self._fault = look.text()
        self._grid = GridContainer()
        self._grid.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._grid.draw.connect(self._draw)
        self._grid.sort_children.connect(self._grid.queue_redraw)
        self._add = look.button("Add", "Add", "Adds a row at the end.", self._append)
        self._add.size_flags_horizontal = Control.SIZE_SHRINK_BEGIN
        self.root = VBoxContainer()
        self.root.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._levels: LevelBar | None = None
        self.root.add_child(self._grid)
        self.root.add_child(self._fault)
        bar = HBoxContainer()
        bar.add_child(self._add)
        self.root.add_child(bar)
        self._add.gui_input.connect(feel)

    def show(
        self, node: str, shown: ShownField, data: Mapping[str, Any], faults: Mapping[Path, str]
    ) -> None:
        """Shows a table of a node; the cell that one types in stays.

        Args:
            data: all settings of the node.
            faults: sentences by the places that they are about.
        """
        self._node, self._shown, self._data = node, shown, data
        rows = rows_of(shown)
        layout = tuple(tuple(cell.role == "value" for cell in row) for row in rows)
        if layout != self._layout:
            self._layout = layout
            self._build(rows)
        places: list[Path] = []
        for cells, row in zip(self._cells, rows, strict=True):
            for cell, content in zip(cells, row, strict=True):
                # A key and its value have one place; the value tells what is wrong there.
                fault = "" if content.role == "key" else fault_at(faults, content.path)
                cell.show(node, content, fault)
                places.append(content.path)
        rest = {
            path: fault
            for path, fault in faults.items()
            if not any(path[: len(place)] == place for place in places)
        }
        look.tell(self._fault, fault_at(rest, shown.path), look.FAULT)
        if has_levels(shown):
            self._show_levels(shown)
        self._add.tooltip_text = f"Adds a row at the end. It has {summary(shown)}."

    def _show_levels(self, shown: ShownField) -> None:
        if self._levels is None:
            self._levels = LevelBar()
            self.root.add_child(self._levels.root)
            self.root.move_child(self._levels.root, 0)
        self._levels.show(bands_of({row[0].value: row[1].value for row in rows_of(shown)}))

    def light(self, name: str) -> None:
        """Lights the row with this id, and no other."""
        self._lit = name
        self._grid.queue_redraw()

    def _draw(self) -> None:
        """Draws a box behind the row that is lit."""
        if not self._lit or self._shown is None:
            return
        accent = EditorInterface.get_editor_theme().get_color("accent_color", "Editor")
        colour = Color(accent.r, accent.g, accent.b, _LIT_ALPHA)
        for row, cells in zip(rows_of(self._shown), self._cells, strict=True):
            if row[0].value == self._lit:
                first = cells[0].root
                box = Rect2(0.0, first.position.y, self._grid.size.x, first.size.y)
                self._grid.draw_rect(box.grow(look.scaled(_EDGE)), colour)

    def _build(self, rows: tuple[tuple[ShownField, ...], ...]) -> None:
        for child in self._grid.get_children():
            self._grid.remove_child(child)
            child.queue_free()
        assert self._shown is not None
        columns = self._shown.field.columns
        self._cells, self._removers = [], []
        self._grid.columns = len(columns) + 1
        self._grid.visible = bool(rows)
        for index, column in enumerate(columns):
            name = column.name or ("value" if index else _KEYS[column.kind])
            self._grid.add_child(_caption(name, column.help))
        self._grid.add_child(Control())
        for index, row in enumerate(rows):
            cells = [
                (FieldView if cell.role == "value" else _Name)(self._edit_written, self._feel)
                for cell in row
            ]
            for cell in cells:
                self._grid.add_child(cell.root)
            for _ in range(len(columns) - len(cells)):
                self._grid.add_child(Control())
            remover = _remover(partial(self._remove, index))
            remover.gui_input.connect(self._feel)
            self._grid.add_child(remover)
            self._cells.append(cells)
            self._removers.append(remover)

    # ---- Edits ----

    def _edit_written(self, title: str, *operations: Operation, within: object = None) -> None:
        """Edits the table; one that is shown because it is the default is written first."""
        shown = self._shown
        assert shown is not None
        if shown.value is None and shown.kind == "table":
            operations = (SetField(self._node, shown.path, shown.field.default), *operations)
        self._edit(title, *operations, within=within)

    def _append(self) -> None:
        assert self._shown is not None
        self._edit(f"Add to {self._title}", *adding(self._node, self._shown, self._data))
        if self._cells:
            self._focus(len(self._cells) - 1, 0)

    def _remove(self, index: int) -> None:
        self._edit_written(f"Remove from {self._title}", RemoveField(self._node, self._path(index)))
        if self._cells:
            self._focus(min(index, len(self._cells) - 1), -1)
        else:
            self._add.grab_focus()

    def _move(self, index: int, column: int, by: int) -> None:
        shown, to = self._shown, index + by
        assert shown is not None
        if 0 <= to < len(self._cells):
            move = MoveRow(self._node, shown.path, index, to)
            self._edit_written(f"Reorder {self._title}", move)
            self._focus(to, column)

    @property
    def _title(self) -> str:
        assert self._shown is not None
        return f"{self._shown.field.name} of {self._node}"

    def _path(self, index: int) -> Path:
        """The place of a row."""
        assert self._shown is not None
        first = rows_of(self._shown)[index][0].path
        return first[: len(self._shown.path) + 1]

    # ---- The keyboard ----

    def _focus(self, row: int, column: int) -> None:
        if column < 0:
            self._removers[row].grab_focus()
        else:
            self._cells[row][column].focus()

    def _focused(self) -> tuple[int, int] | None:
        """Row and column of the cell with the keyboard; the button's column is -1."""
        for row, (cells, remover) in enumerate(zip(self._cells, self._removers, strict=True)):
            if is_focused(remover):
                return row, -1
            for column, cell in enumerate(cells):
                if is_focused(cell.root):
                    return row, column
        return None

    def _feel(self, event: InputEvent) -> None:
        by, place = _steps(event), self._focused()
        if by and place is not None:
            self.root.accept_event()
            self._move(*place, by)
        else:
            self._others(event)


def _steps(event: InputEvent) -> int:
    """The rows by which a key moves one down, 0 for other keys."""
    if isinstance(event, InputEventKey) and event.pressed and event.alt_pressed:
        return {KEY_UP: -1, KEY_DOWN: 1}.get(event.keycode, 0)
    return 0


def _caption(name: str, help_: str) -> Label:
    caption = Label()
    caption.text = name
    caption.tooltip_text = help_
    caption.mouse_filter = Control.MOUSE_FILTER_PASS
    caption.theme_type_variation = "HeaderSmall"
    return caption


def _remover(pressed: Callable[[], None]) -> Button:
    made = Button()
    made.icon = look.icon("Remove")
    made.flat = True
    made.tooltip_text = f"Removes the row. {_ORDER}"
    made.size_flags_vertical = Control.SIZE_SHRINK_BEGIN
    made.pressed.connect(pressed)
    return made
