"""Changes values in a text and leaves all else as it is written.

What is new is written as its neighbours are: on one line or on several, with their indentation,
line ends and spaces.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ...errors import InvalidDataError
from .document import GraphDocument
from .spans import Array, Member, Object, Value, plain

__all__ = ["Draft"]

_LARGEST_WHOLE = 1e15  # above it a float is written with its exponent

Container = Array | Object


class Draft:
    """Collects changes of a document, none of them within a part that another one removes."""

    def __init__(self, document: GraphDocument):
        self.document = document
        self._text = document.text
        self._style = _Style(document)
        self._replaced: dict[tuple[int, int], str] = {}
        self._parts: dict[int, _Parts] = {}

    def finish(self) -> GraphDocument:
        """The document with the changes.

        Raises:
            GraphError: the text is no document any more, because it is nested too deeply.
        """
        replaced = dict(self._replaced)
        for parts in self._parts.values():
            replaced.update(self._spliced(parts))
        written: list[str] = []
        at = 0
        for (start, end), text in sorted(replaced.items()):
            assert at <= start, "two changes of one place"
            written += (self._text[at:start], text)
            at = end
        written.append(self._text[at:])
        text = "".join(written)
        return self.document if text == self._text else GraphDocument.read(text)

    # ---- Values ----

    def set(self, value: Value, data: Any) -> None:
        """Changes a value; within lists and objects only the parts that differ."""
        if _is_same(plain(value), data):
            return
        if isinstance(value, Object) and value.members and isinstance(data, Mapping) and data:
            self._set_members(value, data)
        elif isinstance(value, Array) and value.items and isinstance(data, list | tuple) and data:
            self._set_items(value, data)
        else:
            self._replaced[value.start, value.end] = self._written(data, value, value.start)

    def _set_members(self, value: Object, data: Mapping[str, Any]) -> None:
        for name in dict.fromkeys(member.name for member in value.members):
            if name not in data:
                self.remove_member(value, name)
        for name, each in data.items():
            self.set_member(value, name, each)

    def _set_items(self, value: Array, data: Sequence[Any]) -> None:
        before = [plain(item) for item in value.items]
        shorter = min(len(before), len(data))
        head = next((n for n in range(shorter) if not _is_same(before[n], data[n])), shorter)
        left = shorter - head
        tail = next((n for n in range(left) if not _is_same(before[~n], data[~n])), left)
        paired = left - tail
        for index in range(head, head + paired):
            self.set(value.items[index], data[index])
        for index in range(head + paired, len(before) - tail):
            self.remove(value, index)
        for each in data[head + paired : len(data) - tail]:
            self.insert(value, len(before) - tail, each)

    # ---- Parts of objects and lists ----

    def set_member(self, value: Object, name: str, data: Any, before: str = "") -> None:
        """Sets a member of an object; a new one comes before another one, or else last."""
        member = value.member(name)
        if member is not None:
            self.set(member.value, data)
            return
        names = [each.name for each in value.members]
        index = names.index(before) if before in names else len(names)
        self._changed(value).new.append((index, (name, data)))

    def remove_member(self, value: Object, name: str) -> None:
        """Removes a member, each time that it is written."""
        if value.member(name) is not None:
            named = (n for n, member in enumerate(value.members) if member.name == name)
            self._changed(value).removed.update(named)

    def rename_member(self, member: Member, name: str) -> None:
        """Changes the key of a member, which stays in its place."""
        self._replaced[member.start, member.key_end] = _scalar(name)

    def insert(self, value: Array, index: int, data: Any) -> None:
        """Inserts an item before that of the index; several at one index stay in order."""
        self._changed(value).new.append((index, ("", data)))

    def remove(self, value: Array, index: int) -> None:
        """Removes an item."""
        self._changed(value).removed.add(index)

    def move(self, value: Container, index: int, to: int) -> None:
        """Moves an item or a member; those between make room. No other change may be there."""
        parts = _elements(value)
        order = list(range(len(parts)))
        order.insert(to, order.pop(index))
        for slot, origin in zip(parts, order, strict=True):
            moved = parts[origin]
            if moved is not slot:
                self._replaced[slot.start, slot.end] = self._text[moved.start : moved.end]

    def _changed(self, value: Container) -> "_Parts":
        return self._parts.setdefault(value.start, _Parts(value))

    def _spliced(self, parts: "_Parts") -> dict[tuple[int, int], str]:
        """The spans between the parts that stay, and their new texts."""
        value = parts.value
        elements = _elements(value)
        kept = [n for n in range(len(elements)) if n not in parts.removed]
        if not elements:
            return {(value.start, value.end): self._written(parts.data(), value, value.start)}
        if not kept and not parts.new:
            return {(value.start + 1, value.end - 1): ""}
        lead = self._text[value.start + 1 : elements[0].start]
        tail = self._text[elements[-1].end : value.end - 1]
        gaps = [self._text[one.end : other.start] for one, other in pairwise(elements)]
        between = gaps or [f",{lead}" if "\n" in lead else self._style.comma]
        # An empty span at either end stands for the brackets.
        ordered = sorted(parts.new, key=lambda each: each[0])
        bounds = [-1, *kept, len(elements)]
        found = {}
        for before, after in pairwise(bounds):
            start = value.start + 1 if before < 0 else elements[before].end
            end = value.end - 1 if after == len(elements) else elements[after].start
            new = [self._element(value, each) for n, each in ordered if before < n <= after]
            gap = between[min(max(before, 0), len(between) - 1)]
            text = gap.join(new)
            if before < 0:
                text = lead + text
            elif new:
                text = gap + text
            if after == len(elements):
                text += tail
            elif before >= 0:
                text += gaps[after - 1]
            elif new:
                text += between[0]
            found[start, end] = text
        return found

    # ---- Writing ----

    def _element(self, value: Container, new: tuple[str, Any]) -> str:
        name, data = new
        elements = _elements(value)
        start = elements[-1].start
        if isinstance(value, Array):
            return self._written(data, value.items[-1], start)
        first = value.members[0]
        colon = self._text[first.key_end : first.value.start]
        return _scalar(name) + colon + self._written(data, None, start)

    def _written(self, data: Any, like: Value | None, at: int) -> str:
        """The text of new data, in the way of another value, for a line like that of a place."""
        return self._style.write(data, like, self._style.indent_at(at))[0]


class _Parts:
    """The parts of an object or list that are removed, and the new ones by where they come."""

    def __init__(self, value: Container):
        self.value = value
        self.removed: set[int] = set()
        self.new: list[tuple[int, tuple[str, Any]]] = []

    def data(self) -> Any:
        """The new parts alone."""
        if isinstance(self.value, Object):
            return {name: data for _, (name, data) in self.new}
        return [data for _, (_, data) in self.new]


class _Style:
    """The manner in which the text of a document is written."""

    def __init__(self, document: GraphDocument):
        self._text = text = document.text
        self._root = document.root
        self._is_on_lines = "\n" in text.strip()
        self._newline = "\r\n" if "\r\n" in text else "\n"
        member = next(iter(document.root.members), None)
        self._colon = ": " if member is None else text[member.key_end : member.value.start]
        self.comma = ", " if self._colon.endswith(" ") else ","
        self._unit = "  "
        if member is not None and "\n" in (lead := text[document.root.start + 1 : member.start]):
            outer = self.indent_at(document.root.start)
            self._unit = lead.rpartition("\n")[2].removeprefix(outer)
        self._opens_all: bool | None = None

    def indent_at(self, at: int) -> str:
        """The space at the beginning of the line of a place."""
        line = self._text[self._text.rfind("\n", 0, at) + 1 : at]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def write(self, data: Any, like: Value | None, indent: str) -> tuple[str, bool]:
        """The text of data, and whether it is a list or object with its parts on lines of their
        own.

        Args:
            like: a value whose layout it takes, as far as the two have the same parts.
            indent: the indentation of the line on which it begins.
        """
        if isinstance(data, Mapping):
            known = like if isinstance(like, Object) else None
            names = [_scalar(name) + self._colon for name in data]
            likes = [known and known.get(name) for name in data]
            return self._write("{}", names, list(data.values()), likes, known, indent)
        if isinstance(data, list | tuple):
            array = like if isinstance(like, Array) else None
            first = array.items[0] if array and array.items else None
            return self._write("[]", [""] * len(data), data, [first] * len(data), array, indent)
        return _scalar(data), False

    def _write(
        self,
        brackets: str,
        names: Sequence[str],
        data: Sequence[Any],
        likes: Sequence[Value | None],
        like: Container | None,
        indent: str,
    ) -> tuple[str, bool]:
        if not data:
            return brackets, False
        inner = indent + self._unit
        each = list(zip(data, likes, strict=True))
        is_open = self._is_open(like)
        texts = [self.write(one, other, inner if is_open else indent) for one, other in each]
        if is_open is None:
            is_table = brackets == "[]" and any(isinstance(one, Mapping) for one in data)
            is_open = self._is_on_lines and (is_table or any(inside for _, inside in texts))
            if is_open:
                texts = [self.write(one, other, inner) for one, other in each]
        parts = [name + text for name, (text, _) in zip(names, texts, strict=True)]
        if not is_open:
            return brackets[0] + self.comma.join(parts) + brackets[1], False
        line = self._newline + inner
        inside = line + f",{line}".join(parts) + self._newline + indent
        return brackets[0] + inside + brackets[1], True

    def _is_open(self, like: Container | None) -> bool | None:
        """Whether such a value has lines of its own; None if the document does not tell."""
        lead = "" if like is None else _lead(self._text, like)
        if like is not None and (_elements(like) or "\n" in lead):
            return "\n" in lead
        if self._opens_all is None:
            self._opens_all = self._is_on_lines and _opens_all(self._text, self._root)
        return True if self._opens_all else None


def _opens_all(text: str, root: Value) -> bool:
    """Whether all objects and lists that are not empty have lines of their own."""
    waiting: list[Value] = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Container):
            parts = _elements(value)
            if parts and "\n" not in _lead(text, value):
                return False
            waiting += (part.value if isinstance(part, Member) else part for part in parts)
    return True


def _elements(value: Container) -> Sequence[Member | Value]:
    return value.members if isinstance(value, Object) else value.items


def _lead(text: str, value: Container) -> str:
    """The space behind the opening bracket."""
    parts = _elements(value)
    return text[value.start + 1 : parts[0].start if parts else value.end - 1]


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON, where 1 is 1.0 but is not true."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_is_same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _scalar(data: Any) -> str:
    """The text of a scalar; a whole number without a point."""
    if isinstance(data, float) and data.is_integer() and abs(data) < _LARGEST_WHOLE:
        data = int(data)
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        text.encode()
    except UnicodeEncodeError:  # half of a pair of surrogates, which only an escape can express
        return json.dumps(data)
    except (TypeError, ValueError) as error:
        raise InvalidDataError(f"{data!r:.80} cannot be written as JSON.") from error
    return text
