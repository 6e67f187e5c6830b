"""Defines the inspector's properties of an `NpcVideoPlayer`, and which of them apply."""

from __future__ import annotations

from reprlib import repr as shortened
from typing import Any

import npc_video
from godot import (
    AudioServer,
    Callable,
    Control,
    NodePath,
    PropertyHint,
    PropertyUsageFlags,
    Rect2,
    Texture2D,
    Vector2,
)
from npc_video import QUALITY_PRESETS, Fallback, VideoGenerationConfig, VideoParams
from npc_video.errors import InvalidDataError
from npc_video.portrait.sizes import clip_size

from ..properties.calling_threads import Property
from ..properties.setting import Number, PictureSize, Setting
from ..resources.backend_resources import NpcBackend, NpcProceduralBackend, makes_clips
from ..resources.exported import is_exported
from ..resources.profile import NpcProfile
from ..resources.script_backend import NpcScriptBackend
from ..resources.stills_backend import NpcStillsBackend
from ..screen.placeholder import PARTS
from ..sharing.sources import CacheSettings, Settings
from . import options
from .current_npc import CurrentNpc
from .visibility import SHOWN_ON

_NOT_DRAWN = frozenset(Fallback) - {Fallback.PROCEDURAL}


class PlayerProperties(Control):
    """The properties of an `NpcVideoPlayer`, which acts by them."""

    QualityPreset = options.QualityPreset
    CachePolicy = options.CachePolicy
    Fallback = options.Fallback
    CrossfadeCurve = options.CrossfadeCurve
    CrossfadeAt = options.CrossfadeAt
    StretchMode = options.StretchMode
    Interpolation = options.Interpolation

    profile = Setting(
        NpcProfile,
        None,
        group="NPC",
        doc="The NPC and its answers to interactions. Empty: the NPC of the next three"
        " properties, with a mood that touches raise and lower.",
    )
    npc_name = Setting(str, "", doc="The NPC's name, for prompts and placeholders.")
    npc_id = Setting(
        str, "", doc="Distinguishes the clips of this NPC from those of others. Empty: the name."
    )
    portrait = Setting(
        Texture2D,
        None,
        doc="The NPC's picture: shown until there is a clip, and the first picture for generators.",
    )
    eyes = Setting(
        list[Rect2],
        [],
        doc="The portrait's eyes, in its pixels: the embedded generator blinks them. A script"
        " assigns a whole new Array.",
    )
    tool = Property(
        str, "", doc="The tool of touches in zones that name none of their own: `feather`."
    )
    backend = Setting(
        NpcBackend,
        None,
        group="Generation",
        doc="The backend that makes clips. Empty: the embedded generator, which moves the"
        " portrait, or draws Ember without one, while the game runs from the editor; an"
        " exported game then shows baked clips, or else the fallback.",
    )
    simulate_latency = Setting(
        bool,
        False,
        doc="Makes the embedded generator take as long as a real one, to see what players will"
        " see.",
    )
    preset = Setting(
        options.QualityPreset,
        options.QualityPreset.QUALITY_FAST,
        doc="The best size, frame rate and care of the clips; better ones take longer.",
    )
    progressive = Setting(
        bool,
        True,
        doc="Shows a clip in the cheapest preset first, and then in better ones up to `preset`.",
    )
    adaptive = Setting(
        bool,
        True,
        doc="Chooses the best preset, up to `preset`, whose clip will be ready within `max_wait`,"
        " by the generator's past times. Off: always `preset`.",
    )
    max_wait = Setting(
        float,
        5.0,
        range=(0.5, 60, 0.5),
        suffix="s",
        doc="The time in seconds after which a clip counts as late.",
    )
    cache_size = Setting(
        int,
        50,
        range=(1, 1000, 1),
        suffix="clips",
        group="Cache",
        doc="The number of clips in memory.",
    )
    cache_megabytes = Setting(
        float,
        256.0,
        range=(1, 4096, 1),
        suffix="MB",
        doc="The size of all clip files in memory, in megabytes.",
    )
    cache_policy = Setting(
        options.CachePolicy,
        options.CachePolicy.CACHE_POLICY_LRU,
        doc="What goes first: what was used longest ago (lru), or what is quickly remade (gdsf).",
    )
    cache_folder = Setting(
        str,
        "",
        hint=PropertyHint.PROPERTY_HINT_PLACEHOLDER_TEXT,
        hint_string="user://npc_video",
        doc="The folder in which clips outlive the game, below `user://`, as `user://npc_video`."
        " Empty: none.",
    )
    baked_folder = Setting(
        str, "", dir=True, doc="The folder of clips that ship with the game. Empty: none."
    )
    predictive = Setting(
        bool,
        True,
        group="Prediction",
        doc="Makes likely clips ahead while the generator is idle.",
    )
    look_ahead = Setting(
        int,
        3,
        range=(0, 6, 1),
        suffix="steps",
        doc="The number of steps for which the NPC's graph is tried out to predict the next"
        " clips. 0: none.",
    )
    prediction_rules = Setting(
        dict,
        {},
        doc='The expressions that follow each expression, the likelier first, as `{"curious":'
        ' ["surprised", "pleased"]}`. Empty: the order of most NPCs.',
    )
    pregenerate_on_load = Setting(
        bool,
        False,
        doc="Makes the NPC's common looks when its scene is loaded, in idle time.",
    )
    fallback = Setting(
        options.Fallback,
        options.Fallback.FALLBACK_SIMILAR,
        group="Fallback",
        doc="What is shown until a clip is there: the portrait, a drawn face, a similar clip, or"
        " the last picture. Where that cannot be shown, the next best is. The drawn face is Ember:"
        " for clips of other generators it is shown only if it is chosen here.",
    )
    placeholder_text = Setting(
        str,
        "",
        hint=PropertyHint.PROPERTY_HINT_PLACEHOLDER_TEXT,
        hint_string="{name} is thinking…",
        doc="The placeholder's text; `{name}`, `{emotion}`, `{expression}` and `{animation}` are"
        " filled in, and a translation of the text is used. Empty: the emotion. The theme sets"
        " colours and font.",
    )
    placeholder_background = Setting(
        bool,
        True,
        doc="Fills the area behind the placeholder's portrait. Off: a portrait that was cut out"
        " shows what is behind the player.",
    )
    placeholder_icon = Setting(
        bool, True, doc="Shows the NPC's feeling as an icon in the placeholder's label."
    )
    placeholder_words = Setting(bool, True, doc="Shows the text in the placeholder's label.")
    procedural_target = Setting(
        NodePath,
        NodePath(),
        hint=PropertyHint.PROPERTY_HINT_NODE_PATH_VALID_TYPES,
        hint_string="AnimatedSprite2D,AnimationPlayer",
        doc="A node with animations named after expressions, emotions or animations, which plays in"
        " place of the drawn face, whoever makes the clips. A sprite is hidden meanwhile.",
    )
    progress_ring = Setting(bool, True, doc="Shows the progress of the awaited clip.")
    loop = Setting(
        bool,
        True,
        group="Playback",
        doc="Repeats clips. Off: a clip plays once, its last picture stays, and the player emits"
        " `clip_finished`.",
    )
    crossfade = Setting(
        float,
        0.4,
        range=(0, 2, 0.05),
        suffix="s",
        doc="The longest time in seconds in which a clip fades into the next; similar clips fade"
        " faster. 0: a cut.",
    )
    crossfade_curve = Setting(
        options.CrossfadeCurve,
        options.CrossfadeCurve.CROSSFADE_CURVE_SMOOTH,
        doc="How the fading begins and ends.",
    )
    crossfade_at = Setting(
        options.CrossfadeAt,
        options.CrossfadeAt.CROSSFADE_AT_IMMEDIATELY,
        doc="When a clip gives way to the next: immediately, or at the end of its loop. One that"
        " was waited for may come half a second later, when the two are most alike.",
    )
    stretch_mode = Setting(
        options.StretchMode,
        options.StretchMode.STRETCH_KEEP_ASPECT_COVERED,
        doc="How the picture fills the player, as for a TextureRect.",
    )
    texture_size = PictureSize(
        doc="The size of the picture of `get_video_texture`, which fills it by `stretch_mode`. 0:"
        " that of the preset when the texture is first used. Nothing else changes it.",
    )
    shown_on = Setting(
        NodePath,
        NodePath(),
        hint=PropertyHint.PROPERTY_HINT_NODE_PATH_VALID_TYPES,
        hint_string="Sprite3D,MeshInstance3D,VisibleOnScreenNotifier3D",
        doc="The node that shows the texture in a 3D world, or a VisibleOnScreenNotifier3D around"
        " all that do. While no camera sees it the player rests, unless it is heard. From"
        " behind it counts as seen. Empty: a player whose texture is used never rests.",
    )
    interpolation = Setting(
        options.Interpolation,
        options.Interpolation.INTERPOLATION_BLEND,
        doc="What is seen between two frames of a clip: the first of them (none), a mix (blend), or"
        " blocks on their way (motion), which is for H.264 and a mix elsewhere. With motion clips"
        " that follow each other are warped towards each other, of whatever codec.",
    )
    speed_scale = Number(
        float,
        1.0,
        least=0.0,
        hint=PropertyHint.PROPERTY_HINT_RANGE,
        hint_string="0,4,0.05,or_greater",
        is_of_playing=True,
        doc="The speed of clips and the drawn face, sound and picture, beside"
        " `Engine.time_scale`. 0: they stand still. Fades take as long as ever.",
    )
    volume_db = Number(
        float,
        0.0,
        range=(-80, 24, 0.01),
        suffix="dB",
        group="Sound",
        is_of_playing=True,
        doc="The volume of clips in decibels, as for an AudioStreamPlayer.",
    )
    mute = Setting(bool, False, is_of_playing=True, doc="Silences clips; they play on.")
    audio_player = Setting(
        NodePath,
        NodePath(),
        hint=PropertyHint.PROPERTY_HINT_NODE_PATH_VALID_TYPES,
        hint_string="AudioStreamPlayer2D,AudioStreamPlayer3D,AudioStreamPlayer",
        doc="A node from which clips are heard, with its volume and bus. It may move, and play"
        " something else meanwhile. Empty, or without such a node: clips are heard everywhere,"
        " through `sound_bus`.",
    )
    sound_bus = Setting(
        str,
        "Master",
        is_of_playing=True,
        doc="The audio bus for the sound of clips, unless `audio_player` has one.",
    )
    overlay = Setting(
        bool,
        False,
        group="Debug",
        doc="Shows statistics over the running game, with a timeline of the last half minute.",
    )
    log_evaluations = Setting(
        bool,
        False,
        doc="Prints the graph's answer to each interaction, or why there is none, and the"
        " microseconds it took.",
    )
    simulated_input = Setting(
        bool,
        False,
        doc="Touches the NPC automatically while the game runs, every two seconds or so, with the"
        " tools and in the zones that its graph knows.",
    )
    session_file = Setting(
        str,
        "",
        hint=PropertyHint.PROPERTY_HINT_SAVE_FILE,
        hint_string="*.jsonl",
        doc="The file in which interactions and requests are recorded, to replay them or bake from"
        " them, as `user://ember.jsonl`. Each run adds to it, and each player needs its own; games"
        " exported for release record nothing. Empty: none.",
    )

    _npc: CurrentNpc

    # Of `set_generator`; no property, as a Callable cannot be saved.
    _generator: Callable | None = None

    def _change(self) -> None:
        """Notes that a property has changed."""
        raise NotImplementedError

    def _change_playing(self) -> None:
        """Notes that a property of playback has changed."""
        raise NotImplementedError

    # ---- What applies ----

    def _hidden(self) -> set[str]:
        """Returns the properties that have no effect with the present values of others."""
        rules = (
            (self.profile is not None, ("npc_name", "npc_id", "portrait", "eyes")),
            (self.backend is not None, ("simulate_latency",)),
            (self.progressive, ("adaptive",)),
            (not self.predictive, ("look_ahead", "prediction_rules")),
            (self.crossfade <= 0.0, ("crossfade_curve",)),
            (not self.loop, ("crossfade_at",)),
        )
        return {name for is_so, names in rules if is_so for name in names}

    def _validate_property(self, info: dict[str, Any]) -> None:
        name = info["name"]
        if name in self._hidden():
            info["usage"] &= ~PropertyUsageFlags.PROPERTY_USAGE_EDITOR
        elif name == "sound_bus":
            buses = [str(AudioServer.get_bus_name(i)) for i in range(AudioServer.bus_count)]
            buses += [] if self.sound_bus in buses else [self.sound_bus]
            info["hint"], info["hint_string"] = PropertyHint.PROPERTY_HINT_ENUM, ",".join(buses)

    # ---- Derived values ----

    def _draws(self) -> bool:
        """Returns whether clips show the face that can also be drawn without them."""
        return self._is_embedded() and (self._draws_ember() or self._npc.portrait is None)

    def _draws_ember(self) -> bool:
        return isinstance(self.backend, NpcProceduralBackend) and self.backend.draws_ember

    def _is_embedded(self) -> bool:
        """Returns whether the embedded generator makes the clips."""
        if self._generator is not None or not self._makes_clips():
            return False
        return self.backend is None or isinstance(self.backend, NpcProceduralBackend)

    def _is_drawn_here(self) -> bool:
        """Returns whether clips are drawn and encoded in the game itself."""
        return self._is_embedded() or self._moved_picture() is not None

    def _moved_picture(self) -> Texture2D | None:
        """Returns the picture that is moved to make clips, or None."""
        if self._is_embedded():
            return None if self._draws() else self._npc.portrait
        if self._generator is None and isinstance(self.backend, NpcStillsBackend):
            return self._npc.picture_of(VideoParams())
        return None

    def _takes_eyes(self) -> bool:
        """Returns whether some of its clips are moved pictures."""
        if self._generator is not None or not self._makes_clips():
            return False
        backend = self.backend
        return backend is None or any(each._takes_eyes() for each in backend._leaves())

    def _makes_clips(self) -> bool:
        """Returns whether this game makes clips, instead of taking them from the cache."""
        return self._generator is not None or makes_clips(self.backend, exported=is_exported())

    def _target(self) -> Any:
        """Returns the node at `procedural_target`, of any class, or None."""
        return self.get_node_or_null(self.procedural_target) if self.procedural_target else None

    def _shown_on(self) -> Any:
        """Returns the node at `shown_on`, if cameras can see its class."""
        node = self.get_node_or_null(self.shown_on) if self.shown_on else None
        return node if isinstance(node, SHOWN_ON) else None

    def _placeholder_parts(self) -> frozenset[str]:
        return frozenset(part for part in PARTS if getattr(self, f"placeholder_{part}"))

    def _picture_size(self) -> Vector2:
        """Returns the likely size of clips, so that their fallbacks have the same place."""
        preset, shape = QUALITY_PRESETS[self.preset.word], self._shape_of_clips()
        if shape is None or min(shape.get_size()) <= 0.0:
            return Vector2(preset.width, preset.height)
        return Vector2(*clip_size(preset.width * preset.height, *shape.get_size()))

    def _shape_of_clips(self) -> Texture2D | None:
        """Returns the picture with the shape of the clips; None if that is the preset's.

        A game's own function makes clips of the NPC as it is; models are asked for the preset's
        shape.
        """
        moved = self._moved_picture()
        if moved is not None or self._draws():
            return moved
        is_by_game = self._generator is not None or isinstance(self.backend, NpcScriptBackend)
        return self._npc.portrait if is_by_game or self.backend is None else None

    def _texture_size(self, otherwise: Vector2) -> Vector2:
        size = self.texture_size
        return Vector2(*size) if min(size) > 0 else otherwise

    def _settings(self) -> Settings:
        """Returns the settings of the source of clips.

        Raises:
            InvalidDataError: a value is unknown or outside its range.
        """
        backend = None
        if self._makes_clips():
            backend = "" if self.backend is None else self.backend.describe()
        return Settings(
            generator=self._generator,
            backend=backend,
            simulate_latency=self.simulate_latency,
            eyes=self._npc.profile.eyes if self._takes_eyes() else (),
            cache=CacheSettings(
                size=self.cache_size,
                megabytes=self.cache_megabytes,
                policy=self.cache_policy.word,
                folder=self.cache_folder,
                baked_folder=self.baked_folder,
            ),
            fallbacks=self._fallbacks(),
            config=VideoGenerationConfig(
                preset=self.preset.word,
                fallback=Fallback(self.fallback.word),
                progressive=self.progressive,
                adaptive=self.adaptive,
                predictive=self.predictive,
                look_ahead=self.look_ahead,
                progression=self._progression(),
                max_wait=self.max_wait,
                cache_size=self.cache_size,
            ),
        )

    def _fallbacks(self) -> frozenset[npc_video.Fallback]:
        """Returns the fallbacks that can be shown."""
        # The game's own animations are better than a still; Ember is so for her own clips only.
        moves = self._draws() or self._target() is not None
        # A generator that moves a picture of the NPC needs no stranger.
        moves = moves or (
            self.fallback is options.Fallback.FALLBACK_PROCEDURAL and self._moved_picture() is None
        )
        return frozenset(Fallback) if moves else _NOT_DRAWN

    def _progression(self) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
        rules = self.prediction_rules
        for expression, following in rules.items():
            if not isinstance(following, list) or not all(isinstance(e, str) for e in following):
                raise InvalidDataError(
                    f"prediction_rules: {shortened(expression)} must have a list of expressions,"
                    f" not {shortened(following)}."
                )
        pairs = ((str(expression), tuple(following)) for expression, following in rules.items())
        return tuple(pairs) or None
