"""The list of a graph's problems; a click leads to the node."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from godot import EditorInterface, ItemList
from npc_video.graph.document.checking import DocumentProblem

__all__ = ["ProblemList"]

_ICONS = {"error": "StatusError", "warning": "StatusWarning"}


class ProblemList:
    """Shows problems, errors first, in `root`.

    Args:
        lead: called with the key of the node of a problem that is chosen.
    """

    def __init__(self, lead: Callable[[str], None]):
        self._lead = lead
        self._problems: Sequence[DocumentProblem] = ()
        self.root = ItemList()
        self.root.name = "Problems"
        self.root.item_selected.connect(self._choose)
        self.root.item_activated.connect(self._choose)

    def show(self, problems: Sequence[DocumentProblem]) -> None:
        """Replaces the problems."""
        if problems == self._problems:
            return
        self._problems = problems
        self.root.clear()
        theme = EditorInterface.get_editor_theme()
        for problem in problems:
            self.root.add_item(
                _told(problem), theme.get_icon(_ICONS[problem.severity], "EditorIcons")
            )

    def _choose(self, index: int) -> None:
        if node := self._problems[index].node:
            self._lead(node)


def _told(problem: DocumentProblem) -> str:
    place = " · ".join(filter(None, (problem.node, problem.field)))
    return f"{place}: {problem.message}." if place else f"{problem.message}."
