"""Tries the open graph: touches, their answers, and the values that led to them.

Time is virtual: each touch comes so many seconds after the one before as the panel says, so that a
trial of a minute takes a moment, and the same touches have the same answers.
"""

from __future__ import annotations

from collections.abc import Callable

from godot import (
    Control,
    EditorSpinSlider,
    ScrollContainer,
    VBoxContainer,
)
from npc_video import VideoParams
from npc_video.graph.tracing import TracedTurn
from npc_video.npc.profile import Profile
from npc_video.npc.rehearsal import Rehearsal

from ...resources.response_graph import NpcResponseGraph
from .. import look
from ..clip_preview import ClipPreview

__all__ = ["TrialPanel"]

_LONGEST_PAUSE = 3600.0


class TrialPanel:
    """The panel; `root` is its control.

    Args:
        show: called with each turn; with none after a reset.
    """

    def __init__(self, show: Callable[[TracedTurn | None], None]):
        self._show = show
        self._now = 0.0
        self._graph: NpcResponseGraph | None = None
        self._rehearsal = Rehearsal(Profile(cooldown=0.0), lambda: self._now)
        self._tool = self._zone = ""
        self._tools = look.Suggested("", lambda tool: setattr(self, "_tool", tool))
        self._zones = look.Suggested("", lambda zone: setattr(self, "_zone", zone))
        self._pressure = _slider(0.5, 0.0, 1.0, 0.01)
        self._pause = _slider(1.0, 0.0, _LONGEST_PAUSE, 0.1, "s")
        self._told = look.text()
        self._preview = ClipPreview(lambda reason: look.tell(self._told, reason, look.FAULT))
        rows = VBoxContainer()
        rows.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        touch = look.form(
            (
                ("Tool", "What the NPC is touched with: the id or the type.", self._tools.root),
                ("Zone", "Where it is touched.", self._zones.root),
                ("Pressure", "From 0 to 1.", self._pressure),
                ("After", "Seconds since the touch before.", self._pause),
            )
        )
        react = look.button("React", "Play", "Touches the NPC, and shows its answer.", self._react)
        reset = look.button("Reset", "Reload", "Has the NPC forget all touches.", self._reset)
        for row in (touch, look.flow(react, reset), self._told, self._preview.root):
            rows.add_child(row)
        self.root = ScrollContainer()
        self.root.name = "Test"
        self.root.visibility_changed.connect(self._take)
        self.root.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
        self.root.add_child(rows)

    def follow(self, graph: NpcResponseGraph) -> None:
        """Takes the graph as it is now; the NPC's memory is kept as far as it fits."""
        self._graph = graph
        self._take()

    def _take(self) -> None:
        """Loads the graph while the panel is seen: a large one takes a while after each edit."""
        if self._graph is None or not self.root.is_visible_in_tree():
            return
        self._rehearsal.change(Profile(cooldown=0.0, document=self._graph.document()))
        self._tools.suggest(self._rehearsal.tools, next(iter(self._rehearsal.tools), "hand"))
        self._zones.suggest(self._rehearsal.zones, "anywhere")

    def _react(self) -> None:
        self._now += self._pause.value
        tool = self._tool or next(iter(self._rehearsal.tools), "hand")
        answer = self._rehearsal.react(tool, self._zone, self._pressure.value)
        if isinstance(answer, VideoParams):
            look.tell(self._told, f"{self._now:g} s: {_words(answer)}")
            self._preview.act(answer)
            self._show(self._rehearsal.turn)
        else:
            look.tell(self._told, answer, look.WARNING)

    def _reset(self) -> None:
        self._now = 0.0
        self._rehearsal.reset()
        look.tell(self._told, "")
        self._preview.rest(VideoParams(), None)
        self._show(None)


def _words(params: VideoParams) -> str:
    shown = f"{params.expression}, {params.animation}, {params.intensity:.2f}"
    return shown if params.emotion in ("", params.expression) else f"{shown}, {params.emotion}"


def _slider(value: float, low: float, high: float, step: float, unit: str = "") -> EditorSpinSlider:
    slider = EditorSpinSlider()
    slider.min_value, slider.max_value, slider.step = low, high, step
    slider.value, slider.suffix = value, unit
    return slider
