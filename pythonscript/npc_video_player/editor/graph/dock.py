"""The dock of the graph editor: a bar of buttons, the canvas and its map."""

from __future__ import annotations

from collections.abc import Sequence

from godot import (
    Control,
    HBoxContainer,
    HSplitContainer,
    Label,
    MarginContainer,
    TabContainer,
    Timer,
    VBoxContainer,
    Vector2,
    VSplitContainer,
)
from npc_video.graph.document.checking import DocumentProblem, problems_of
from npc_video.graph.tracing import TracedTurn

from ...resources.response_graph import NpcResponseGraph
from .. import look
from ..graph_import import CHECK_SECONDS
from .adding import NodeAdder
from .canvas import GraphCanvas
from .copying import NodeCopier
from .files import FileButtons
from .keys import GraphKeys
from .live_panel import LivePanel
from .node_panel import NodePanel
from .palette import NodePalette
from .plot import Plot
from .problem_list import ProblemList
from .renaming import TitleEditor
from .search import SearchPopup
from .session import GraphSession
from .trial_panel import TrialPanel

__all__ = ["GraphDock"]

_LEAST_HEIGHT = 260.0


class GraphDock:
    """Shows one graph at a time.

    Attributes:
        root: the outermost control.
        debugger: the plugin of the debugger that leads to running games.
    """

    def __init__(self) -> None:
        self._session: GraphSession | None = None
        self._unsaved: list[GraphSession] = []
        self._turn: TracedTurn | None = None
        self._canvas = GraphCanvas()
        self._canvas.root.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._canvas.root.custom_minimum_size = Vector2(0.0, look.scaled(_LEAST_HEIGHT))
        corner = MarginContainer()
        corner.mouse_filter = Control.MOUSE_FILTER_IGNORE
        self._canvas.root.add_child(corner)
        corner.set_anchors_and_offsets_preset(Control.PRESET_FULL_RECT)
        self._canvas.overview.root.size_flags_horizontal = Control.SIZE_SHRINK_END
        self._canvas.overview.root.size_flags_vertical = Control.SIZE_SHRINK_END
        corner.add_child(self._canvas.overview.root)
        self._canvas.root.node_selected.connect(lambda _node: self._show_chosen())
        self._canvas.root.node_deselected.connect(lambda _node: self._show_chosen())
        search = SearchPopup()
        adder = NodeAdder(self._canvas, search)
        self._plot = Plot(self._show_chosen)
        self._panel = NodePanel(
            self._canvas.edit, self._canvas.feel, self._plot, adder.connect_input
        )
        titles = TitleEditor(self._canvas)
        GraphKeys(self._canvas, adder, titles, self._go_to_settings)
        NodeCopier(self._canvas)
        palette = NodePalette(adder.add)
        self._parts = HSplitContainer()
        self._parts.size_flags_vertical = Control.SIZE_EXPAND_FILL
        self._parts.add_child(palette.root)
        fields = HSplitContainer()
        fields.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        middle = VSplitContainer()
        middle.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._canvas.root.size_flags_vertical = Control.SIZE_EXPAND_FILL
        middle.add_child(self._canvas.root)
        middle.add_child(self._plot.root)
        fields.add_child(middle)
        self._trial = TrialPanel(self._show_turn, self._plot.show_course)
        self._live = LivePanel(self._show_turn)
        self.debugger = self._live.plugin
        self._problems = ProblemList(self._canvas.lead_to)
        self._sides = TabContainer()
        self._sides.use_hidden_tabs_for_min_size = True
        for side in (self._panel.root, self._trial.root, self._live.root, self._problems.root):
            self._sides.add_child(side)
        self._sides.set_tab_title(0, "Node")
        fields.add_child(self._sides)
        self._parts.add_child(fields)
        palette.root.gui_input.connect(self._canvas.feel)
        self._files = FileButtons()
        self._title = Label()
        self._fault = look.text()
        self.root = VBoxContainer()
        self.root.name = "NpcGraph"
        self._show_title()
        save = look.button("Save", "Save", "Writes the graph to its file.", self.save)
        save.size_flags_horizontal = Control.SIZE_SHRINK_BEGIN
        bar = HBoxContainer()
        bar.add_child(save)
        bar.add_child(self._files.root)
        arrange = look.button(
            "Arrange", "GraphEdit", "Moves all nodes into columns.", self._arrange
        )
        arrange.size_flags_horizontal = Control.SIZE_SHRINK_BEGIN
        bar.add_child(arrange)
        bar.add_child(self._title)
        self.root.add_child(bar)
        self.root.add_child(self._fault)
        self.root.add_child(self._parts)
        self._pause = Timer()
        self._pause.one_shot = True
        self._pause.wait_time = CHECK_SECONDS
        self._pause.timeout.connect(self._check)
        self.root.add_child(self._pause)
        self.root.add_child(search.root)
        self.root.add_child(titles.root)

    def edit(self, graph: NpcResponseGraph | None) -> None:
        """Opens a graph; None closes the one that is open."""
        if self._session is not None:
            if graph is self._session.graph:
                return
            self._session.close()
            if not self._session.is_saved:
                self._unsaved.append(self._session)
            self._session = None
            self._live.follow(None)
            self._canvas.clear()
            self._show_problems(())
            self._show_chosen()
        if graph is not None:
            self._session = self._taken_up(graph) or GraphSession(graph, self._show)
            self._session.open()
            self._canvas.open(self._session)
            if graph is not self._trial.graph:
                self._plot.unpin_all()
                self._turn = None
            self._show_turn(self._turn)
            self._check_soon()
        self._show_title()

    def _taken_up(self, graph: NpcResponseGraph) -> GraphSession | None:
        """The session in which a graph was edited before; None if all of that was saved."""
        for session in self._unsaved:
            if session.graph is graph:
                self._unsaved.remove(session)
                return session
        return None

    def save(self) -> None:
        """Writes the open graph to its file, and those that were left with changes."""
        for session in (*self._unsaved, self._session):
            if session is not None:
                session.save()
        self._unsaved = [session for session in self._unsaved if not session.is_saved]
        self._show_title()

    def _arrange(self) -> None:
        if self._session is not None:
            self._session.arrange()
            self._canvas.show_all()

    @property
    def path(self) -> str:
        """The file of the open graph; "" without one."""
        return "" if self._session is None else self._session.graph.resource_path

    @property
    def unsaved(self) -> str:
        """The question before the editor closes with unsaved changes; "" without any."""
        sessions = (*self._unsaved, self._session)
        paths = [each.graph.resource_path for each in sessions if each and not each.is_saved]
        return f"Save the changes of {', '.join(paths)} before closing?" if paths else ""

    def _show(self) -> None:
        self._canvas.reconcile()
        self._show_title()
        self._show_chosen()
        self._check_soon()

    def _check_soon(self) -> None:
        """Looks for problems once there was no edit for a moment: a large graph takes a while."""
        if self._pause.is_inside_tree():
            self._pause.start()

    def _check(self) -> None:
        session = self._session
        if session is None:
            return
        problems = problems_of(session.document)
        self._canvas.show_problems(problems)
        self._show_problems(problems)
        self._trial.follow(session.graph, is_shown=self._turn is self._trial.turn)
        self._live.follow(session)
        self._show_chosen()

    def _show_problems(self, problems: Sequence[DocumentProblem]) -> None:
        self._problems.show(problems)
        tab = self._sides.get_tab_idx_from_control(self._problems.root)
        # Warnings, such as of nodes that lead nowhere yet, are part of the work.
        errors = sum(problem.severity == "error" for problem in problems)
        self._sides.set_tab_title(tab, f"Problems ({errors})" if errors else "Problems")

    def _show_turn(self, turn: TracedTurn | None) -> None:
        """Shows the values of a turn everywhere; None forgets all turns."""
        self._turn = turn
        trace = {} if turn is None else turn.trace
        self._canvas.show_trace(trace)
        self._panel.show_trace(trace)
        self._plot.show(turn)

    def _go_to_settings(self) -> None:
        self._sides.current_tab = self._sides.get_tab_idx_from_control(self._panel.root)
        self._panel.focus()

    def _show_chosen(self) -> None:
        self._panel.show(self._canvas.chosen())

    def _show_title(self) -> None:
        session = self._session
        self._parts.visible = session is not None
        self._files.show(session)
        if session is None:
            self._title.text = "Make a new graph, or select one in the inspector or the file list."
            look.tell(self._fault, "")
            return
        mark = "" if session.is_saved else " (*)"
        self._title.text = (session.graph.resource_path or "A graph without a file") + mark
        look.tell(self._fault, session.fault, look.FAULT)
