"""Declares the engine's classes and enums."""

from collections.abc import Iterator, Sequence
from typing import Any

from .types import (
    Described,
    Types,
    declaration,
    docstring,
    first_sentence,
    property_lines,
    python_name,
    says_null,
)

# A virtual method whose name the bridge uses for something else.
OF_BRIDGE = ("_is_tool",)

# What methods take that add a step to a history: the bridge takes functions with their arguments.
STEPS = {
    "UndoRedo": ("callable: _Function",),
    "EditorUndoRedoManager": ("object: Object | None, method: _str", "function: _Function"),
}

# Methods that the engine or the bridge calls on every object, which no class description lists.
CALLBACKS = '''\
    def _notification(self, what: int, /) -> None:
        """Called with each notification, such as `NOTIFICATION_READY`."""
    def _pass_time(self, seconds: float, /) -> float:
        """Called in place of the notification of a frame.

        Returns for how many seconds nothing will be to do.
        """
    def _get(self, property: _str, /) -> Any:
        """Returns a property that the class does not have, or None."""
    def _set(self, property: _str, value: Any, /) -> bool:
        """Sets a property that the class does not have; returns False for one that is unknown."""
    def _get_property_list(self, /) -> Sequence[Mapping[_str, Any]]:
        """Describes the properties that `_get` and `_set` know."""
    def _validate_property(self, property: dict[_str, Any], /) -> None:
        """Changes how the inspector shows a property."""
    def _property_can_revert(self, property: _str, /) -> bool:
        """Returns True if the inspector offers to revert a property."""
    def _property_get_revert(self, property: _str, /) -> Any:
        """Returns the value that a property is reverted to."""
    def _to_string(self, /) -> _str:
        """Returns the text that stands for the object."""
'''


class Classes:
    """The declarations of the engine's classes."""

    def __init__(self, api: Described):
        self.types = Types(api)
        self._by_name = {c["name"]: c for c in api["classes"]}

    def lines(self, class_: Described) -> Iterator[str]:
        """Yields the lines of a class; for a singleton, also its object."""
        name = self.types.class_name(class_["name"])
        base = self.types.class_name(class_.get("inherits", "")) or "_EngineObject"
        body = list(docstring(class_.get("brief_description", ""), "    "))
        for lines in self._members(class_).values():
            body += lines
        if class_["name"] == "Object":
            body += CALLBACKS.splitlines()
        yield f"class {name}({base}):{'' if body else ' ...'}"
        yield from body
        if name != class_["name"]:
            yield f"{class_['name']}: {name}"

    def _members(self, class_: Described) -> dict[str, list[str]]:
        """Returns the lines of each member; of several with one name, those of the last."""
        types = self.types
        # Enums come first, because mypy knows a nested class only after its lines.
        made = {e["name"]: list(enum(e, "    ")) for e in class_.get("enums", [])}
        shown = [p for p in class_.get("properties", []) if "/" not in p["name"]]
        readers = {p["getter"] for p in shown if "setter" in p}
        getters = self._methods(class_["name"])
        for item in class_.get("signals", []):
            made[item["name"]] = list(signal(types, item))
        for item in class_.get("methods", []):
            if item["name"] not in OF_BRIDGE:
                made[item["name"]] = list(method(types, item, item["name"] in readers))
            if item["name"] in ("add_do_method", "add_undo_method") and class_["name"] in STEPS:
                made[item["name"]] = list(step(item, STEPS[class_["name"]]))
        for item in shown:
            made[item["name"]] = list(property_(types, item, getters.get(item["getter"])))
        for item in class_.get("constants", []):
            doc = docstring(item.get("description", ""), "    ")
            made[item["name"]] = [*constant(item, "    "), *doc]
        for item in class_.get("enums", []):
            made |= {value["name"]: list(constant(value, "    ")) for value in item["values"]}
        return made

    def _methods(self, name: str) -> dict[str, Described]:
        """Returns the methods of a class and of its bases, by name."""
        class_ = self._by_name[name]
        found = self._methods(class_["inherits"]) if "inherits" in class_ else {}
        return {**found, **{m["name"]: m for m in class_.get("methods", [])}}


def method(types: Types, function: Described, of_property: bool) -> Iterator[str]:
    """Yields the lines of a method of an engine class.

    Args:
        types: Writes types.
        function: Its description.
        of_property: True for a getter of a property that may hold None.
    """
    returned: dict[str, Any] = function.get("return_value") or {"type": ""}
    doc = docstring(function.get("description", ""), "        ")
    if function["is_virtual"]:
        result = types.taken(returned)
        given = types.handed_parameters(function)
        yield from declaration(function, "self", given, result, doc, "    ")
        return
    may_be_none = returned.get("meta") != "required" and (of_property or says_null(function))
    first = "" if function["is_static"] else "self"
    if function["is_static"]:
        yield "    @staticmethod"
    yield from declaration(
        function, first, types.parameters(function), types.given(returned, may_be_none), doc, "    "
    )


def step(function: Described, forms: Sequence[str]) -> Iterator[str]:
    """Yields the lines of a method that adds a step to a history, once for each form."""
    for taken in forms:
        if len(forms) > 1:
            yield "    @overload"
        yield f"    def {function['name']}(self, {taken}, /, *arguments: Any) -> None:"
        yield from docstring(function.get("description", ""), "        ")


def property_(types: Types, described: Described, getter: Described | None) -> Iterator[str]:
    """Yields the lines of a property; its getter describes the type better than the property."""
    is_choice = "," in described["type"]
    shown = getter["return_value"] if getter and not is_choice else described
    doc = docstring(described.get("description", ""), "    ")
    if "setter" not in described:
        may_be_none = getter is None or says_null(getter)
        yield from property_lines(described["name"], types.given(shown, may_be_none), doc)
        return
    # It accepts any text, but no object.
    is_text = shown["type"] in ("StringName", "NodePath")
    kind = types.plain("String") if is_text else types.given(shown, may_be_none=True)
    yield f"    {python_name(described['name'])}: {kind}"
    yield from doc


def signal(types: Types, described: Described) -> Iterator[str]:
    """Yields the lines of a signal, with its arguments in the docstring."""
    arguments = ", ".join(
        f"{a['name']}: {types.plain(a['type'])}" for a in described.get("arguments", [])
    ).replace("_str", "str")
    yield f"    {python_name(described['name'])}: Signal"
    doc = first_sentence(described.get("description", ""))
    yield from docstring(f"({arguments}) {doc}", "    ")


def enum(described: Described, indent: str) -> Iterator[str]:
    base = "IntFlag" if described["is_bitfield"] else "IntEnum"
    yield f"{indent}class {described['name']}({base}):"
    for value in described["values"]:
        yield f"{indent}    {python_name(value['name'])} = {value['value']}"
        yield from docstring(value.get("description", ""), indent + "    ")


def constant(described: Described, indent: str) -> Iterator[str]:
    yield f"{indent}{python_name(described['name'])}: Final = {described['value']}"
