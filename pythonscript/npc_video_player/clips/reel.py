"""A clip that plays; all players that show it share one.

The pictures lie in images that the decoder's threads have written. Here, on the main thread, each
is handed to the renderer when it is due, which is all that this costs.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from godot import Image, writable_pixels
from npc_video import GeneratedClip
from npc_video.media.cost import CostCounter
from npc_video.media.picture import FirstPicture
from npc_video.media.playback import Playback, Shot

from .clip_material import ClipMaterial

if TYPE_CHECKING:
    from npc_video.media.growing import GrowingFile
    from npc_video.media.sound import Sound

INTERPOLATIONS = ("none", "blend", "motion")


class EnginePicture:
    """An image of the engine, of one or two bytes per pixel."""

    __slots__ = ("image",)

    def __init__(self, columns: int, rows: int, sample_bytes: int):
        kind = Image.FORMAT_R8 if sample_bytes == 1 else Image.FORMAT_RG8
        self.image = Image.create_empty(columns, rows, False, kind)

    def writable(self) -> memoryview:
        return writable_pixels(self.image)


class EnginePictures:
    """Makes images of the engine, which has textures of at most `max_side` pixels a side."""

    def __init__(self, max_side: int):
        self.max_side = max_side

    def __call__(self, columns: int, rows: int, sample_bytes: int) -> EnginePicture:
        return EnginePicture(columns, rows, sample_bytes)


class Reel:
    """Plays `clip` from `begin` on, its place in the clip from 0 up to 1.

    One that still comes in, as `growing`, is played as far as it is there, on the threads of
    `waiting`, and silently; it is looped and heard from when `complete` is called.

    Shots take turns in two textures, so that the one on screen and the one after it are both there
    to be mixed.

    Attributes:
        material: what draws it, from its first picture on.
        played: seconds since it was opened.
    """

    def __init__(
        self,
        clip: GeneratedClip,
        decoders: Executor,
        make_picture: EnginePictures,
        interpolation: str,
        *,
        cost: CostCounter,
        loops: bool = True,
        begin: float = 0.0,
        first: FirstPicture | None = None,
        growing: GrowingFile | None = None,
        waiting: Executor | None = None,
    ):
        self.clip = clip
        self.growing = growing
        self.interpolation, self.loops = interpolation, loops
        self.playback = Playback(
            clip,
            waiting or decoders,
            make_picture,
            begin=begin,
            repeats=loops,
            motion=interpolation == "motion",
            first=first,
            growing=growing,
            cost=cost,
        )
        self.material: ClipMaterial | None = None
        self.played = 0.0
        self.shots_shown = 0
        self.users = 0
        self.heard_by: Any = None
        self._decoders = decoders
        self._cost = cost
        self._sound: Future[Sound | None] | None = None
        self._shown = -1
        self._uploaded = [-1, -1]

    @property
    def is_finished(self) -> bool:
        """Whether it has come to its end, and is not to begin again."""
        return self.playback.is_finished

    @property
    def begins_again(self) -> bool:
        """Whether it will loop."""
        return self.loops and not self.playback.is_still

    @property
    def sound(self) -> Sound | None:
        """Its sound, once that is decoded; None where it has none."""
        if self._sound is None or not self._sound.done() or self._sound.exception():
            return None
        return self._sound.result()

    @property
    def is_silent(self) -> bool:
        """Whether nothing of it will ever be heard."""
        if not self.playback.info.has_sound:
            return True
        return self._sound is not None and self._sound.done() and self.sound is None

    @property
    def sound_problem(self) -> str:
        """Why its sound cannot be heard, or ""."""
        if self._sound is None or not self._sound.done() or self._sound.cancelled():
            return ""
        error = self._sound.exception()
        return "" if error is None else str(error) or repr(error)

    @property
    def position(self) -> float:
        """Seconds into the clip."""
        return self.playback.position

    @property
    def clip_as_it_is(self) -> GeneratedClip:
        """The clip with the size, rate and length that its file has; with its first picture."""
        info, length = self.playback.info, self.playback.length
        return replace(
            self.clip, width=info.width, height=info.height, fps=info.fps, duration=length
        )

    @property
    def rests(self) -> float:
        """Seconds for which its picture stays as it is; 0 where that is not known."""
        return self.playback.time_left if self.interpolation == "none" else 0.0

    def advance(self, seconds: float) -> None:
        """Plays on."""
        self.played += seconds
        self.playback.advance(seconds)
        shot = self.playback.shot
        if shot is None:
            return
        if shot.number != self._shown:
            if self._shown >= 0:
                self._cost.add_dropped(shot.number - self._shown - 1)
            self._shown = shot.number
            self.shots_shown += 1
            if shot.number not in self._uploaded:
                self._upload(shot)
        if self.interpolation != "none":
            self.material.mix(self._between(shot))

    def _between(self, shot: Shot) -> float:
        """How much of the second texture is shown; the one after `shot` is made ready for it."""
        following = self.playback.following
        if following is None:
            return shot.number % 2
        if following.number not in self._uploaded:
            self._upload(following)
            if self.interpolation == "motion":
                self.material.move(following.motion, second_is_later=following.number % 2 == 1)
        part = self.playback.part
        return part if following.number % 2 else 1.0 - part

    def is_to_be(self, clip: GeneratedClip) -> bool:
        """Whether what comes in, and can be played, has turned out to be `clip`."""
        if self.playback.error is not None:
            return False
        return self.clip is clip or (self.growing is not None and self.growing.is_all_of(clip.data))

    def complete(self, clip: GeneratedClip) -> None:
        """Goes on with all of the clip."""
        if self.growing is not None:
            self.clip, self.growing = clip, None
            self.playback.complete(clip, self._decoders)
            self._decode_sound()

    def begin(self, late: float) -> None:
        """Shows its first picture, and goes on by `late` seconds, if nobody showed it before."""
        if self.material is None:
            self.playback.advance(0.0)
            self.advance(late)

    def close(self) -> None:
        self.playback.close()
        if self.material is not None:
            self.material.close()
            self.material = None

    def _upload(self, shot: Shot) -> None:
        began = time.perf_counter()
        # Without anything between them one texture will do.
        slot = 0 if self.interpolation == "none" else shot.number % 2
        self._uploaded[slot] = shot.number
        if self.material is None:
            self._begin(shot.picture.image)
        else:
            self.material.upload(slot, shot.picture.image)
        self._cost.add_uploaded(time.perf_counter() - began)

    def _begin(self, image: Image) -> None:
        """The size and the colours of the clip are known with its first picture."""
        self.material = ClipMaterial(self.playback.info, image)
        self._decode_sound()

    def _decode_sound(self) -> None:
        info = self.playback.info
        if self.material is not None and self.growing is None and info.has_sound:
            self._sound = self._decoders.submit(_sound, self.clip)


def _sound(clip: GeneratedClip) -> Sound | None:
    from npc_video.media.sound import decode_sound  # loads FFmpeg, 0.1 s

    return decode_sound(clip.data, clip.media_type)
