"""`NpcVideoPlayer`, the node that a game puts into a scene.

It carries events between three parts that know nothing of each other: the evaluator turns an
interaction into the parameters of a clip, the manager gets the clip, the layers show it. Everything
here runs on the main thread and waits for nothing.

The engine's events arrive through `_notification` and not through `_ready` and its like: those are
replaced when a game's script extends the node and has its own.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import npc_video
from godot import Control, Engine, Rect2, Texture2D, Vector2, export, exposed, signal
from npc_video import QUALITY_PRESETS, NpcVideoError, ToolInteraction, VideoParams
from npc_video.generation.events import ClipReady, Event, Failed, Progress, Upgraded
from npc_video.media.playback import Playback

from . import shared
from .clip_screen import ClipScreen
from .layers import LayerStack
from .placeholder import Placeholder

if TYPE_CHECKING:
    from npc_video import GeneratedClip, NpcResponseEvaluator, VideoGenerationManager

# A fallback must be seen in the very frame of the interaction, so it does not start from nothing.
_FALLBACK_FADE_SECONDS = 0.25
_FALLBACK_FIRST_OPACITY = 0.5


@exposed(tool=True)
class NpcVideoPlayer(Control):
    """Shows an NPC that answers what the player does with generated video.

    Call `react` with an interaction: the NPC reacts in the same frame, with a clip that is there
    already or with a placeholder, which is cross-faded into the generated clip when that arrives.
    """

    npc_name = export(str, "", group="NPC", doc="The NPC's name, for prompts and placeholders.")
    npc_id = export(
        str,
        "",
        doc="Tells the clips of this NPC from those of others. Empty: the name.",
    )
    portrait = export(Texture2D, None, doc="Shown while the first clip is being generated.")
    preset = export(
        str,
        "fast",
        enum=tuple(QUALITY_PRESETS),
        group="Generation",
        doc="Size, frame rate and care of the clips; better ones take longer.",
    )
    simulate_latency = export(
        bool,
        False,
        doc="Has the embedded generator take as long as a real one, to see what players will see.",
    )
    crossfade = export(
        float,
        0.4,
        range=(0, 2, 0.05),
        suffix="s",
        group="Playback",
        doc="How long a clip takes to fade into the next.",
    )

    reaction_started = signal(params=dict, doc="An interaction was answered; with what.")
    clip_started = signal(info=dict, doc="The first frame of a clip is on screen.")
    quality_upgraded = signal(info=dict, doc="The same clip goes on in a better preset.")
    clip_looped = signal(doc="The clip on screen begins again.")
    fallback_shown = signal(kind=str, doc="What covers the time until the clip is there.")
    generation_progress = signal(fraction=float, doc="Of the clip on its way, 0 to 1.")
    generation_failed = signal(reason=str, doc="No clip will come, and what to do about it.")

    def __init__(self) -> None:
        self._layers = LayerStack()
        self._evaluator: NpcResponseEvaluator | None = None
        self._wanted: VideoParams | None = None
        self._opening: ClipScreen | None = None
        self._opening_is_upgrade = False
        self._asked_at = 0.0
        self._asked_in_frame = 0
        self._awaits_first_reaction = False
        self._rungs: Counter[str] = Counter()
        self._reactions = 0
        self._frames_shown = 0
        self._first_reaction_frames: list[int] = []
        self._clip_seconds: list[float] = []

    # ---- What games call ----

    def react(self, interaction: dict) -> bool:
        """Answers an interaction in this frame.

        `interaction` is `{tool, zone, pressure, speed, pattern, duration, timestamp}`; `tool` is a
        name or `{id, type}`, pressure and speed are 0 to 1, times are milliseconds, and all but
        `tool` can be left out. Returns whether the NPC reacts; it does not while its cooldown runs.
        Something wrong in it is told by `generation_failed`.
        """
        try:
            event = ToolInteraction.from_dict(interaction)
            params = self._evaluate(event)
        except NpcVideoError as error:
            self.generation_failed.emit(str(error))
            return False
        if params is None:
            return False
        self._reactions += 1
        self.reaction_started.emit(asdict(params))
        self._show(params, priority=10, interaction=event)
        return True

    def request(self, params: dict, priority: int = 10) -> bool:
        """Shows a clip of these parameters: expression, emotion, animation, intensity, …

        A higher `priority` is generated earlier. Returns whether the parameters are valid;
        `generation_failed` says what is wrong with them.
        """
        try:
            wanted = VideoParams.from_dict({**self._identity(), **params})
        except NpcVideoError as error:
            self.generation_failed.emit(str(error))
            return False
        self._show(wanted, priority)
        return True

    def cancel(self) -> None:
        """Gives up the clip on its way; what is on screen stays."""
        if self._wanted is not None:
            self._manager().cancel(self._wanted)
            self._wanted = None

    def get_stats(self) -> dict:
        """Numbers since the start.

        `reactions`; `rungs`, how often each rung of the ladder came first; `first_reaction_frames`,
        engine frames from each interaction to what it changed on screen; `clip_seconds`, from each
        interaction to its own clip, in whatever preset; `frames_shown`, of clips.
        """
        return {
            "reactions": self._reactions,
            "rungs": dict(self._rungs),
            "first_reaction_frames": list(self._first_reaction_frames),
            "clip_seconds": list(self._clip_seconds),
            "frames_shown": self._frames_shown,
        }

    # ---- The engine's events ----

    def _notification(self, what: int) -> None:
        if what == Control.NOTIFICATION_PROCESS:
            self._advance(self.get_process_delta_time())
        elif what == Control.NOTIFICATION_DRAW:
            self._layers.place(Rect2(*Vector2(), *self.size))
        elif what == Control.NOTIFICATION_ENTER_TREE:
            # In the editor the picture stays still, so that it does not draw for ever.
            self.set_process(not Engine.is_editor_hint())
            self._layers.push(Placeholder(self, self._at_rest(), self.portrait), 0.0)
        elif what == Control.NOTIFICATION_READY and not Engine.is_editor_hint():
            self._show(self._at_rest(), priority=0)
        elif what == Control.NOTIFICATION_EXIT_TREE:
            self.cancel()
            self._close_opening()
            self._layers.close()

    # ---- One reaction ----

    def _identity(self) -> dict[str, str]:
        return {"npc_name": self.npc_name, "npc_id": self.npc_id or self.npc_name}

    def _at_rest(self) -> VideoParams:
        return VideoParams(**self._identity())

    def _evaluate(self, interaction: ToolInteraction) -> VideoParams | None:
        if self._evaluator is None:
            identity = {"id": self.npc_id or self.npc_name, "name": self.npc_name}
            self._evaluator = npc_video.NpcResponseEvaluator({"npc": identity})
        return self._evaluator.evaluate(interaction)

    def _settings(self) -> shared.Settings:
        return shared.Settings(self.preset, self.simulate_latency)

    def _manager(self) -> VideoGenerationManager:
        return shared.manager(self._settings())

    def _show(
        self, params: VideoParams, priority: int, interaction: ToolInteraction | None = None
    ) -> None:
        """Puts the best there is on screen now, and the clip itself as soon as it is there."""
        self._asked_at = time.monotonic()
        self._asked_in_frame = Engine.get_process_frames()
        self._awaits_first_reaction = True
        self._wanted = params
        answer = self._manager().request(params, priority, interaction=interaction)
        if answer.fallback is None and answer.clip is not None:
            self._rungs["exact"] += 1
            self._open(answer.clip)
            return
        self._rungs["placeholder"] += 1
        self._layers.push(
            Placeholder(self, params, self.portrait),
            _FALLBACK_FADE_SECONDS,
            from_opacity=_FALLBACK_FIRST_OPACITY,
        )
        self._reacted()
        self.fallback_shown.emit("placeholder")

    def _reacted(self) -> None:
        """Something that answers the interaction is on screen with this frame."""
        if self._awaits_first_reaction:
            self._awaits_first_reaction = False
            frames = Engine.get_process_frames() - self._asked_in_frame
            self._first_reaction_frames.append(frames)

    def _open(self, clip: GeneratedClip, *, is_upgrade: bool = False) -> None:
        self._close_opening()
        self._opening = ClipScreen(self, Playback(clip, shared.decoders()))
        self._opening_is_upgrade = is_upgrade

    def _close_opening(self) -> None:
        if self._opening is not None:
            self._opening.close()
            self._opening = None

    # ---- Every frame ----

    def _advance(self, seconds: float) -> None:
        for event in shared.news(self._settings()):
            self._take(event)
        self._begin_opened(seconds)
        for layer in self._layers:
            if isinstance(layer, ClipScreen):
                self._play(layer, seconds)
            else:
                layer.advance(seconds)
        self._layers.advance(seconds)

    def _take(self, event: Event) -> None:
        """What the manager has to tell; every player hears all of it."""
        if self._wanted is None or event.params.cache_key() != self._wanted.cache_key():
            return
        if isinstance(event, Progress):
            self.generation_progress.emit(event.fraction)
        elif isinstance(event, Failed):
            self._wanted = None
            self.generation_failed.emit(event.reason)
        elif isinstance(event, ClipReady | Upgraded):
            self._open(event.clip, is_upgrade=isinstance(event, Upgraded))

    def _begin_opened(self, seconds: float) -> None:
        """Fades the clip that was opened in, as soon as its first frame is decoded."""
        screen = self._opening
        if screen is None:
            return
        if screen.playback.error is not None:
            self._close_opening()
            self.generation_failed.emit(str(screen.playback.error))
        elif screen.advance(seconds):
            self._opening = None
            self._frames_shown += 1
            self._layers.push(screen, self.crossfade)
            self._reacted()
            info = _described(screen.playback.clip)
            if self._opening_is_upgrade:
                self.quality_upgraded.emit(info)
            else:
                self._clip_seconds.append(time.monotonic() - self._asked_at)
                self.clip_started.emit(info)

    def _play(self, screen: ClipScreen, seconds: float) -> None:
        loops = screen.playback.loops
        self._frames_shown += screen.advance(seconds)
        if screen is self._layers.top and screen.playback.loops > loops:
            self.clip_looped.emit()


def _described(clip: GeneratedClip) -> dict[str, Any]:
    """What `clip_started` tells of a clip."""
    return {
        **asdict(clip.params),
        "preset": clip.preset,
        "width": clip.width,
        "height": clip.height,
        "fps": clip.fps,
        "duration": clip.duration,
        "generation_seconds": clip.generation_seconds,
    }
