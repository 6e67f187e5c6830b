"""What a server has: its nodes, and the models that they can load. Graphs are checked against it.

The server checks too, but only when a job is sent, and it stops at the first node that it does not
know. What is missing is told here before the first job, all at once, by node and by name. What the
server would run is never refused: its own rules are followed, and where they are not known for
sure, there is a doubt and no problem.
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

# The oldest version that was seen to check every list of choices.
_CHECKS_ALL = (0, 33)
_MODELS = (".safetensors", ".ckpt", ".pt", ".pth", ".gguf")


def label(graph: Graph, node: str) -> str:
    """How people know a node: its title if it has one, its class, and its id."""
    found = graph.get(node, {})
    title = found.get("_meta", {}).get("title") if isinstance(found.get("_meta"), dict) else None
    kind = str(found.get("class_type", "?"))
    return f"{title} ({kind}, #{node})" if title and title != kind else f"{kind} (#{node})"


def classes_in(graph: Graph) -> set[str]:
    """The kinds of nodes that a graph uses."""
    return {str(node.get("class_type")) for node in graph.values()}


@dataclass(frozen=True, slots=True)
class Check:
    """What was found in a graph.

    Attributes:
        problems: all that keeps the server from running it, or it from ending in a clip.
        doubts: what the server may refuse, or leave out.
    """

    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()


class NodeCatalogue:
    """The descriptions of nodes as `/object_info` gives them, by class.

    What is not in them, as in descriptions of versions to come, is not checked.

    Args:
        version: of the server, "" if it does not say.
        replaced: classes that it does not have, and puts others in their place.
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
        """The graph with models called as the server calls them.

        A model may be named without its folder and ending, if that fits only one.
        """
        return {name: {**node, "inputs": self._resolved(node)} for name, node in graph.items()}

    def check(self, graph: Graph, output: str = "") -> Check:
        """What keeps the server from making a clip of the graph.

        It checks what an output node needs and no other, and runs those output nodes that are
        whole.

        Args:
            output: the node whose clip is wanted; "" for that of any.
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
    """Goes from output nodes to all that they need."""

    def __init__(self, graph: Graph, nodes: Mapping[str, Description], *, checks_all: bool):
        self._graph = graph
        self._nodes = nodes
        self._checks_all = checks_all
        self._checked: dict[str, Check] = {}
        self._needs: dict[str, list[str]] = {}

    def check(self, end: str) -> Check:
        """What is wrong with an output node and with all that it needs."""
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
            problems.append(Problem(label(self._graph, turn), "", "needs what it makes itself"))
        return Check(tuple(problems), tuple(doubts))

    def _check(self, name: str) -> Check:
        """What is wrong with one node; notes what it needs."""
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
            return Wrong("is a list, which is neither a value nor a node and one of its outputs")
        source, output = link
        if source not in self._graph:
            return Wrong(f"is connected to node {source}, which does not exist")
        given_by = self._nodes.get(str(self._graph[source].get("class_type")))
        if given_by is None:
            return None
        return wrong_link(given_by, output, each, label(self._graph, source), is_known=is_known)

    def _circle(self, end: str) -> str:
        """A node that needs itself, "" if none of those that `end` needs does."""
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
    """The one choice that a name without folder and ending stands for; else the value itself."""
    if not isinstance(value, str) or not listed or value in listed:
        return value
    wanted = _stem(value)
    fitting = [each for each in listed if isinstance(each, str) and _stem(each) == wanted]
    return fitting[0] if len(fitting) == 1 else value


def _stem(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.stem if path.suffix in _MODELS else path.name
