"""Shows a player's layers, and opens the clip that comes next.

It knows neither the source of clips nor the receiver of events; `advance` returns them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from godot import (
    Control,
    Rect2,
    wake,
)
from npc_video import Fallback, GeneratedClip, VideoParams

from ..canvas.layers import Layer, LayerStack
from ..clips.clip_layer import ClipLayer
from ..clips.reel import Reel
from ..clips.reels import Reels
from ..clips.speaker import Speaker
from .arrival import Arrival
from .layer_warp import LayerWarp
from .placeholder import PARTS, Placeholder
from .playback_events import Began, Broken, ClipRole, Finished, Looped, PlaybackEvent, Unheard
from .previews import Previews
from .procedural_face import ProceduralFace
from .procedural_target import ProceduralTarget

if TYPE_CHECKING:
    from npc_video.media.growing import GrowingFile

# A fallback must be visible in the very frame of the interaction, so it does not start at 0.
_FALLBACK_FADE_SECONDS = 0.25
_FALLBACK_FIRST_OPACITY = 0.5


class Portraits(Protocol):
    """The pictures of the present NPC."""

    def picture_of(self, params: VideoParams) -> Any:
        """Returns the still for `params`: a Texture2D, None if the NPC has no picture."""


class Screen:
    """The picture of `player`, which shows the NPC of `portraits`.

    Attributes:
        crossfade: seconds in which a clip fades into one that has nothing in common with it.
        switches_at_loop: a clip waits until the previous one is through, if that loops.
        speaker: the speed of clips, and the place of their sound.
        shots_shown: frames of clips that were on screen.
        previews: the previews of a clip in the making.
        procedural_target: a node of the game in place of the drawn face, if it has one.
    """

    def __init__(self, player: Control, portraits: Portraits, reels: Reels):
        self.layers = LayerStack(player)
        self.previews = Previews(player, self.layers, reels.decoders)
        self.procedural_target = ProceduralTarget(player, self.layers)
        self.crossfade = 0.4
        self.switches_at_loop = False
        self.speaker = Speaker(player)
        self.shots_shown = 0
        self._player = player
        self._portraits = portraits
        self._reels = reels
        self._interpolation, self._loops = "none", True
        self._text, self._parts = "", PARTS
        self._arriving: Arrival | None = None
        # The clip that still arrives, and is being opened or on top.
        self._growing: Reel | None = None
        self._warp: LayerWarp | None = None
        self._broken: Reel | None = None
        # The only layer, while nothing fades, opens or sounds.
        self._lone_clip: ClipLayer | None = None

    # ---- Requests ----

    def cover(self, kind: Fallback, params: VideoParams, seconds: float) -> None:
        """Shows a fallback that is drawn here, in this frame.

        Args:
            seconds: the length of the awaited clip's loop.
        """
        self._wake_up()
        top = self.layers.top
        if kind is Fallback.FREEZE and top is not None:
            if isinstance(top, ClipLayer):
                top.is_held = True
        elif kind is Fallback.PROCEDURAL and self.procedural_target.target is not None:
            self.procedural_target.play(params)
        elif kind is Fallback.PROCEDURAL:
            self._push_fallback(
                ProceduralFace(self._player, params, phase=self._phase(), seconds=seconds)
            )
        else:
            portrait = self._portraits.picture_of(params)
            self._push_fallback(
                Placeholder(self._player, params, portrait, self._text, self._parts),
                is_translucent="background" not in self._parts,
            )

    @property
    def clip(self) -> ClipLayer | None:
        """Returns the layer on top, if that is a clip."""
        top = self.layers.top
        return top if isinstance(top, ClipLayer) else None

    @property
    def is_growing(self) -> bool:
        """Tells whether a clip that still arrives is on screen, or soon will be."""
        reel = self._growing
        if reel is None or reel.growing is None:
            return False
        return not reel.growing.is_given_up and reel.playback.error is None

    def open(
        self,
        clip: GeneratedClip,
        role: ClipRole = "clip",
        *,
        in_phase: bool = False,
        at_once: bool = False,
        growing: GrowingFile | None = None,
    ) -> None:
        """Shows `clip` as soon as its first picture is decoded, which may be in the next frame.

        Over another clip it may come half a second later, when the screen is most like it. The clip
        that still arrived until now just goes on.

        Args:
            in_phase: begins at the phase of the drawn face, which moves like it.
            at_once: waits only for its first picture.
            growing: the clip's file, if it still arrives; if that breaks off, there is no event.
        """
        self._wake_up()
        if growing is None and self._growing is not None and self._growing.is_to_be(clip):
            reel, self._growing = self._growing, None
            reel.complete(clip)
            if self._plays_otherwise(reel):
                self._play_otherwise()
            return
        shown = self.clip
        if role == "upgrade" and shown is not None and shown.reel.is_finished:
            return
        if shown is not None:
            in_phase = role == "again" or (role == "upgrade" and not self._loops)
        else:
            in_phase = in_phase and isinstance(self.layers.top, ProceduralFace)
        begin = self._phase() if in_phase else 0.0
        is_again = shown is not None and shown.reel.clip.data == clip.data
        self.drop_opening()
        reel = self._reels.open(
            clip,
            self._interpolation,
            loops=self._loops,
            begin=begin,
            anew=is_again and growing is None,
            alone=self.speaker.speed != 1.0,
            growing=growing,
        )
        self._arriving = Arrival(reel, role, in_phase=in_phase, at_once=at_once)
        self._growing = None if growing is None else reel

    def play_as(self, interpolation: str, *, loops: bool, speed: float) -> None:
        """Sets the way in which clips play, also the one on screen.

        Args:
            interpolation: a word of `NpcVideoPlayer.Interpolation`.
            loops: a clip begins again when it is through.
            speed: the speed of clips and drawn faces; 0.0 stops them.
        """
        before = self._interpolation, self._loops, self.speaker.speed
        if (interpolation, loops, speed) == before:
            return
        self._wake_up()
        self._interpolation, self._loops, self.speaker.speed = interpolation, loops, speed
        shown = self._arriving or self.clip
        if shown is not None and self._plays_otherwise(shown.reel):
            self._play_otherwise()

    def _plays_otherwise(self, reel: Reel) -> bool:
        """Tells whether a reel plays in another way, or cannot change its speed for others."""
        if (reel.interpolation, reel.loops) != (self._interpolation, self._loops):
            return True
        return self.speaker.speed != 1.0 and not self._reels.keep_apart(reel)

    def _play_otherwise(self) -> None:
        """Opens the opening and the shown clip anew; one that still arrives, once complete."""
        shown, opening = self.clip, self._arriving
        if self.is_growing:
            return
        if opening is not None:
            self.open(
                opening.reel.clip,
                opening.role,
                in_phase=opening.in_phase,
                at_once=opening.at_once,
            )
        elif shown is not None and not shown.is_held:
            self.open(shown.reel.clip, "again")

    def set_placeholder(self, name: str, text: str, parts: frozenset[str]) -> None:
        """Sets the content of placeholders: the NPC's name, a text, and the parts."""
        self._text, self._parts = text, parts
        for layer in self.layers:
            if isinstance(layer, Placeholder):
                layer.update(name, self._portraits.picture_of(layer.params), text, parts)

    def drop_opening(self) -> None:
        """Drops the clip that is being opened, and the one that still arrives."""
        self._growing = None
        self.previews.drop()
        if self._arriving is not None:
            self._arriving.close()
            self._reels.leave(self._arriving.reel)
            self._arriving = None

    def place(self, area: Rect2) -> None:
        for clip in self._clips():
            clip.is_tiled = self.layers.stretch == "tile"
        self.layers.place(area)

    def close(self) -> None:
        self.drop_opening()
        self._end_warp()
        self.procedural_target.close()
        self.layers.close()

    # ---- Every frame ----

    def advance(self, seconds: float) -> list[PlaybackEvent]:
        """Plays on, and returns the events."""
        clip, speed = self._lone_clip, self.speaker.speed
        if clip is not None:
            clip.advance(seconds * speed)
            return self._events_of([clip])
        if self._arriving is not None:
            self._arriving.advance(seconds, speed)
        self.layers.advance(seconds, speed)
        if self._warp is not None and not self._warp.advance():
            self._end_warp()
        self.previews.advance()
        self.procedural_target.advance(seconds)
        events = self._events_of(self._clips()) + self._begin_opened()
        # The present layers: the opened clip may have hidden the others at once.
        events += self._sound()
        self._lone_clip = self._find_lone_clip()
        return events

    @property
    def rests(self) -> float:
        """Returns the seconds until something changes by itself; 0 if unknown.

        A placeholder breathes so slowly that it needs no time of its own.
        """
        if self._lone_clip is None:
            return math.inf if self._is_placeholder_alone else 0.0
        speed = self.speaker.speed
        return self._lone_clip.reel.rests / speed if speed > 0.0 else math.inf

    @property
    def has_changed(self) -> bool:
        """Tells whether the last `advance` may have changed the picture."""
        only = self.clip if len(self.layers) == 1 and not self.procedural_target.is_shown else None
        if only is None:
            return True
        is_still = only.is_held or only.reel.is_finished
        return only.has_moved or (only.reel.interpolation != "none" and not is_still)

    def _wake_up(self) -> None:
        """Leaves the idle fast path."""
        self._lone_clip = None
        wake(self._player)

    def _clips(self) -> list[ClipLayer]:
        return [layer for layer in self.layers if isinstance(layer, ClipLayer)]

    @property
    def _is_placeholder_alone(self) -> bool:
        """Tells whether nothing else is shown or comes."""
        is_alone = len(self.layers) == 1 and isinstance(self.layers.top, Placeholder)
        is_to_stay = self._arriving is None and not self.previews.is_decoding
        return is_alone and is_to_stay and not self.procedural_target.is_shown

    def _find_lone_clip(self) -> ClipLayer | None:
        """Returns the only layer, if it is a playing clip."""
        shown = self.clip
        if len(self.layers) > 1 or self._arriving is not None or self.procedural_target.is_shown:
            return None
        if shown is None or shown.is_held or not shown.reel.is_silent:
            return None
        return shown

    def _events_of(self, clips: list[ClipLayer]) -> list[PlaybackEvent]:
        """Returns the events of the playing clips."""
        self.shots_shown += sum(clip.has_moved for clip in clips)
        events: list[PlaybackEvent] = []
        if clips and clips[-1] is self.layers.top:
            if clips[-1].has_looped:
                events.append(Looped())
            if clips[-1].has_finished:
                events.append(Finished())
            reel = clips[-1].reel
            error = reel.playback.error
            if error is not None and reel.growing is None and self._broken is not reel:
                self._broken = reel
                events.append(Broken(reel.clip, error))
        return events

    def _sound(self) -> list[PlaybackEvent]:
        """Plays the clips' sounds; returns events for those that cannot be heard."""
        clips = self._clips()
        if self.speaker.is_mute:
            self.silence()
            return []
        for clip in clips:
            clip.hear(self.speaker, self.layers.loudness(clip))
        told = [(clip.reel, self._reels.news_of_sound(clip.reel)) for clip in clips]
        return [Unheard(reel.clip, reason) for reel, reason in told if reason]

    def silence(self) -> None:
        """Silences all clips, because nobody sees or hears them."""
        for clip in self._clips():
            clip.silence()

    def _begin_opened(self) -> list[PlaybackEvent]:
        """Fades the opened clip in, if its first picture is ready and its moment has come."""
        opening, top = self._arriving, self.layers.top
        if opening is None:
            return []
        reel, playback = opening.reel, opening.reel.playback
        below = top if isinstance(top, ClipLayer) else None
        is_over = below is not None and below.reel.is_finished
        is_given_up = reel.growing is not None and reel.growing.is_given_up
        if is_given_up or (is_over and opening.role == "upgrade"):
            self.drop_opening()
            return []
        if playback.error is not None and not playback.is_ready:
            self.drop_opening()
            is_all = reel.growing is None
            return [Broken(reel.clip, playback.error, opening.role)] if is_all else []
        # The clip that goes on to its end first, if it is to be waited for.
        looping = below if self._waits_for_loop(opening.role) else None
        if (looping is not None and not looping.has_looped) or not playback.is_ready:
            return []
        if self.procedural_target.is_shown:
            below = None
        goes_on = looping is not None or opening.in_phase
        if below is not None and not self._is_time(opening, below, goes_on=goes_on):
            return []
        self._arriving = None
        late = 0.0
        if looping is not None:
            late = looping.reel.position
        elif opening.in_phase:
            late = opening.waited
        reel.begin(late)
        layer = ClipLayer(self._player, reel, self._reels.leave)
        layer.is_tiled = self.layers.stretch == "tile"
        has_alpha = playback.info.layout.has_alpha
        fade = self.crossfade
        if below is not None:
            fade = opening.fade_seconds(self.layers, self.crossfade)
        self.layers.push(layer, fade, size=layer.size, is_translucent=has_alpha)
        self._warp = self._warp or opening.begin_warp(self.layers, layer)
        opening.close()
        self.shots_shown += 1
        self.procedural_target.leave(self.crossfade)
        began: list[PlaybackEvent] = [Began(reel.clip_as_it_is, opening.role)]
        # If its first picture came that late, its replacement has shown the rest.
        return [*began, Finished()] if reel.is_finished and not is_over else began

    def _is_time(self, opening: Arrival, below: ClipLayer, *, goes_on: bool) -> bool:
        """Tells whether a clip should come over `below` now.

        Args:
            goes_on: begins at the position of `below`, so at no other time.
        """
        reel = opening.reel
        return opening.is_time(
            below,
            below.reel.position if goes_on else reel.position,
            speed=self.speaker.speed,
            # A reel that others show already plays on meanwhile.
            may_wait=not (opening.at_once or goes_on or reel.has_begun),
            warping=self._reels.decoders if self._interpolation == "motion" else None,
        )

    def _end_warp(self) -> None:
        if self._warp is not None:
            self._warp.close()
            self._warp = None

    def _waits_for_loop(self, role: str) -> bool:
        """Tells whether a clip begins when the one on screen begins again."""
        shown = self.clip
        loops = shown is not None and not shown.is_held and shown.reel.begins_again
        return loops and (role == "upgrade" or (role == "clip" and self.switches_at_loop))

    def _push_fallback(self, layer: Layer, *, is_translucent: bool = False) -> None:
        self.procedural_target.leave(_FALLBACK_FADE_SECONDS)
        self.layers.push(
            layer,
            _FALLBACK_FADE_SECONDS,
            from_opacity=_FALLBACK_FIRST_OPACITY,
            is_translucent=is_translucent,
        )

    def _phase(self) -> float:
        """Returns the position of the screen's content in its loop, 0 to 1."""
        top = self.layers.top
        return top.phase if isinstance(top, ProceduralFace | ClipLayer) else 0.0
