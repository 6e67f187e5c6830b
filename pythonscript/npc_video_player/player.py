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
from godot import Control, Engine, NodePath, Rect2, Texture2D, Vector2, export, exposed, signal
from npc_video import (
    CLIP_SECONDS,
    QUALITY_PRESETS,
    Fallback,
    NpcVideoError,
    ToolInteraction,
    VideoParams,
)
from npc_video.generation.events import ClipReady, Event, Failed, Progress, Upgraded

from . import shared
from .layers import CURVES
from .progress_ring import ProgressRing
from .reel import INTERPOLATIONS
from .screen import Began, Broken, Happening, Looped, Screen
from .stage import Stage
from .stretch import STRETCH_MODES, placed

if TYPE_CHECKING:
    from npc_video import GeneratedClip, NpcResponseEvaluator

# To find out whether it is seen costs more than to play on for a frame.
_FRAMES_BETWEEN_LOOKS = 20


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
    progressive = export(
        bool,
        True,
        doc="Shows a clip in the cheapest preset first, and goes on in better ones.",
    )
    max_wait = export(
        float,
        5.0,
        range=(0.5, 60, 0.5),
        suffix="s",
        doc="How long a clip may take before it counts as late.",
    )
    interpolation = export(
        str,
        "blend",
        enum=INTERPOLATIONS,
        doc="What is seen between two frames of a clip: the first, a mix, or moved blocks.",
    )
    fallback = export(
        str,
        "cached",
        enum=tuple(kind.value for kind in Fallback),
        group="Fallback",
        doc="What is shown until a clip is there; the next best where that cannot be shown.",
    )
    procedural_target = export(
        NodePath,
        NodePath(),
        doc="An AnimatedSprite2D or AnimationPlayer with animations named after expressions, which"
        " plays in place of the drawn face.",
    )
    progress_ring = export(bool, True, doc="Shows how far the clip on its way is.")
    stretch_mode = export(
        str,
        "keep_aspect_covered",
        enum=STRETCH_MODES,
        group="Playback",
        doc="How the picture fills the player, as for a TextureRect.",
    )
    crossfade = export(
        float,
        0.4,
        range=(0, 2, 0.05),
        suffix="s",
        doc="How long a clip takes to fade into the next.",
    )
    crossfade_curve = export(str, "smooth", enum=CURVES, doc="How the fading begins and ends.")
    crossfade_at = export(
        str,
        "once",
        enum=("once", "loop"),
        doc="Whether a clip gives way to the next at once, or when it has come to its end.",
    )
    sound_bus = export(str, "Master", doc="Where the sound of clips goes.")

    reaction_started = signal(params=dict, doc="An interaction was answered; with what.")
    clip_started = signal(info=dict, doc="The first frame of a clip is on screen.")
    quality_upgraded = signal(info=dict, doc="The same clip goes on in a better preset.")
    clip_looped = signal(doc="The clip on screen begins again.")
    fallback_shown = signal(kind=str, doc="What covers the time until the clip is there.")
    generation_progress = signal(fraction=float, doc="Of the clip on its way, 0 to 1.")
    generation_failed = signal(reason=str, doc="No clip will come, and what to do about it.")

    def __init__(self) -> None:
        self._screen: Screen | None = None
        self._source: shared.Source | None = None
        self._stage: Stage | None = None
        self._looks_in = 0
        self._is_seen = True
        self._ring: ProgressRing | None = None
        self._evaluator: NpcResponseEvaluator | None = None
        self._wanted: VideoParams | None = None
        self._asked_at = 0.0
        self._asked_in_frame = 0
        self._awaits_first_reaction = False
        self._rungs: Counter[str] = Counter()
        self._reactions = 0
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
            self._require_scene()
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
            self._require_scene()
            wanted = VideoParams.from_dict({**self._identity(), **params})
        except NpcVideoError as error:
            self.generation_failed.emit(str(error))
            return False
        self._show(wanted, priority)
        return True

    def cancel(self) -> None:
        """Gives up the clip on its way; what is on screen stays."""
        if self._wanted is not None:
            self._source.manager.cancel(self._wanted)
            self._screen.drop_opening()
            self._ring.hide()
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
            "frames_shown": 0 if self._screen is None else self._screen.shots_shown,
        }

    def get_video_texture(self) -> Texture2D:
        """The finished picture, for sprites, materials and other controls.

        It follows what the player shows, in the size of the preset, and stays the same object while
        the player is in the tree. A player that is only there for its texture can be hidden.
        """
        if self._stage is None and self._screen is not None:
            self._stage = Stage(self, self._screen.layers, self._picture_size())
            self._looks_in = 0
            self._screen.place(Rect2(0.0, 0.0, *self._stage.size))
            self.queue_redraw()
        return None if self._stage is None else self._stage.texture

    # ---- The engine's events ----

    def _notification(self, what: int) -> None:
        if what == Control.NOTIFICATION_PROCESS:
            self._advance(self.get_process_delta_time())
        elif what == Control.NOTIFICATION_DRAW:
            self._draw_all()
        elif what == Control.NOTIFICATION_VISIBILITY_CHANGED:
            self._looks_in = 0
        elif what == Control.NOTIFICATION_ENTER_TREE:
            # In the editor the picture stays still, so that it does not draw for ever.
            self.set_process(not Engine.is_editor_hint())
            self._screen, self._ring = Screen(self, shared.reels()), ProgressRing(self)
            self._settle()
            self._screen.cover(Fallback.PLACEHOLDER, self._at_rest(), CLIP_SECONDS)
        elif what == Control.NOTIFICATION_READY and not Engine.is_editor_hint():
            self._show(self._at_rest(), priority=0)
        elif what == Control.NOTIFICATION_EXIT_TREE:
            self.cancel()
            self._hear(None)
            self._leave_stage()
            self._screen.close()
            self._ring.close()
            self._screen = self._ring = None

    def _settle(self) -> None:
        """Hands the settings on to who goes by them."""
        screen, layers = self._screen, self._screen.layers
        screen.crossfade, screen.interpolation = self.crossfade, self.interpolation
        screen.switches_at_loop, screen.bus = self.crossfade_at == "loop", self.sound_bus
        layers.curve, layers.stretch = self.crossfade_curve, self.stretch_mode
        layers.picture_size = self._picture_size()

    def _draw_all(self) -> None:
        """Lays everything out in the area of the player."""
        if self._screen is None:
            return
        self._settle()
        area = Rect2(0.0, 0.0, *self.size)
        self._ring.place(area)
        if self._stage is None:
            self._screen.place(area)
        else:
            shown = placed(self.stretch_mode, area, self._stage.size)
            self.draw_texture_rect(self._stage.texture, shown, False)

    def _leave_stage(self) -> None:
        if self._stage is not None:
            self._stage.close(self)
            self._stage = None

    def _may_be_seen(self) -> bool:
        """Whether any of it may be on screen, or in a texture that may be."""
        if self._stage is not None:
            return True
        if not self.is_visible_in_tree():
            return False
        area = self.get_global_transform_with_canvas() * Rect2(0.0, 0.0, *self.size)
        return self.get_viewport_rect().intersects(area)

    # ---- One reaction ----

    def _require_scene(self) -> None:
        if self._screen is None:
            raise NpcVideoError("The player shows nothing outside of a scene: add it to one first.")

    def _identity(self) -> dict[str, str]:
        return {"npc_name": self.npc_name, "npc_id": self.npc_id or self.npc_name}

    def _at_rest(self) -> VideoParams:
        return VideoParams(**self._identity())

    def _evaluate(self, interaction: ToolInteraction) -> VideoParams | None:
        if self._evaluator is None:
            identity = {"id": self.npc_id or self.npc_name, "name": self.npc_name}
            self._evaluator = npc_video.NpcResponseEvaluator({"npc": identity})
        return self._evaluator.evaluate(interaction)

    def _picture_size(self) -> Vector2:
        preset = QUALITY_PRESETS[self.preset]
        return Vector2(preset.width, preset.height)

    def _settings(self) -> shared.Settings:
        return shared.Settings(
            self.preset, self.simulate_latency, self.fallback, self.progressive, self.max_wait
        )

    def _show(
        self, params: VideoParams, priority: int, interaction: ToolInteraction | None = None
    ) -> None:
        """Puts the best there is on screen now, and the clip itself as soon as it is there."""
        self._asked_at = time.monotonic()
        self._asked_in_frame = Engine.get_process_frames()
        self._awaits_first_reaction = True
        self._wanted = params
        self._hear(shared.source(self._settings()))
        self._settle()
        self._screen.drop_opening()
        answer = self._source.manager.request(params, priority, interaction=interaction)
        if answer.fallback is None and answer.clip is not None:
            self._rungs["exact"] += 1
            self._ring.hide()
            self._screen.open(answer.clip, in_phase=answer.clip.is_drawn)
            return
        kind = answer.fallback or Fallback.PLACEHOLDER
        self._rungs[kind.value] += 1
        if self.progress_ring:
            self._ring.show(None)
        self.fallback_shown.emit(kind.value)
        if kind is Fallback.CACHED and answer.clip is not None:
            self._screen.open(answer.clip, "similar")
        else:
            target = self.get_node_or_null(self.procedural_target)
            self._screen.cover(kind, params, CLIP_SECONDS, target)
            self._reacted()

    def _hear(self, source: shared.Source | None) -> None:
        """Listens to this source of clips, and no longer to the one before."""
        if source is not self._source:
            if self._source is not None:
                self._source.listeners.remove(self._take)
            if source is not None:
                source.listeners.append(self._take)
            self._source = source

    def _reacted(self) -> None:
        """Something that answers the interaction is on screen with this frame."""
        if self._awaits_first_reaction:
            self._awaits_first_reaction = False
            frames = Engine.get_process_frames() - self._asked_in_frame
            self._first_reaction_frames.append(frames)

    # ---- Every frame ----

    def _advance(self, seconds: float) -> None:
        if self._source is not None:
            self._source.poll()
        self._looks_in -= 1
        if self._looks_in < 0:
            self._looks_in, self._is_seen = _FRAMES_BETWEEN_LOOKS, self._may_be_seen()
        if self._is_seen:
            self._tell(self._screen.advance(seconds))
            self._ring.advance(seconds)
        else:
            self._screen.silence()

    def _take(self, event: Event) -> None:
        """What the manager has to tell; every player hears all of it."""
        if self._wanted is None or event.params.cache_key() != self._wanted.cache_key():
            return
        if isinstance(event, Progress):
            self.generation_progress.emit(event.fraction)
            if self.progress_ring:
                self._ring.show(event.fraction)
        elif isinstance(event, Failed):
            self._wanted = None
            self._ring.hide()
            self.generation_failed.emit(event.reason)
        elif isinstance(event, ClipReady):
            self._screen.open(event.clip, in_phase=event.clip.is_drawn)
        elif isinstance(event, Upgraded):
            self._screen.open(event.clip, "upgrade")

    def _tell(self, happenings: list[Happening]) -> None:
        for happening in happenings:
            if isinstance(happening, Looped):
                self.clip_looped.emit()
            elif isinstance(happening, Broken):
                self._ring.hide()
                self.generation_failed.emit(happening.reason)
            else:
                self._began(happening)

    def _began(self, began: Began) -> None:
        self._reacted()
        info = _described(began.clip)
        if began.role == "upgrade":
            self.quality_upgraded.emit(info)
        elif began.role == "clip":
            self._ring.hide()
            self._clip_seconds.append(time.monotonic() - self._asked_at)
            self.clip_started.emit(info)


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
