"""The nodes of a server and the models that they can load. Graphs are checked against them.

The server checks too, but only when a job is sent, and it stops at the first unknown node. Here all
problems are reported before the first job, by node and by name. Nothing that the server would run
is refused: its own rules are used. If they are not certain, a doubt is reported, not a problem.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ...errors import Problem
from .description import Description, Input
from .endings import SAVE_ONE, unplayable
from .rules import Wrong, as_link, choices, wrong_link, wrong_value
from .values import Graph
from .version import numbers_of

__all__ = ["Check", "NodeCatalogue", "classes_in", "label"]

# The oldest version known to check every list of choices.
_CHECKS_ALL = (0, 33)
_MODELS = (".safetensors", ".ckpt", ".pt", ".pth", ".gguf")


def label(graph: Graph, node: str) -> str:
    """The name of a node for people: its title if it has one, its class, and its id."""
    found = graph.get(node, {})
    title = found.get("_meta", {}).get("title") if isinstance(found.get("_meta"), dict) else None
    kind = str(found.get("class_type", "?"))
    return f"{title} ({kind}, #{node})" if title and title != kind else f"{kind} (#{node})"


def classes_in(graph: Graph) -> set[str]:
    """The classes of the nodes of a graph."""
    return {str(node.get("class_type")) for node in graph.values()}


@dataclass(frozen=True, slots=True)
class Check:
    """The findings about a graph.

    Attributes:
        problems: reasons why the server cannot run it, or gets no clip from it.
        doubts: parts that the server may refuse or skip.
    """

    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()


class NodeCatalogue:
    """The descriptions of nodes by class, as `/object_info` gives them.

    Parts that are not understood, such as those of future versions, are not checked.

    Args:
        version: of the server, "" if unknown.
        replaced: classes for which the server substitutes others.
    """

    def __init__(self, nodes: Mapping[str, Any], version: str = "", replaced: Collection[str] = ()):
        self._nodes = {
            name: Description(info) for name, info in nodes.items() if isinstance(info, dict)
        }
        self._replaced = frozenset(replaced)
        self._checks_all = numbers_of(version) >= _CHECKS_ALL

    def __contains__(self, class_type: str) -> bool:
        return class_type in self._nodes or class_type in self._replaced

    def resolve(self, graph: Graph) -> Graph:
        """The graph with the server's names of models.

        A model may be named without folder and extension if that is unique.
        """
        return {name: {**node, "inputs": self._resolved(node)} for name, node in graph.items()}

    def check(self, graph: Graph, output: str = "") -> Check:
        """Finds reasons why the server would make no clip of the graph.

        The server checks only output nodes and what they need, and runs the valid ones.

        Args:
            output: the node whose clip is wanted; "" for any.
        """
        absent = tuple(
            Problem(
                label(graph, name),
                "",
                "the server does not have this node: install it, or update ComfyUI",
            )
            for name, node in graph.items()
            if str(node.get("class_type")) not in self
        )
        if absent:
            return Check(absent)
        ends = [name for name in graph if self._is_output(graph, name)]
        if not ends:
            return Check((Problem("", "", "no node saves a video: add SaveVideo"),))
        wanted = [name for name in ends if not output or name == output]
        if not wanted:
            return Check((Problem(label(graph, output), "", "saves no file: name one that does"),))
        usable = [name for name in wanted if not unplayable(graph[name])]
        if not usable:
            return Check(tuple(_unplayable(graph, name) for name in wanted))
        walk = _Walk(graph, self._nodes, checks_all=self._checks_all)
        found = {name: walk.check(name) for name in ends}
        whole = [name for name in usable if not found[name].problems]
        refused = [] if whole else [problem for name in usable for problem in found[name].problems]
        problems = tuple(dict.fromkeys(refused))
        every = (p for each in found.values() for p in (*each.problems, *each.doubts))
        return Check(problems, tuple(p for p in dict.fromkeys(every) if p not in problems))

    def _is_output(self, graph: Graph, name: str) -> bool:
        described = self._nodes.get(str(graph[name].get("class_type")))
        return described is not None and described.is_output

    def _resolved(self, node: Mapping[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = node["inputs"]
        described = self._nodes.get(str(node.get("class_type")))
        inputs = described.inputs(given) if described is not None else {}
        return {
            field: _nearest(value, choices(inputs[field])) if field in inputs else value
            for field, value in given.items()
        }


class _Walk:
    """Visits everything that output nodes need."""

    def __init__(self, graph: Graph, nodes: Mapping[str, Description], *, checks_all: bool):
        self._graph = graph
        self._nodes = nodes
        self._checks_all = checks_all
        self._checked: dict[str, Check] = {}
        self._needs: dict[str, list[str]] = {}

    def check(self, end: str) -> Check:
        """Checks an output node and everything that it needs."""
        problems: list[Problem] = []
        doubts: list[Problem] = []
        seen: set[str] = set()
        waiting = [end]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name not in self._checked:
                self._checked[name] = self._check(name)
            problems += self._checked[name].problems
            doubts += self._checked[name].doubts
            waiting += self._needs[name]
        if not problems and (turn := self._circle(end)):
            problems.append(Problem(label(self._graph, turn), "", "depends on its own output"))
        return Check(tuple(problems), tuple(doubts))

    def _check(self, name: str) -> Check:
        """Checks one node, and notes what it needs."""
        needs = self._needs[name] = []
        node = self._graph[name]
        described = self._nodes.get(str(node.get("class_type")))
        given: Mapping[str, Any] = node["inputs"]
        found: dict[bool, list[Problem]] = {True: [], False: []}
        if described is None:
            return Check()
        for field, each in described.inputs(given).items():
            wrong = self._wrong(described, each, given, field)
            if wrong is not None:
                found[wrong.is_sure].append(Problem(label(self._graph, name), field, wrong.message))
            link = as_link(given.get(field))
            if link is not None and link[0] in self._graph:
                needs.append(link[0])
        return Check(tuple(found[True]), tuple(found[False]))

    def _wrong(
        self, described: Description, each: Input, given: Mapping[str, Any], field: str
    ) -> Wrong | None:
        if field not in given:
            return Wrong("is missing") if each.is_required else None
        value, is_known = given[field], described.is_known
        if not isinstance(value, list):
            return wrong_value(value, each, is_known=is_known, checks_all=self._checks_all)
        link = as_link(value)
        if link is None:
            return Wrong("is a list, but not a connection: a node's id and an output's number")
        source, output = link
        if source not in self._graph:
            return Wrong(f"is connected to node {source}, which does not exist")
        given_by = self._nodes.get(str(self._graph[source].get("class_type")))
        if given_by is None:
            return None
        return wrong_link(given_by, output, each, label(self._graph, source), is_known=is_known)

    def _circle(self, end: str) -> str:
        """A node that depends on itself among those that `end` needs; "" if there is none."""
        done: set[str] = set()
        above: dict[str, None] = {}
        waiting = [(end, False)]
        while waiting:
            name, is_left = waiting.pop()
            if is_left:
                del above[name]
                done.add(name)
            elif name in above:
                return name
            elif name not in done:
                above[name] = None
                waiting += [(name, True), *((each, False) for each in self._needs[name])]
        return ""


def _unplayable(graph: Graph, name: str) -> Problem:
    made = unplayable(graph[name])
    return Problem(label(graph, name), "", f"makes {made}, which cannot be played: {SAVE_ONE}")


def _nearest(value: Any, listed: list[Any] | None) -> Any:
    """The only choice with this name, ignoring folder and extension; otherwise the value itself."""
    if not isinstance(value, str) or not listed or value in listed:
        return value
    wanted = _stem(value)
    fitting = [each for each in listed if isinstance(each, str) and _stem(each) == wanted]
    return fitting[0] if len(fitting) == 1 else value


def _stem(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.stem if path.suffix in _MODELS else path.name
