"""The settings of a node as an editor shows them: with their values, rows and new rows."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from .describing import NODE_DESCRIPTIONS, Field, FieldKind
from .document import DocumentNode, fresh
from .field_operations import InsertRow, Path, RemoveField, RenameKey, RenameState, SetField
from .operations import Operation

__all__ = ["ShownField", "adding", "has_levels", "rows_of", "setting", "shown_fields"]

_UNKNOWN = "This node type has no such setting. Empty it to remove it."
_STATES = "states"
_STEP = 0.1  # between a level and a new one above it
_LEVEL = 0.5
_WORD = "neutral"
_PATTERN = ("tap",)


class ShownField(Struct, frozen=True):
    """A setting, or a cell of a table.

    Attributes:
        field: its description; the ids from which it is chosen are its options.
        path: its place within the node's `data`; of a key, that of the key.
        value: as written; None if nothing is, so that the default counts.
        role: a key of a table and the id of a state are changed by `renaming`, not by `setting`.
    """

    field: Field
    path: Path
    value: Any
    role: Literal["value", "key", "state"] = "value"

    @property
    def kind(self) -> FieldKind:
        """The kind of its value: that of the field, or "value" for what does not fit it."""
        kind, value = self.field.kind, self.value
        if kind == "value" and self.field.columns and isinstance(value, dict):
            return "table"
        if value is None:
            value = self.field.default
        if value is None:
            return "value" if kind in ("number", "whole", "truth") else kind
        return kind if _fits(kind, value) else "value"

    @property
    def entries(self) -> int:
        """The number of its rows, which may be those of its default."""
        return len(_content(self))

    def renaming(self, node: str, name: str) -> Operation:
        """The edit that gives a key or the id of a state another name."""
        if self.role == "key":
            return RenameKey(node, self.path, name)
        index = self.path[-2]
        assert isinstance(index, int)
        return RenameState(node, index, name)


def shown_fields(node: DocumentNode) -> tuple[ShownField, ...]:
    """The settings of a node: those of its type, then those that are written besides."""
    description = NODE_DESCRIPTIONS.get(node.type)
    fields = () if description is None else description.fields
    known = tuple(
        ShownField(_with_ids(field, node.fields), (field.name,), node.fields.get(field.name))
        for field in fields
    )
    names = {field.name for field in fields}
    unknown = tuple(
        ShownField(Field(name=name, kind="value", help=_UNKNOWN), (name,), value)
        for name, value in node.fields.items()
        if name not in names
    )
    return known + unknown


def has_levels(shown: ShownField) -> bool:
    """Whether the keys of a table are levels, numbers from which its words apply."""
    return shown.kind == "table" and shown.field.columns[0].kind == "number"


def setting(node: str, shown: ShownField, value: Any) -> Operation:
    """The edit that sets a setting; None removes it, unless it has to be there."""
    if value is None and not shown.field.is_required:
        return RemoveField(node, shown.path)
    return SetField(node, shown.path, value)


# ---- Rows ----


def rows_of(shown: ShownField) -> tuple[tuple[ShownField, ...], ...]:
    """The cells of each row of a table: key and value, or the fields of an object."""
    columns = shown.field.columns
    if shown.kind == "rows":
        return tuple(
            _cells(shown, (*shown.path, index), row) for index, row in enumerate(_content(shown))
        )
    key, value = (replace(column, is_required=True) for column in columns)
    return tuple(
        (
            ShownField(key, (*shown.path, name), name, "key"),
            ShownField(value, (*shown.path, name), content),
        )
        for name, content in _content(shown).items()
    )


def adding(node: str, shown: ShownField, data: Mapping[str, Any]) -> tuple[Operation, ...]:
    """The edits that add a row at the end, with values that a node may have."""
    content = _content(shown)
    if shown.kind == "rows":
        row = _new_row(shown.field, data)
        return (InsertRow(node, shown.path, len(content), row),)
    key, value = shown.field.columns
    name = _new_level(content) if key.kind == "number" else fresh("key", content)
    start = () if shown.value is not None else (SetField(node, shown.path, content),)
    return (*start, SetField(node, (*shown.path, name), _new_value(value)))


def _content(shown: ShownField) -> Any:
    content = shown.field.default if shown.value is None else shown.value
    if shown.kind == "table":
        return content if isinstance(content, dict) else {}
    return list(content) if isinstance(content, list | tuple) else []


def _cells(shown: ShownField, path: Path, row: Any) -> tuple[ShownField, ...]:
    if not isinstance(row, dict):
        return (ShownField(Field(name="", kind="value", is_required=True), path, row),)
    return tuple(
        ShownField(
            column,
            (*path, column.name),
            row.get(column.name),
            "state" if (shown.field.name, column.name) == (_STATES, "id") else "value",
        )
        for column in shown.field.columns
    )


def _new_row(field: Field, data: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    chosen = 0
    for column in field.columns:
        if not column.is_required:
            continue
        if column.ids_of:
            options = column.options or ("",)
            made[column.name] = options[chosen % len(options)]
            chosen += 1
        elif column.name == "id":
            made[column.name] = fresh(field.name.removesuffix("s"), _ids(data, field.name))
        else:
            made[column.name] = _new_value(column)
    return made


def _new_value(column: Field) -> Any:
    if column.options:
        return column.options[0]
    if column.kind == "number":
        return _LEVEL
    if column.kind == "words":
        return list(_PATTERN) if column.name else []
    return _WORD if column.kind == "text" else 0


def _new_level(levels: Iterable[str]) -> str:
    """A level above all others."""
    numbers = [0.0 - _STEP]
    for level in levels:
        try:
            numbers.append(float(level))
        except ValueError:
            continue
    return f"{max(numbers) + _STEP:.3g}"


def _with_ids(field: Field, data: Mapping[str, Any]) -> Field:
    """The field whose columns have the ids of the node's rows as their options."""
    if all(not column.ids_of for column in field.columns):
        return field
    columns = tuple(
        replace(column, options=tuple(dict.fromkeys(_ids(data, column.ids_of))))
        if column.ids_of
        else column
        for column in field.columns
    )
    return replace(field, columns=columns)


def _ids(data: Mapping[str, Any], name: str) -> list[str]:
    rows = data.get(name)
    found = [row.get("id") for row in rows if isinstance(row, dict)] if _is_list(rows) else []
    return [each for each in found if isinstance(each, str) and each]


def _is_list(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, list | tuple)


def _fits(kind: FieldKind, value: Any) -> bool:
    """Whether a control for this kind can show the value."""
    if kind in ("number", "whole"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "truth":
        return isinstance(value, bool)
    if kind in ("text", "template", "choice"):
        return isinstance(value, str)
    if kind == "words":
        return isinstance(value, str) or (
            _is_list(value) and all(isinstance(each, str) for each in value)
        )
    if kind in ("values", "rows"):
        return _is_list(value)
    return kind != "table" or isinstance(value, dict)
