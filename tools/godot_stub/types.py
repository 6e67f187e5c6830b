"""Writes the engine's types, functions and documentation in Python's syntax."""

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Described = Mapping[str, Any]

# The types that Python gets from the engine, and those that the engine takes if it takes more.
GIVES = {
    "": "None",
    "String": "_str",
    "Variant": "Any",
    "Array": "list[Any]",
    "Dictionary": "dict[Any, Any]",
    "Callable": "_Function",
    "PackedByteArray": "bytes",
}
TAKES = {
    "StringName": "_str",
    "NodePath": "_str",
    "Array": "Sequence[Any]",
    "Dictionary": "Mapping[Any, Any]",
    "PackedByteArray": "_Buffer | Sequence[int]",
    "PackedInt32Array": "_Buffer | Sequence[int]",
    "PackedInt64Array": "_Buffer | Sequence[int]",
    "PackedFloat32Array": "_Buffer | Sequence[float]",
    "PackedFloat64Array": "_Buffer | Sequence[float]",
    "PackedStringArray": "Sequence[_str]",
    "PackedVector2Array": "_Buffer | Sequence[Vector2]",
    "PackedVector3Array": "_Buffer | Sequence[Vector3]",
    "PackedVector4Array": "_Buffer | Sequence[Vector4]",
    "PackedColorArray": "_Buffer | Sequence[Color]",
}
# Enums that the bridge has under another name, or not at all.
OTHER_ENUMS = {"Variant.Type": "Type | int", "Variant.Operator": "int", "Vector3.Axis": "int"}
WORDS = {"true": "True", "false": "False", "null": "None"}


class Types:
    """Writes the engine's types in Python's syntax."""

    def __init__(self, api: Described):
        self.classes = {c["name"] for c in api["classes"]}
        self.singletons = {s["type"] for s in api["singletons"]}

    def class_name(self, name: str) -> str:
        """Returns the name of a class; that of a singleton's class has an underscore."""
        return f"_{name}" if name in self.singletons else name

    def plain(self, name: str) -> str:
        """Returns the type of a value that is not None."""
        kind, _, inner = name.partition("::")
        if kind in ("enum", "bitfield"):
            return self._enum(inner)
        if kind == "typedarray":
            return f"list[{self._element(inner)}]"
        if kind == "typeddictionary":
            return f"dict[{', '.join(map(self._element, inner.split(';')))}]"
        if name.endswith("*"):
            return "int"  # an address
        if "," in name:
            return " | ".join(self.plain(n) for n in name.split(",") if not n.startswith("-"))
        return self.class_name(name) if name in self.classes else GIVES.get(name, name)

    def _element(self, name: str) -> str:
        """Returns the type of an element, which may be written as `type/hint:class`."""
        return self.plain(name.partition(":")[2] or "Array" if "/" in name else name)

    def _enum(self, name: str) -> str:
        """Returns an enum's type; the engine gives and takes its values as integers."""
        owner, _, inner = name.rpartition(".")
        spelled = f"{self.class_name(owner)}.{inner}" if owner else inner
        return OTHER_ENUMS.get(name) or f"{spelled} | int"

    def given(self, described: Described, may_be_none: bool) -> str:
        """Returns the type of a value from the engine."""
        name = described["type"]
        is_object = name in self.classes or "," in name
        return f"{self.plain(name)} | None" if may_be_none and is_object else self.plain(name)

    def taken(self, described: Described) -> str:
        """Returns the type of a value for the engine; objects may be None unless required."""
        name = described["type"]
        kind, _, inner = name.partition("::")
        if kind == "typedarray":
            return f"Sequence[{self._element(inner)}]"
        if kind == "typeddictionary":
            return self.plain(name).replace("dict", "Mapping", 1)
        return TAKES.get(name) or self.given(described, described.get("meta") != "required")

    def parameters(self, function: Described) -> list[str]:
        """Returns the parameters of a function that Python calls."""
        return [
            f"{python_name(a['name'])}: {self.taken(a)}{default(a)}"
            for a in function.get("arguments", [])
        ]

    def handed_parameters(self, function: Described) -> list[str]:
        """Returns the parameters of a method that the engine calls."""
        may_be_none = says_null(function)
        return [
            f"{python_name(a['name'])}:"
            f" {self.given(a, may_be_none and a.get('meta') != 'required')}"
            for a in function.get("arguments", [])
        ]


def python_name(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def default(argument: Described) -> str:
    """Returns a default value in Python's syntax or as `...`; "" if there is none."""
    if "default_value" not in argument:
        return ""
    text = argument["default_value"]
    is_same = re.fullmatch(r'-?[0-9.]+|"[^"\\]*"', text)
    return f" = {text if is_same else WORDS.get(text, '...')}"


def says_null(function: Described) -> bool:
    """Tells whether objects of a function may be None: as documented, and without documentation."""
    text = function.get("description", "")
    return not text or "[code]null[/code]" in text or function["name"].endswith("_or_null")


def declaration(
    function: Described,
    first: str,
    parameters: Iterable[str],
    result: str,
    doc: Iterable[str],
    indent: str,
) -> Iterator[str]:
    """Yields a function whose arguments have no names for its caller.

    Args:
        function: Its description.
        first: `self`, or nothing.
        parameters: The other arguments.
        result: The type of its result.
        doc: The lines of its docstring.
        indent: The text before its first line.
    """
    listed = [*filter(None, [first]), *parameters]
    listed += ["/"] if listed else []
    listed += ["*arguments: Any"] if function["is_vararg"] else []
    lines = list(doc)
    head = f"{indent}def {python_name(function['name'])}({', '.join(listed)}) -> {result}:"
    yield head if lines else f"{head} ..."
    yield from lines


def property_lines(name: str, type_: str, doc: Iterable[str]) -> Iterator[str]:
    """Yields a property that can only be read."""
    lines = [f"    {line}" for line in doc]
    head = f"    def {python_name(name)}(self) -> {type_}:"
    yield "    @property"
    yield head if lines else f"{head} ..."
    yield from lines


# ---- Documentation ----

# Replacements for the markup of the engine's documentation.
MARKUP = (
    (r"\[(?:annotation|constant|constructor|enum|member|method|operator|param|signal|theme_item)"
     r" (?:@GlobalScope\.|@GDScript\.)?([^\]]+)\]", r"`\1`"),
    (r"\[/?(?:code|kbd)(?: [^\]]*)?\]", "`"),
    (r"\[/?(?:b|i|u|url)(?:=[^\]]*)?\]", ""),
    (r"\[([A-Za-z0-9@]+)\]", r"\1"),
)  # fmt: skip
SENTENCE = re.compile(r".*?(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)[.!?](?=\s|$)")


def first_sentence(text: str) -> str:
    """Returns the first sentence of a description, without its markup."""
    text = re.split(r"\n|\[codeblock", text.strip(), maxsplit=1)[0]
    for pattern, replacement in MARKUP:
        text = re.sub(pattern, replacement, text)
    found = SENTENCE.match(text)
    return (found[0] if found else text).strip()


def docstring(text: str, indent: str) -> Iterator[str]:
    """Yields the first sentence of a description as a docstring; nothing if there is none."""
    if sentence := first_sentence(text).replace("\\", "\\\\").replace('"""', "'''"):
        yield f'{indent}"""{sentence}{" " if sentence.endswith(chr(34)) else ""}"""'
