"""Measures calls across the border, inside the engine; `bench/bridge.py` starts it.

Each figure is the best of several rounds, because everything else that a machine does only ever
adds to it. Prints one line of JSON with microseconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from godot import Node, Node2D, Vector2, export, exposed, typeof
from godot import print as print_line

_ROUNDS, _CALLS = 30, 2000
_NODES, _FRAMES = 2000, 40


def microseconds(call: Callable[[], Any]) -> float:
    """Returns the time of one call, without the loop around it."""
    best = empty = float("inf")
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        for _ in range(_CALLS):
            pass
        between = time.perf_counter()
        for _ in range(_CALLS):
            call()
        ended = time.perf_counter()
        empty = min(empty, between - started)
        best = min(best, ended - between)
    return (best - empty) / _CALLS * 1e6


@exposed
class Bookend(Node):
    """Records the times at which the engine passes in its round of `_process` calls."""

    def _process(self, delta: float) -> None:
        self.at = time.perf_counter()


@exposed
class Idle(Node):
    """Does nothing, every frame."""

    def _process(self, delta: float) -> None:
        pass


@exposed
class Measured(Node2D):
    """Provides the methods that are called."""

    level = export(int, 3)

    def answer(self, number: int) -> int:
        return number


def calls(node: Any) -> dict[str, float]:
    position, numbers, words = Vector2(3, 4), list(range(10)), {"a": 1, "b": "two", "c": 3.0}
    payload = bytes(65536)
    node.set_meta("numbers", numbers)
    is_visible, get_position = node.is_visible, node.get_position
    set_position, rotate = node.set_position, node.rotate
    has_meta, get_class, get_meta = node.has_meta, node.get_class, node.get_meta
    return {
        "method, no arguments (ptrcall)": microseconds(is_visible),
        "method, a number (ptrcall)": microseconds(lambda: rotate(0.0)),
        "method, a vector (ptrcall)": microseconds(lambda: set_position(position)),
        "method, returns a vector (ptrcall)": microseconds(get_position),
        "property, read": microseconds(lambda: node.visible),
        "property, written": microseconds(lambda: setattr(node, "visible", True)),
        "method, returns text (Variant)": microseconds(get_class),
        "method, takes text (Variant)": microseconds(lambda: has_meta("numbers")),
        "method of Python by way of the engine": microseconds(lambda: node.call("answer", 7)),
        "converting an int": microseconds(lambda: typeof(7)),
        "converting text": microseconds(lambda: typeof("seven")),
        "converting a vector": microseconds(lambda: typeof(position)),
        "converting a list of 10": microseconds(lambda: typeof(numbers)),
        "converting a list of 10, back": microseconds(lambda: get_meta("numbers")),
        "converting a dictionary of 3": microseconds(lambda: typeof(words)),
        "converting 64 KiB": microseconds(lambda: typeof(payload)),
        "vector arithmetic": microseconds(lambda: position + position),
        "method of a vector": microseconds(lambda: position.length()),
    }


@exposed
class BridgeCalls(Node):
    """The scene of the measurement."""

    def _ready(self) -> None:
        self._first, self._last = Bookend(), Bookend()
        self._measured = Measured()
        for node in [self._first, *(Idle() for _ in range(_NODES)), self._last, self._measured]:
            self.add_child(node)
        self._frames = 0
        self._best = float("inf")

    def _process(self, delta: float) -> None:
        self._frames += 1
        if self._frames > 2:
            self._best = min(self._best, (self._last.at - self._first.at) / _NODES * 1e6)
        tree = self.get_tree()
        if self._frames == _FRAMES and tree is not None:
            figures = calls(self._measured)
            figures["_process of a node"] = self._best
            print_line(json.dumps(figures))
            tree.quit()
