"""Edits of the settings of a node: fields, the rows of lists and tables, and states.

A path leads from the node's `data` to a value, by names and by indexes from 0:
`("states", 2, "expression")`.
"""

from dataclasses import dataclass
from typing import Any

from ...errors import InvalidDataError
from .document import GraphDocument, follow, word_at
from .operations import Operation
from .places import node_record
from .spans import Array, Member, Object, Value, is_null
from .splicing import Draft

__all__ = [
    "InsertRow",
    "MoveRow",
    "Path",
    "RemoveField",
    "RenameKey",
    "RenameState",
    "SetField",
]

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SetField(Operation):
    """Sets a value, and adds the objects in which it is. The empty path is all of `data`.

    Of a list or an object only the parts that differ are written.
    """

    node: str
    path: Path
    value: Any

    def change(self, draft: Draft) -> None:
        place: Value = node_record(draft.document, self.node)
        path = ("data", *self.path)
        for index, step in enumerate(path):
            inner = follow(place, (step,))
            if inner is None or is_null(inner):
                _add(draft, place, step, _nested(path[index + 1 :], self.value))
                return
            place = inner
        draft.set(place, self.value)


@dataclass(frozen=True, slots=True)
class RemoveField(Operation):
    """Removes a value with its key, or a row of a list; no change if there is none."""

    node: str
    path: Path

    def change(self, draft: Draft) -> None:
        *within, last = ("data", *self.path)
        place = follow(node_record(draft.document, self.node), within)
        if isinstance(place, Object) and isinstance(last, str):
            draft.remove_member(place, last)
        elif follow(place, (last,)) is not None:
            assert isinstance(place, Array)
            assert isinstance(last, int)
            draft.remove(place, last)


@dataclass(frozen=True, slots=True)
class InsertRow(Operation):
    """Inserts a row before the one with the index; the list is added if it is missing."""

    node: str
    path: Path
    index: int
    row: Any

    def change(self, draft: Draft) -> None:
        listed = _at(draft.document, self.node, self.path)
        if listed is None or is_null(listed):
            SetField(self.node, self.path, [self.row]).change(draft)
        elif not isinstance(listed, Array):
            raise InvalidDataError(f"{_shown(self.path)}: is no list.")
        else:
            _require_index(self.index, len(listed.items) + 1)
            draft.insert(listed, self.index, self.row)


@dataclass(frozen=True, slots=True)
class MoveRow(Operation):
    """Moves a row of a list, or a key of a table, to another index; those between make room."""

    node: str
    path: Path
    index: int
    to: int

    def change(self, draft: Draft) -> None:
        place = _at(draft.document, self.node, self.path)
        if not isinstance(place, Array | Object):
            raise InvalidDataError(f"{_shown(self.path)}: is no list.")
        rows = place.items if isinstance(place, Array) else place.members
        _require_index(self.index, len(rows))
        _require_index(self.to, len(rows))
        draft.move(place, self.index, self.to)


@dataclass(frozen=True, slots=True)
class RenameKey(Operation):
    """Changes the last key of a path, in its place."""

    node: str
    path: Path
    name: str

    def change(self, draft: Draft) -> None:
        table = _at(draft.document, self.node, self.path[:-1])
        member = _member(table, self.path[-1]) if self.path else None
        if member is None:
            raise InvalidDataError(f"{_shown(self.path)}: there is no such key.")
        if self.name != member.name:
            if _member(table, self.name) is not None:
                raise InvalidDataError(f"{_shown(self.path)}: there is a key {self.name!r:.80}.")
            draft.rename_member(member, self.name)


@dataclass(frozen=True, slots=True)
class RenameState(Operation):
    """Changes the id of a state of a state machine; transitions from and to it follow."""

    node: str
    index: int
    id: str

    def change(self, draft: Draft) -> None:
        states = _rows(draft.document, self.node, "states")
        _require_index(self.index, len(states))
        old = word_at(states[self.index], "id")
        if self.id != old and self.id in (word_at(state, "id") for state in states):
            raise InvalidDataError(f"states: there is a state {self.id!r:.80}.")
        SetField(self.node, ("states", self.index, "id"), self.id).change(draft)
        if not old or old in (word_at(state, "id") for state in states[: self.index]):
            return  # transitions lead to the first state of that id
        for index, transition in enumerate(_rows(draft.document, self.node, "transitions")):
            for end in ("from", "to"):
                if word_at(transition, end) == old:
                    SetField(self.node, ("transitions", index, end), self.id).change(draft)


def _at(document: GraphDocument, node: str, path: Path) -> Value | None:
    return follow(node_record(document, node), ("data", *path))


def _rows(document: GraphDocument, node: str, name: str) -> tuple[Value, ...]:
    listed = _at(document, node, (name,))
    return listed.items if isinstance(listed, Array) else ()


def _member(value: Value | None, name: str | int) -> Member | None:
    return value.member(name) if isinstance(value, Object) and isinstance(name, str) else None


def _add(draft: Draft, place: Value, step: str | int, data: Any) -> None:
    """Writes a member or an item that is missing, or null."""
    if isinstance(place, Object) and isinstance(step, str):
        draft.set_member(place, step, data)
    elif isinstance(place, Array) and isinstance(step, int):
        _require_index(step, len(place.items) + 1)
        if step < len(place.items):
            draft.set(place.items[step], data)
        else:
            draft.insert(place, step, data)
    else:
        raise InvalidDataError(f"{step}: is in no object or list; remove the field around it.")


def _nested(path: Path, data: Any) -> Any:
    for step in reversed(path):
        if isinstance(step, int):
            raise InvalidDataError(f"{_shown(path)}: there is no such list.")
        data = {step: data}
    return data


def _require_index(index: int, count: int) -> None:
    if not 0 <= index < count:
        raise InvalidDataError(f"row: there is no row {index}.")


def _shown(path: Path) -> str:
    return ".".join(map(str, path)) or "data"
