"""Computes the progress of a job from the server's messages about its nodes."""

from collections.abc import Mapping
from typing import Any

from .messages import Message
from .values import Graph

__all__ = ["Tracker"]

# Relative to loading and saving, the share of a job's time.
_SAMPLING, _CODING, _OTHER = 20.0, 4.0, 1.0
# The clip must still be fetched.
_MOST = 0.99
_OVER = frozenset({"execution_success", "execution_error", "execution_interrupted"})
_BEGINNINGS = frozenset({"execution_start", "execution_cached", "progress_state", "progress"})


class Tracker:
    """Follows one job.

    Attributes:
        fraction: progress, 0 to 0.99, never decreasing.
        is_over: whether the server says that the job has ended; the history says how.
        has_begun: whether the server has reported any work on it.
        outputs: the outputs of its nodes, as in the history.
        has_succeeded: whether the server says that it has succeeded.
    """

    def __init__(self, graph: Graph):
        self._weights = {name: _weight(str(node["class_type"])) for name, node in graph.items()}
        self._done: dict[str, float] = {}
        self.fraction = 0.0
        self.is_over = False
        self.has_begun = self.has_succeeded = False
        self.outputs: dict[str, Any] = {}

    def begin_again(self) -> None:
        """Starts over, because the job is sent again."""
        self.is_over = self.has_begun = self.has_succeeded = False
        self.outputs.clear()

    def feed(self, message: Message) -> None:
        """Handles a message about this job."""
        data = message.data
        self.has_begun = self.has_begun or message.kind in _BEGINNINGS
        self.has_succeeded = self.has_succeeded or message.kind == "execution_success"
        if message.kind == "execution_cached":
            for node in _list(data.get("nodes")):
                self._set(node, 1.0)
        elif message.kind == "progress_state" and isinstance(data.get("nodes"), Mapping):
            for node, state in data["nodes"].items():
                self._set(node, _part(state))
        elif message.kind == "progress":
            self._set(data.get("node"), _part(data))
        elif message.kind == "executed":
            self._set(data.get("node"), 1.0)
            self._keep(data.get("node"), data.get("output"))
        elif message.kind in _OVER or (message.kind == "executing" and data.get("node") is None):
            self.is_over = True
        self.fraction = max(self.fraction, _MOST * self._part_done())

    def _set(self, node: Any, part: float) -> None:
        if isinstance(node, str) and node in self._weights:
            self._done[node] = max(part, self._done.get(node, 0.0))

    def _keep(self, node: Any, output: Any) -> None:
        if isinstance(node, str) and isinstance(output, Mapping):
            self.outputs[node] = output

    def _part_done(self) -> float:
        whole = sum(self._weights.values())
        return sum(self._weights[node] * part for node, part in self._done.items()) / whole


def _weight(class_type: str) -> float:
    if "Sampler" in class_type and "Select" not in class_type:
        return _SAMPLING
    return _CODING if class_type.startswith("VAEDecode") else _OTHER


def _part(state: Any) -> float:
    """Value ÷ maximum, 0 to 1."""
    if not isinstance(state, Mapping):
        return 0.0
    value, most = state.get("value"), state.get("max")
    if not isinstance(value, int | float) or not isinstance(most, int | float) or most <= 0:
        return 0.0
    return min(1.0, max(0.0, value / most))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
