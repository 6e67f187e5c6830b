"""What the inspector sets of an `NpcVideoPlayer`, and what it warns of."""

from __future__ import annotations

from godot import Callable, Control, NodePath, Texture2D, Vector2, export
from npc_video import QUALITY_PRESETS, Fallback
from npc_video.cache import POLICIES

from .backend_resources import NpcBackend
from .layers import CURVES
from .profile import NpcProfile
from .reel import INTERPOLATIONS
from .sources import Settings
from .stretch import STRETCH_MODES


class PlayerProperties(Control):
    """The properties; `NpcVideoPlayer` acts by them."""

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
    interpolation = export(
        str,
        "blend",
        enum=INTERPOLATIONS,
        doc="What is seen between two frames of a clip: the first, a mix, or moved blocks.",
    )
    sound_bus = export(str, "Master", doc="Where the sound of clips goes.")
    overlay = export(
        bool,
        False,
        group="Debug",
        doc="Shows in the running game what was on screen in the last half minute, and numbers.",
    )

    @overlay.setter
    def overlay(self, value: bool) -> None:
        PlayerProperties.overlay.store(self, value)
        self.queue_redraw()

    # Of `set_generator`; no property, as a Callable cannot be saved.
    _generator: Callable | None = None

    def _picture_size(self) -> Vector2:
        preset = QUALITY_PRESETS[self.preset]
        return Vector2(preset.width, preset.height)

    def _settings(self) -> Settings:
        return Settings(
            generator=self._generator,
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

    def _get_configuration_warnings(self) -> list[str]:
        parts = (self.profile, self.backend)
        return [problem for part in parts if part is not None for problem in part.problems()]
