"""`NpcVideoPlayer`, the node that a game puts into a scene.

It is what the inspector and scripts see: the evaluator turns an interaction into the parameters of
a clip, the director gets the clip, the screen shows it. Everything here runs on the main thread and
waits for nothing.

The engine's events arrive through `_notification` and not through `_ready` and its like: those are
replaced when a game's script extends the node and has its own.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from godot import Control, Engine, NodePath, Rect2, Texture2D, Vector2, export, exposed, signal
from npc_video import (
    CLIP_SECONDS,
    QUALITY_PRESETS,
    Fallback,
    NpcVideoError,
    ToolInteraction,
    VideoParams,
)
from npc_video.cache import POLICIES

from . import shared
from .backend_resources import NpcBackend
from .director import Director
from .layers import CURVES
from .profile import NpcProfile
from .progress_ring import ProgressRing
from .reel import INTERPOLATIONS
from .role import Role
from .screen import Screen
from .sources import Settings, source
from .stage import Stage
from .stretch import STRETCH_MODES, placed
from .tally import Tally
from .visibility import Visibility

if TYPE_CHECKING:
    pass


@exposed(tool=True)
class NpcVideoPlayer(Control):
    """Shows an NPC that answers what the player does with generated video.

    Call `react` with an interaction: the NPC reacts in the same frame, with a clip that is there
    already or with a placeholder, which is cross-faded into the generated clip when that arrives.
    """

    profile = export(
        NpcProfile, None, group="NPC", doc="Who it is; without one, the next three and no graph."
    )
    npc_name = export(str, "", doc="The NPC's name, for prompts and placeholders.")
    npc_id = export(
        str,
        "",
        doc="Tells the clips of this NPC from those of others. Empty: the name.",
    )
    portrait = export(Texture2D, None, doc="Shown while the first clip is being generated.")
    tool = export(str, "", doc="What zones that name no tool are touched with.")
    backend = export(
        NpcBackend,
        None,
        group="Generation",
        doc="Where clips are made; without one by the embedded generator, which draws Ember.",
    )
    preset = export(
        str,
        "fast",
        enum=tuple(QUALITY_PRESETS),
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
    cache_size = export(
        int, 50, range=(1, 1000, 1), group="Cache", doc="How many clips are kept in memory."
    )
    cache_megabytes = export(
        float, 256.0, range=(1, 4096, 1), suffix="MB", doc="How large their files are together."
    )
    cache_policy = export(
        str,
        "lru",
        enum=POLICIES,
        doc="What goes first: what was used longest ago (lru), or what is quickly remade (gdsf).",
    )
    cache_folder = export(
        str, "", doc="Where clips outlive the game, as user://npc_video. Empty: nowhere."
    )
    baked_folder = export(str, "", doc="Where clips are that ship with the game. Empty: nowhere.")
    predictive = export(
        bool,
        True,
        group="Prediction",
        doc="Has what is likely to be asked for next made while the generator is idle.",
    )
    pregenerate_on_load = export(
        bool, False, doc="Has what the NPC commonly shows made when its scene is loaded."
    )
    interpolation = export(
        str,
        "blend",
        group="Playback",
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
        self._director: Director | None = None
        self._ring: ProgressRing | None = None
        self._stage: Stage | None = None
        self._tally = Tally()
        self._role = Role(self)
        self._visibility = Visibility(self)

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
            self._joined()
            params = self._role.evaluator.evaluate(event)
        except NpcVideoError as error:
            self.generation_failed.emit(str(error))
            return False
        if params is None:
            return False
        self._tally.reactions += 1
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
            wanted = self._role.params(params)
            self._joined()
        except NpcVideoError as error:
            self.generation_failed.emit(str(error))
            return False
        self._show(wanted, priority)
        return True

    def cancel(self) -> None:
        """Gives up the clip on its way; what is on screen stays."""
        if self._director is not None:
            self._director.cancel()

    def hint_next(self, params: dict, probability: float = 1.0) -> bool:
        """Has a clip made that will be asked for soon, with a `probability` of 0 to 1.

        For what the game knows and nobody can foresee, as what a cutscene shows next. Returns
        whether the parameters are valid; `generation_failed` says what is wrong with them.
        """
        try:
            self._require_scene()
            coming = self._role.params(params)
            self._joined().manager.hint_next(coming, probability)
        except NpcVideoError as error:
            self.generation_failed.emit(str(error))
            return False
        return True

    def pregenerate_common_states(self) -> None:
        """Has what the NPC commonly shows made in idle time, the likeliest first."""
        try:
            self._require_scene()
            manager = self._joined().manager
            manager.pregenerate(self._role.params({}), self._role.evaluator)
        except NpcVideoError as error:
            self.generation_failed.emit(str(error))

    def clear_cache(self) -> None:
        """Forgets all clips but those shipped with the game; what plays goes on."""
        if self._director is not None:
            self._joined().manager.clear_cache()

    def get_stats(self) -> dict:
        """Numbers since the start.

        `reactions`; `rungs`, how often each rung of the ladder came first; `first_reaction_frames`,
        engine frames from each interaction to what it changed on screen; `clip_seconds`, from each
        interaction to its own clip, in whatever preset; `frames_shown`, of clips.
        """
        shown = 0 if self._screen is None else self._screen.shots_shown
        return {**self._tally.told(), "frames_shown": shown}

    def get_video_texture(self) -> Texture2D:
        """The finished picture, for sprites, materials and other controls.

        It follows what the player shows, in the size of the preset, and stays the same object while
        the player is in the tree. A player that is only there for its texture can be hidden.
        """
        if self._stage is None and self._screen is not None:
            self._stage = Stage(self, self._screen.layers, self._picture_size())
            self._visibility.has_texture = True
            self._visibility.look_soon()
            self._screen.place(Rect2(0.0, 0.0, *self._stage.size))
            self.queue_redraw()
        return None if self._stage is None else self._stage.texture

    # ---- The engine's events ----

    def _notification(self, what: int) -> None:
        if what == Control.NOTIFICATION_PROCESS:
            is_seen = self._visibility.pass_frame()
            self._director.advance(self.get_process_delta_time(), is_seen=is_seen)
        elif what == Control.NOTIFICATION_DRAW:
            self._draw_all()
        elif what == Control.NOTIFICATION_VISIBILITY_CHANGED:
            self._visibility.look_soon()
        elif what == Control.NOTIFICATION_ENTER_TREE:
            # In the editor the picture stays still, so that it does not draw for ever.
            self.set_process(not Engine.is_editor_hint())
            self._screen, self._ring = Screen(self, self._role, shared.reels()), ProgressRing(self)
            self._director = Director(self, self._screen, self._ring, self._tally)
            self._settle()
            self._screen.cover(Fallback.PLACEHOLDER, self._role.params({}), CLIP_SECONDS)
        elif what == Control.NOTIFICATION_READY and not Engine.is_editor_hint():
            self._rest()
        elif what == Control.NOTIFICATION_EXIT_TREE:
            self._director.leave()
            self._leave_stage()
            self._screen.close()
            self._ring.close()
            self._director = self._screen = self._ring = None

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
            self._visibility.has_texture = False

    def _get_configuration_warnings(self) -> list[str]:
        problems = self._role.problems()
        if self.backend is not None:
            problems += self.backend.problems()
        return problems

    # ---- One reaction ----

    def _require_scene(self) -> None:
        if self._screen is None:
            raise NpcVideoError("The player shows nothing outside of a scene: add it to one first.")

    def _joined(self) -> Director:
        """The director, with the NPC and the generator as they are set now.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: a setting is, or the backend.
        """
        came_from = source(self._settings(), self.backend)
        self._director.join(came_from, self._role.id, self._role.evaluator)
        return self._director

    def _rest(self) -> None:
        """What it shows before anybody asks."""
        try:
            self._joined()
        except NpcVideoError as error:
            self.generation_failed.emit(str(error))
            return
        self._show(self._role.params({}), priority=0)
        if self.pregenerate_on_load:
            self.pregenerate_common_states()

    def _picture_size(self) -> Vector2:
        preset = QUALITY_PRESETS[self.preset]
        return Vector2(preset.width, preset.height)

    def _settings(self) -> Settings:
        return Settings(
            backend="" if self.backend is None else self.backend.describe(),
            simulate_latency=self.simulate_latency,
            preset=self.preset,
            fallback=self.fallback,
            progressive=self.progressive,
            predictive=self.predictive,
            max_wait=self.max_wait,
            cache_size=self.cache_size,
            cache_megabytes=self.cache_megabytes,
            cache_policy=self.cache_policy,
            cache_folder=self.cache_folder,
            baked_folder=self.baked_folder,
        )

    def _show(
        self, params: VideoParams, priority: float, interaction: ToolInteraction | None = None
    ) -> None:
        self._settle()
        self._joined().show(params, priority, interaction)
