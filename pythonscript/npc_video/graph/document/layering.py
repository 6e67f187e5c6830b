"""Arranges nodes in columns along their wires, from left to right."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from .document import Point

__all__ = ["arranged", "clear_of"]

_GAP: Point = (80.0, 40.0)
_SWEEPS = 4
_WIDEST_ROW = 1600.0  # of nodes without wires

Size = tuple[float, float]
Neighbours = Mapping[str, Sequence[str]]


def clear_of(
    at: Point, size: Size, taken: Iterable[tuple[float, float, float, float]], gap: float
) -> Point:
    """The place for a rectangle, there or below, at which it covers none of those that are taken.

    Args:
        at: the upper left corner that is wanted.
        taken: left, top, width and height of each.
        gap: the least space below others.
    """
    (x, y), (width, height) = at, size
    for left, top, its_width, its_height in sorted(taken, key=lambda each: each[1]):
        beside = x >= left + its_width or left >= x + width
        if not beside and y < top + its_height and top < y + height:
            y = top + its_height + gap
    return x, y


def arranged(
    sizes: Mapping[str, Size], wires: Iterable[tuple[str, str]], gap: Point = _GAP
) -> dict[str, Point]:
    """The upper left corners of nodes, from (0, 0) on, at which none overlaps another one.

    Each node is to the right of those that lead to it, except in a circle. Equal arguments give
    equal positions. Nodes without wires are in rows below.

    Args:
        sizes: width and height by node, in pixels, in an order that decides between equals.
        wires: pairs of nodes; those with other nodes are ignored.
        gap: the least space between columns and between rows, in pixels.
    """
    pairs = dict.fromkeys((a, b) for a, b in wires if a in sizes and b in sizes and a != b)
    wired = {node for pair in pairs for node in pair}
    forward = _forward([node for node in sizes if node in wired], list(pairs))
    into: dict[str, list[str]] = {node: [] for node in wired}
    out_of: dict[str, list[str]] = {node: [] for node in wired}
    for source, target in pairs:
        into[target].append(source)
        out_of[source].append(target)
    columns = _ordered(_columns(forward), into, out_of, sizes, gap[1])
    positions = _placed(columns, sizes, gap)
    bottom = max((positions[node][1] + sizes[node][1] + gap[1] for node in positions), default=0.0)
    positions |= _rows([node for node in sizes if node not in wired], sizes, gap, bottom)
    return {node: positions[node] for node in sizes}


def _forward(nodes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """The targets of each node without wires that close a circle; the sources come first."""
    targets: dict[str, list[str]] = {node: [] for node in nodes}
    for source, end in pairs:
        targets[source].append(end)
    is_begun: set[str] = set()
    is_done: set[str] = set()
    finished: list[str] = []
    led = {end for _, end in pairs}
    # Nodes to which nothing leads come first, so that circles are opened where they are entered.
    target: str | None
    for start in sorted(nodes, key=led.__contains__):
        waiting = [(start, iter(list(targets[start])))] if start not in is_begun else []
        is_begun.add(start)
        while waiting:
            node, left = waiting[-1]
            target = next(left, None)
            if target is None:
                waiting.pop()
                is_done.add(node)
                finished.append(node)
            elif target not in is_begun:
                is_begun.add(target)
                waiting.append((target, iter(list(targets[target]))))
            elif target not in is_done:
                targets[node].remove(target)
    return {node: targets[node] for node in reversed(finished)}


def _columns(forward: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The nodes by the length of the longest way to them."""
    depth = dict.fromkeys(forward, 0)
    for node, targets in forward.items():
        for target in targets:
            depth[target] = max(depth[target], depth[node] + 1)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in depth:
        columns[depth[node]].append(node)
    return columns


def _ordered(
    columns: list[list[str]],
    into: Neighbours,
    out_of: Neighbours,
    sizes: Mapping[str, Size],
    gap: float,
) -> list[list[str]]:
    """Moves each node near the middle of its neighbours, which keeps wires from crossing."""
    middle: dict[str, float] = {}
    for column in columns:
        middle |= _middles(column, sizes, gap)
    for sweep in range(_SWEEPS):
        sides, order = (out_of, columns[::-1]) if sweep % 2 else (into, columns)
        for column in order:
            wanted = {
                node: sum(middle[other] for other in sides[node]) / len(sides[node])
                if sides[node]
                else middle[node]
                for node in column
            }
            column.sort(key=wanted.__getitem__)
            middle |= _middles(column, sizes, gap)
    return columns


def _middles(column: Sequence[str], sizes: Mapping[str, Size], gap: float) -> dict[str, float]:
    """The middles of stacked nodes, around 0."""
    heights = [sizes[node][1] + gap for node in column]
    ends = list(accumulate(heights))
    half = ends[-1] / 2
    return {
        node: end - height / 2 - half
        for node, end, height in zip(column, ends, heights, strict=True)
    }


def _placed(
    columns: Sequence[Sequence[str]], sizes: Mapping[str, Size], gap: Point
) -> dict[str, Point]:
    heights = [sum(sizes[node][1] + gap[1] for node in column) for column in columns]
    tallest = max(heights, default=0.0)
    positions: dict[str, Point] = {}
    x = 0.0
    for column, height in zip(columns, heights, strict=True):
        y = (tallest - height) // 2
        for node in column:
            positions[node] = (x, y)
            y += sizes[node][1] + gap[1]
        x += max(sizes[node][0] for node in column) + gap[0]
    return positions


def _rows(
    nodes: Sequence[str], sizes: Mapping[str, Size], gap: Point, top: float
) -> dict[str, Point]:
    positions: dict[str, Point] = {}
    x, y, tallest = 0.0, top, 0.0
    for node in nodes:
        width, height = sizes[node]
        if x > 0.0 and x + width > _WIDEST_ROW:
            x, y, tallest = 0.0, y + tallest + gap[1], 0.0
        positions[node] = (x, y)
        x, tallest = x + width + gap[0], max(tallest, height)
    return positions
