"""What a server has: its nodes, and the models that they can load. Graphs are checked against it.

The server checks too, but only when a job is sent, and it stops at the first node that it does not
know. What is missing is told here before the first job, all at once, by node and by name.
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from ...errors import Problem
from .values import Graph

__all__ = ["Catalogue", "classes_in", "label"]

_NUMBERS: Mapping[str, Any] = {"INT": int, "FLOAT": (int, float)}


def label(graph: Graph, node: str) -> str:
    """How people know a node: its title if it has one, its class, and its id."""
    found = graph.get(node, {})
    title = found.get("_meta", {}).get("title") if isinstance(found.get("_meta"), dict) else None
    kind = str(found.get("class_type", "?"))
    return f"{title} ({kind}, #{node})" if title and title != kind else f"{kind} (#{node})"


def classes_in(graph: Graph) -> set[str]:
    """The kinds of nodes that a graph uses."""
    return {str(node.get("class_type")) for node in graph.values()}


class Catalogue:
    """The descriptions of nodes as `/object_info` gives them, by class.

    What is not in them, as in descriptions of versions to come, is not checked.
    """

    def __init__(self, nodes: Mapping[str, Any]):
        self._nodes = {name: info for name, info in nodes.items() if isinstance(info, dict)}

    def __contains__(self, class_type: str) -> bool:
        return class_type in self._nodes

    def choices(self, class_type: str, field: str) -> tuple[str, ...] | None:
        """What may be chosen for an input, such as the models of a loader; None if anything may."""
        kind, options = self._spec(class_type, field)
        if options.get("image_upload") or options.get("video_upload"):
            return None  # uploads may lie in folders that the list leaves out
        listed = options.get("options") if kind == "COMBO" else kind
        return tuple(map(str, listed)) if isinstance(listed, list) else None

    def resolve(self, graph: Graph) -> Graph:
        """The graph with models called as the server calls them.

        A model may be named without its folder and ending, if that fits only one.
        """
        return {
            name: {
                **node,
                "inputs": {
                    field: self._resolved(str(node["class_type"]), field, value)
                    for field, value in node["inputs"].items()
                },
            }
            for name, node in graph.items()
        }

    def check(self, graph: Graph) -> tuple[Problem, ...]:
        """All that keeps the server from running the graph."""
        problems: list[Problem] = []
        for name, node in graph.items():
            where = label(graph, name)
            kind = str(node.get("class_type"))
            if kind not in self._nodes:
                message = "the server does not have this node: install it, or update ComfyUI"
                problems.append(Problem(where, "", message))
                continue
            problems += self._missing(where, kind, node["inputs"])
            for field, value in node["inputs"].items():
                message = self._wrong(graph, kind, field, value)
                if message:
                    problems.append(Problem(where, field, message))
        if not any(self._is_output(str(node.get("class_type"))) for node in graph.values()):
            problems.append(Problem("", "", "no node saves a video: add SaveVideo"))
        return tuple(problems)

    def _missing(self, where: str, kind: str, inputs: Mapping[str, Any]) -> Iterable[Problem]:
        required = self._inputs(kind, "required")
        return [Problem(where, field, "is missing") for field in required if field not in inputs]

    def _wrong(self, graph: Graph, class_type: str, field: str, value: Any) -> str:
        """What is wrong with an input, "" if nothing is."""
        kind, options = self._spec(class_type, field)
        if _is_link(value):
            return self._wrong_link(graph, kind, value)
        choices = self.choices(class_type, field)
        if choices is not None:
            return "" if str(value) in choices else _not_there(value, choices)
        if isinstance(kind, str) and kind in _NUMBERS:
            return _wrong_number(value, kind, options)
        return ""

    def _wrong_link(self, graph: Graph, kind: Any, link: list[Any]) -> str:
        source, output = link
        if source not in graph:
            return f"is connected to node {source}, which does not exist"
        given = self._nodes.get(str(graph[source].get("class_type")), {}).get("output")
        if not isinstance(given, list):
            return ""
        if not 0 <= output < len(given):
            return f"is connected to output {output} of {label(graph, source)}, which has none such"
        made = given[output]
        wanted = kind.split(",") if isinstance(kind, str) else ["*"]
        simple = isinstance(made, str) and "," not in made and not made.startswith("COMFY_")
        if simple and {made, "*"}.isdisjoint(wanted) and made != "*" and kind != "COMBO":
            return f"takes {kind}, but {label(graph, source)} gives {made}"
        return ""

    def _resolved(self, class_type: str, field: str, value: Any) -> Any:
        choices = self.choices(class_type, field) if isinstance(value, str) else None
        if not choices or value in choices:
            return value
        wanted = _stem(value)
        fitting = [choice for choice in choices if _stem(choice) == wanted]
        return fitting[0] if len(fitting) == 1 else value

    def _is_output(self, class_type: str) -> bool:
        return bool(self._nodes.get(class_type, {"output_node": True}).get("output_node"))

    def _inputs(self, class_type: str, group: str) -> Mapping[str, Any]:
        inputs = self._nodes.get(class_type, {}).get("input")
        found = inputs.get(group) if isinstance(inputs, dict) else None
        return found if isinstance(found, dict) else {}

    def _spec(self, class_type: str, field: str) -> tuple[Any, Mapping[str, Any]]:
        """The kind of an input and its options, as the server describes them."""
        for group in ("required", "optional"):
            spec = self._inputs(class_type, group).get(field)
            if isinstance(spec, list) and spec:
                options = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
                return spec[0], options
        return None, {}


def _is_link(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


def _stem(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    return (
        path.stem if path.suffix in (".safetensors", ".ckpt", ".pt", ".pth", ".gguf") else path.name
    )


def _not_there(value: Any, choices: tuple[str, ...]) -> str:
    shown = ", ".join(choices[:8]) + (", …" if len(choices) > 8 else "")
    return f"the server does not have {value!r}, but {shown or 'nothing'}"


def _wrong_number(value: Any, kind: str, options: Mapping[str, Any]) -> str:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS[kind]):
        return f"must be a number ({kind}), not {value!r}"
    low, high = options.get("min"), options.get("max")
    if isinstance(low, int | float) and value < low:
        return f"{value} is below {low}"
    if isinstance(high, int | float) and value > high:
        return f"{value} is above {high}"
    return ""
