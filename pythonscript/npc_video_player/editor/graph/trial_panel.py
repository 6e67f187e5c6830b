"""Tries the open graph: touches, their answers, and the values that led to them.

Time is virtual: each touch comes so many seconds after the one before as the panel says, so that a
trial of a minute takes a moment, and the same touches have the same answers. They are also given
again after each edit of the graph, so that its effect is seen at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from godot import (
    Control,
    EditorSpinSlider,
    ItemList,
    ScrollContainer,
    VBoxContainer,
    Vector2,
)
from npc_video import ToolInteraction, VideoParams
from npc_video.graph.tracing import TracedTurn
from npc_video.npc.profile import Profile
from npc_video.npc.recording import Session
from npc_video.npc.rehearsal import Rehearsal, RehearsedTurn
from npc_video.touch.gestures import PATTERNS

from ...resources.response_graph import NpcResponseGraph
from .. import look
from ..answer import facts_of, line_of
from ..clip_preview import ClipPreview
from .session_bar import SessionBar

__all__ = ["TrialPanel"]

_LONGEST_PAUSE = 3600.0
_LONGEST_MS = 60_000.0
_MOST_TOUCHES = 100.0
_LIST_HEIGHT = 110.0
_FIELD_WIDTH = 100.0


class TrialPanel:
    """The panel; `root` is its control.

    Args:
        show: called with the turn that is to be seen; with none before the first one.
        show_course: called with all turns, after them.

    Attributes:
        graph: the one that is tried.
        turn: the one that was shown last.
    """

    def __init__(
        self,
        show: Callable[[TracedTurn | None], None],
        show_course: Callable[[Sequence[TracedTurn]], None],
    ):
        self._show, self._show_course = show, show_course
        self.graph: NpcResponseGraph | None = None
        self._text: str | None = None
        self._rehearsal = Rehearsal(Profile(cooldown=0.0))
        self._listed: list[RehearsedTurn] = []
        self._acted: VideoParams | None = None
        self.turn: TracedTurn | None = None
        self._tools, self._zones = look.Suggested(""), look.Suggested("")
        self._patterns = look.Suggested("")
        for field in (self._tools, self._zones, self._patterns):
            field.root.custom_minimum_size = Vector2(look.scaled(_FIELD_WIDTH), 0.0)
            field.line.keep_editing_on_text_submit = True
            field.line.text_submitted.connect(lambda _text: self._react())
        self._pressure = _slider(0.5, 0.0, 1.0, 0.01)
        self._speed = _slider(0.5, 0.0, 1.0, 0.01)
        self._duration = _slider(0.0, 0.0, _LONGEST_MS, 1.0, "ms")
        self._pause = _slider(1.0, 0.0, _LONGEST_PAUSE, 0.1, "s")
        self._times = _slider(1.0, 1.0, _MOST_TOUCHES, 1.0)
        self._told = look.text()
        self._facts = look.Facts()
        self._preview = ClipPreview(lambda reason: look.tell(self._told, reason, look.FAULT))
        self._sessions = SessionBar(self._begin, self._play)
        self._list = ItemList()
        self._list.name = "Turns"
        self._list.custom_minimum_size = Vector2(0.0, look.scaled(_LIST_HEIGHT))
        self._list.tooltip_text = "The turns until now. Choose one to see its values again."
        self._list.item_selected.connect(self._choose)
        rows = VBoxContainer()
        rows.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        react = look.button("React", "Play", "Touches the NPC, and shows its answer.", self._react)
        reset = look.button(
            "Reset", "Reload", "Forgets all turns. A session begins anew.", self._reset
        )
        for row in (
            self._form(),
            look.flow(react, reset, self._sessions.opener),
            self._sessions.root,
            self._told,
            self._list,
            self._facts.root,
            self._preview.root,
        ):
            rows.add_child(row)
        self.root = ScrollContainer()
        self.root.name = "Test"
        self.root.follow_focus = True
        self.root.visibility_changed.connect(self._see)
        self.root.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
        self.root.add_child(rows)
        self._list_turns()

    def _form(self) -> Control:
        return look.form(
            (
                ("Tool", "What the NPC is touched with: the id or the type.", self._tools.root),
                ("Zone", "Where it is touched.", self._zones.root),
                ("Pattern", "How the tool moves.", self._patterns.root),
                ("Duration", "How long the touch takes.", self._duration),
                ("Pressure", "From 0 to 1.", self._pressure),
                ("Speed", "From 0 to 1.", self._speed),
                ("After", "Seconds since the turn before.", self._pause),
                ("Times", "How many touches, one after the other.", self._times),
            ),
            across=2,
        )

    # ---- The graph ----

    def follow(self, graph: NpcResponseGraph, is_shown: bool) -> None:
        """Takes the graph as it is now; all turns are played again.

        Args:
            is_shown: whether the turns that are seen are those of this panel.
        """
        if graph is not self.graph:
            self.graph, self._text = graph, None
            self._sessions.close()
            self._reset()
        # Without a turn, a graph that changes can wait until somebody looks.
        if (self._rehearsal.turns or self.root.is_visible_in_tree()) and self._take():
            self._list_turns()
            if is_shown and self._rehearsal.turns:
                self._choose(self._chosen())

    def _see(self) -> None:
        if self.root.is_visible_in_tree():
            self._take()

    def _take(self) -> bool:
        """Loads the graph, if it is another one; a large one takes a while."""
        if self.graph is None or self.graph.json == self._text:
            return False
        self._text = self.graph.json
        self._rehearsal.change(Profile(cooldown=0.0, document=self.graph.document()))
        self._suggest()
        return True

    def _suggest(self) -> None:
        known = self._rehearsal
        self._tools.suggest(known.tools, next(iter(known.tools), "hand"))
        self._zones.suggest(known.zones, "anywhere")
        self._patterns.suggest(known.patterns or PATTERNS, "none")

    # ---- Playing ----

    def _react(self) -> None:
        self._take()
        rehearsal = self._rehearsal
        tool = self._tools.line.text or next(iter(rehearsal.tools), "hand")
        touch = ToolInteraction(
            tool,
            tool,
            pressure=self._pressure.value,
            speed=self._speed.value,
            pattern=self._patterns.line.text or "none",
            zone=self._zones.line.text or "unknown",
            duration=self._duration.value / 1000.0,
        )
        before, fault = len(rehearsal.turns), ""
        for _ in range(round(self._times.value)):
            now = rehearsal.now + (self._pause.value if rehearsal.turns else 0.0)
            answer = rehearsal.react(touch, now)
            if len(rehearsal.turns) == before:
                fault = str(answer)
        self._show_last(fault)

    def _begin(self, session: Session | None) -> None:
        self._rehearsal.begin(session)
        self._show_last()

    def _play(self, count: int) -> None:
        self._take()
        self._show_last(self._rehearsal.step(count))

    def _reset(self) -> None:
        self._rehearsal.reset()
        self._show_last()

    # ---- Showing ----

    def _show_last(self, fault: str = "") -> None:
        """Shows the last turn, or that there is none; or only why it was not played."""
        self._list_turns()
        if fault:
            look.tell(self._told, fault, look.WARNING)
            return
        if self._rehearsal.turns:
            last = len(self._rehearsal.turns) - 1
            self._list.select(last)
            self._list.ensure_current_is_visible()
            self._choose(last)
            return
        look.tell(self._told, "")
        self._facts.show(())
        self._acted = None
        self._preview.root.visible = False
        self.turn = None
        self._show(None)

    def _list_turns(self) -> None:
        turns, chosen = self._rehearsal.turns, self._chosen()
        if turns is not self._listed:
            self._listed = turns
            self._list.clear()
        for turn in turns[self._list.item_count :]:
            self._list.add_item(line_of(turn.at, turn.what, turn.answer))
        self._list.visible = bool(turns)
        if 0 <= chosen < len(turns):
            self._list.select(chosen)
        self._sessions.show(self._rehearsal.left)

    def _chosen(self) -> int:
        """The number of the turn that is selected; -1 without one."""
        chosen = self._list.get_selected_items()
        return int(chosen[0]) if chosen else -1

    def _choose(self, index: int) -> None:
        """Shows a turn; for one without values, those that the NPC had by then."""
        turns = self._rehearsal.turns
        answer = turns[index].answer
        if isinstance(answer, VideoParams):
            look.tell(self._told, "")
            self._facts.show(facts_of(answer))
            if answer != self._acted:
                self._acted = answer
                self._preview.act(answer)
        else:
            look.tell(self._told, answer, look.WARNING)
            self._facts.show(())
        self._preview.root.visible = isinstance(answer, VideoParams)
        before = (turn.traced for turn in reversed(turns[: index + 1]) if turn.traced is not None)
        self.turn = next(before, None)
        self._show(self.turn)
        self._show_course([turn.traced for turn in turns if turn.traced is not None])


def _slider(value: float, low: float, high: float, step: float, unit: str = "") -> EditorSpinSlider:
    slider = EditorSpinSlider()
    slider.min_value, slider.max_value, slider.step = low, high, step
    slider.value, slider.suffix = value, unit
    return slider
