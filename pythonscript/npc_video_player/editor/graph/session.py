"""A graph that is open in the editor: its document, and edits that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from godot import (
    EditorInterface,
    EditorToaster,
    Error,
    ResourceSaver,
    UndoRedo,
    push_error,
)
from npc_video.errors import GraphError, InvalidDataError
from npc_video.graph.document.document import GraphDocument, Point
from npc_video.graph.document.layering import arranged
from npc_video.graph.document.operations import MoveNodes, Operation

from ...resources.response_graph import NpcResponseGraph
from ..graph_import import write_graph

__all__ = ["GraphSession", "tell_fault"]

_EMPTY = "{}"
# About that of a node with a few settings, in the units of files.
_NODE_SIZE = 140.0, 90.0


def tell_fault(message: str) -> None:
    """Shows why something was not done, for some seconds."""
    EditorInterface.get_editor_toaster().push_toast(message, EditorToaster.SEVERITY_WARNING)


class _Step:
    """A step of the history: the text of a graph before and after it.

    Typing goes on changing the text after it. The engine joins only steps that follow each other
    within a second, so the step that it has already grows here.
    """

    def __init__(self, graph: NpcResponseGraph, after: str):
        self._graph, self._before, self._after = graph, graph.json, after

    def undo(self) -> None:
        self._graph.json = self._before

    def redo(self) -> None:
        self._graph.json = self._after

    def grow(self, after: str) -> None:
        """Replaces the text after it, now and in the history."""
        self._after = after
        self.redo()

    @property
    def is_shown(self) -> bool:
        """Whether the graph has the text after it."""
        return bool(self._graph.json == self._after)


class GraphSession:
    """Reads the text of a graph whenever it changes, and writes edits to it.

    Args:
        changed: called after each change of the document.

    Attributes:
        document: what the text says, or said before it was no JSON object any more.
        fault: why the text cannot be read, or "".
    """

    def __init__(self, graph: NpcResponseGraph, changed: Callable[[], None]):
        self.graph = graph
        self._changed = changed
        self.document = GraphDocument.read(_EMPTY)
        self.fault = ""
        self._saved = graph.json
        self._last: tuple[_Step, object, int] | None = None

    def open(self) -> None:
        """Reads the text, now and after each change."""
        self._read()
        self.graph.changed.connect(self._follow)

    def close(self) -> None:
        """Follows the text no more; it can still be saved."""
        self.graph.changed.disconnect(self._follow)

    def edit(self, title: str, *operations: Operation, within: object = None) -> None:
        """Makes an edit that is undone as one step; one that does not fit is told instead.

        Args:
            title: of the step, in the history.
            within: what goes on, such as typing: edits within the same are one step, unless
                something else is done between them.
        """
        document = self.document
        try:
            for operation in operations:
                document = operation.apply(document)
        except InvalidDataError as error:
            tell_fault(str(error))
            return
        self.write(title, document.text, within=within)

    def write(self, title: str, text: str, *, within: object = None) -> None:
        """Replaces the text, which is undone as one step; see `edit`."""
        if text == self.graph.json:
            return
        if (last := self._step_within(within)) is not None:
            last.grow(text)
            return
        step = _Step(self.graph, text)
        actions = EditorInterface.get_editor_undo_redo()
        actions.create_action(self._mark + title, UndoRedo.MERGE_DISABLE, self.graph)
        actions.add_do_method(step.redo)
        actions.add_undo_method(step.undo)
        actions.commit_action()
        self._last = step, within, self._history().get_version()

    def _step_within(self, within: object) -> _Step | None:
        """The last step, if it was within the same and nothing was done since."""
        if within is None or self._last is None:
            return None
        step, its, version = self._last
        is_last = its is within and version == self._history().get_version()
        return step if is_last and step.is_shown else None

    def places(self) -> dict[str, Point]:
        """The place of each node: its position, or one in a layout below those that have one."""
        nodes = self.document.nodes
        placed = {key: node.position for key, node in nodes.items() if node.position is not None}
        if len(placed) == len(nodes):
            return placed
        top = max((y + _NODE_SIZE[1] for _, y in placed.values()), default=0.0)
        found = self.arranged(key for key in nodes if key not in placed)
        return placed | {key: (x, top + y) for key, (x, y) in found.items()}

    def arranged(self, keys: Iterable[str]) -> dict[str, Point]:
        """Places for nodes in columns along their wires."""
        wires = ((wire.source, wire.target) for wire in self.document.wires.values())
        return arranged(dict.fromkeys(keys, _NODE_SIZE), wires)

    def arrange(self) -> None:
        """Moves all nodes into columns along their wires."""
        self.edit("Arrange", MoveNodes(self.arranged(self.document.nodes)))

    @property
    def is_saved(self) -> bool:
        """Whether there is nothing to save here; a graph within another file is saved with that."""
        path = self.graph.resource_path
        return self.graph.json == self._saved or not path or "::" in path

    def save(self) -> None:
        """Writes the graph to its file, if it has one of its own."""
        if self.is_saved:
            return
        path = self.graph.resource_path
        if path.endswith(".json"):
            if not write_graph(self.graph, path):
                return
        elif ResourceSaver.save(self.graph) != Error.OK:
            push_error(
                f"{path} cannot be written: choose another folder, or make room on the disk."
            )
            return
        self._saved = self.graph.json

    def undo(self) -> None:
        """Takes back the last step, unless that was made elsewhere in the editor."""
        self._last = None
        history = self._history()
        if self._is_own(history.get_current_action_name()):
            history.undo()

    def redo(self) -> None:
        """Makes the step again that was taken back last, unless that was made elsewhere."""
        history = self._history()
        following = history.get_current_action() + 1
        if following == history.get_history_count():
            return
        if self._is_own(history.get_action_name(following)):
            history.redo()

    @property
    def _mark(self) -> str:
        """The beginning of its steps' names; graphs in files of their own share one history."""
        return f"Graph {self.graph.resource_path or self.graph.get_instance_id()}: "

    def _is_own(self, step: str) -> bool:
        """Whether a step is one of this graph; where another graph comes first, that is told."""
        if step.startswith("Graph ") and not step.startswith(self._mark):
            tell_fault(f"The step “{step}” comes first: open that graph to take it back.")
        return step.startswith(self._mark)

    def _history(self) -> UndoRedo:
        actions = EditorInterface.get_editor_undo_redo()
        return actions.get_history_undo_redo(actions.get_object_history_id(self.graph))

    def _follow(self) -> None:
        self._read()
        self._changed()

    def _read(self) -> None:
        try:
            self.document, self.fault = GraphDocument.read(self.graph.json or _EMPTY), ""
        except GraphError as error:
            self.fault = " ".join(f"{problem}." for problem in error.problems)
