"""A server's description of a class of nodes, and the inputs of a particular node.

Some inputs depend on others: a choice adds inputs named `choice.input`, and a list grows as more is
connected, as in `values.a`. So inputs are known only together with a node's values. Parts that are
not understood, such as those of future versions, are skipped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Description", "Input"]

_CHOICE = "COMFY_DYNAMICCOMBO_V3"
_LIST = "COMFY_AUTOGROW_V3"
_SLOT = "COMFY_DYNAMICSLOT_V3"
_SAME = "COMFY_MATCHTYPE_V3"
_INTERNAL = "COMFY_"
_MAX_LISTED = 100  # the longest list that the server lets grow
# Modules of the server's own nodes, whose checks are known. Other nodes may replace the server's
# checks by their own.
_OWN_MODULES = ("nodes", "comfy_extras")


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a node.

    Attributes:
        kind: "INT", "IMAGE", …, several separated by commas, or the list of choices.
    """

    kind: Any
    options: Mapping[str, Any]
    is_required: bool


class Description:
    """A class of nodes, as `/object_info` describes it.

    Attributes:
        is_output: whether a job runs such nodes, and what they need.
        is_known: whether it is one of the server's own.
        outputs: the types of its outputs; None if unknown.
    """

    def __init__(self, info: Mapping[str, Any]):
        self._groups = _mapping(info.get("input"))
        self.is_output = bool(info.get("output_node"))
        self.is_known = str(info.get("python_module", "")).partition(".")[0] in _OWN_MODULES
        outputs = info.get("output")
        self.outputs = outputs if isinstance(outputs, list) else None

    def inputs(self, given: Mapping[str, Any]) -> dict[str, Input]:
        """The inputs of a node with these values, by name."""
        found: dict[str, Input] = {}
        _collect(found, self._groups, given, "")
        return found


def _collect(
    found: dict[str, Input], groups: Mapping[str, Any], given: Mapping[str, Any], prefix: str
) -> None:
    for group in ("required", "optional"):
        for name, spec in _mapping(groups.get(group)).items():
            described = _input(spec, is_required=group == "required")
            if described is not None:
                _add(found, described, given, f"{prefix}{name}")


def _add(found: dict[str, Input], described: Input, given: Mapping[str, Any], name: str) -> None:
    kind, options = described.kind, described.options
    if kind == _CHOICE:
        for option in _list(options.get("options")):
            is_chosen = name in given and _mapping(option).get("key") == given[name]
            if is_chosen and isinstance(given[name], str):
                _collect(found, _mapping(option.get("inputs")), given, f"{name}.")
                return
    elif kind == _LIST:
        template = _mapping(options.get("template"))
        each = _first(_mapping(template.get("input")))
        if each is not None:
            listed = {f"{name}.{one}" for one in _names(template)}
            found |= {one: each for one in given if one in listed}
    elif kind == _SLOT:
        if name in given:
            found[name] = Input(options.get("slotType"), {}, is_required=False)
            _collect(found, _mapping(options.get("inputs")), given, f"{name}.")
    elif kind == _SAME or not (isinstance(kind, str) and kind.startswith(_INTERNAL)):
        found[name] = described


def _input(spec: Any, *, is_required: bool) -> Input | None:
    if not isinstance(spec, list) or not spec:
        return None
    options = _mapping(spec[1]) if len(spec) > 1 else {}
    return Input(spec[0], options, is_required)


def _first(groups: Mapping[str, Any]) -> Input | None:
    """The description of each entry of a growing list."""
    for group in groups.values():
        for spec in _mapping(group).values():
            return _input(spec, is_required=False)
    return None


def _names(template: Mapping[str, Any]) -> Iterable[str]:
    if isinstance(template.get("prefix"), str):
        return (f"{template['prefix']}{number}" for number in range(_MAX_LISTED))
    return (name for name in _list(template.get("names")) if isinstance(name, str))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
