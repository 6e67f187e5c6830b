"""Declares the types of values: the bridge's own, with what only the engine has."""

from collections.abc import Iterable, Iterator

from .classes import constant
from .types import Described, Types, declaration, docstring, property_lines

# Types that are flat tuples in Python, with their number of elements.
NUMBERS = {
    "Vector2": 2, "Vector2i": 2, "Rect2": 4, "Rect2i": 4, "Vector3": 3, "Vector3i": 3,
    "Transform2D": 6, "Vector4": 4, "Vector4i": 4, "Plane": 4, "Quaternion": 4, "AABB": 6,
    "Basis": 9, "Transform3D": 12, "Projection": 16, "Color": 4, "RID": 1,
}  # fmt: skip
EXTENDED = (*NUMBERS, "Callable")
OPERATORS = {
    "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "%": "__mod__",
    "unary-": "__neg__",
}  # fmt: skip
# Operators that mean something else for a tuple than for a vector.
OTHER_THAN_TUPLES = ("__add__", "__mul__", "__rmul__")


def value_type(types: Types, class_: Described, floats: Described) -> Iterator[str]:
    """Yields a type of values.

    Args:
        types: Writes types.
        class_: Its description.
        floats: That of `float`, which can be multiplied by some of them.
    """
    name = class_["name"]
    is_tuple = name in NUMBERS
    yield f"class {name}({f'_values.{name}' if is_tuple else f'_{name}'}):"
    yield from docstring(class_.get("brief_description", ""), "    ")
    if is_tuple:
        yield from constructors(types, class_)
    for item in class_.get("members", []):
        doc = docstring(item.get("description", ""), "    ")
        yield from property_lines(item["name"], types.plain(item["type"]), doc)
    for item in class_.get("constants", []):
        yield f"    {item['name']}: ClassVar[{types.plain(item['type'])}]"
        yield from docstring(item.get("description", ""), "    ")
    for item in class_.get("enums", []):
        for value in item["values"]:
            yield from constant(value, "    ")
    for item in class_.get("methods", []):
        if is_tuple or not item["is_static"]:  # a Callable has its methods by name
            yield from method(types, item)
    if is_tuple:
        yield from operators(types, class_, floats)


def method(types: Types, function: Described) -> Iterator[str]:
    first = "" if function["is_static"] else "self"
    if function["is_static"]:
        yield "    @staticmethod"
    result = types.plain(function.get("return_type", ""))
    doc = docstring(function.get("description", ""), "        ")
    yield from declaration(function, first, types.parameters(function), result, doc, "    ")


def constructors(types: Types, class_: Described) -> Iterator[str]:
    """Yields the engine's constructors, and the one from all numbers in the order of the tuple."""
    name = class_["name"]
    kind = "int" if name.endswith("i") or name == "RID" else "float"
    numbers = [f"number_{i}: {kind}" for i in range(1, NUMBERS[name] + 1)]
    listed = [types.parameters(c) for c in class_["constructors"]]
    if not any(len(c) == len(numbers) > 1 for c in listed):
        listed.append(numbers)
    yield from overloads(
        "__new__", ((", ".join(["cls", *c, *(["/"] if c else [])]), "Self") for c in listed)
    )


def operators(types: Types, class_: Described, floats: Described) -> Iterator[str]:
    by_name: dict[str, list[tuple[str, str]]] = {}
    for item in class_["operators"]:
        right = item.get("right_type", "")
        if item["name"] in OPERATORS and right != "Variant":
            listed = f"self, other: {types.taken({'type': right})}, /" if right else "self"
            signatures = by_name.setdefault(OPERATORS[item["name"]], [])
            signatures.append((listed, types.plain(item["return_type"])))
    for item in floats["operators"]:
        if item["name"] == "*" and item.get("right_type") == class_["name"]:
            by_name["__rmul__"] = [("self, other: float, /", types.plain(item["return_type"]))]
    for name, signatures in by_name.items():
        yield from overloads(name, signatures)


def overloads(name: str, signatures: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yields a method with these parameters and results."""
    lines = [f"def {name}({listed}) -> {result}: ..." for listed, result in signatures]
    if len(lines) > 1:
        lines = [part for line in lines for part in ("@overload", line)]
    if name in OTHER_THAN_TUPLES:
        lines[0] += "  # type: ignore[override]"
    yield from (f"    {line}" for line in lines)
