"""Plays a clip; all players that show it share one reel.

The decoder's threads write the pictures into images. Here, on the main thread, each is handed to
the renderer when it is due, which is the only cost here.
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


class EnginePicture:
    """An image of the engine, of one or two bytes per pixel."""

    __slots__ = ("image",)

    def __init__(self, columns: int, rows: int, sample_bytes: int):
        kind = Image.FORMAT_R8 if sample_bytes == 1 else Image.FORMAT_RG8
        self.image = Image.create_empty(columns, rows, False, kind)

    def writable(self) -> memoryview:
        return writable_pixels(self.image)


class EnginePictures:
    """Makes images of the engine, whose textures have at most `max_side` pixels a side."""

    def __init__(self, max_side: int):
        self.max_side = max_side

    def __call__(self, columns: int, rows: int, sample_bytes: int) -> EnginePicture:
        return EnginePicture(columns, rows, sample_bytes)


class Reel:
    """Plays `clip`, starting at `begin`, a fraction of its length from 0 up to 1.

    A clip that still arrives, as `growing`, is played as far as it has come, on the threads of
    `waiting`, and silently. `complete` starts its loop and its sound.

    Shots use two textures in turn, so that the one on screen and the next one can be mixed.

    Attributes:
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
        self._material: ClipMaterial | None = None
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
    def has_begun(self) -> bool:
        """Returns whether its first picture was shown."""
        return self._material is not None

    @property
    def material(self) -> ClipMaterial:
        """The material that draws it, from its first picture on."""
        assert self._material is not None
        return self._material

    @property
    def is_finished(self) -> bool:
        """Tells whether it has come to its end, and will not begin again."""
        return self.playback.is_finished

    @property
    def begins_again(self) -> bool:
        """Tells whether it will loop."""
        return self.loops and not self.playback.is_still

    @property
    def sound(self) -> Sound | None:
        """Returns the sound once it is decoded; None if it has none."""
        if self._sound is None or not self._sound.done() or self._sound.exception():
            return None
        return self._sound.result()

    @property
    def is_silent(self) -> bool:
        """Tells whether it will never be heard."""
        if not self.playback.info.has_sound:
            return True
        return self._sound is not None and self._sound.done() and self.sound is None

    @property
    def sound_problem(self) -> str:
        """Returns the reason why its sound cannot be heard, or ""."""
        if self._sound is None or not self._sound.done() or self._sound.cancelled():
            return ""
        error = self._sound.exception()
        return "" if error is None else str(error) or repr(error)

    @property
    def position(self) -> float:
        """Returns the seconds into the clip."""
        return self.playback.position

    @property
    def clip_as_it_is(self) -> GeneratedClip:
        """Returns the clip with its file's size, rate and length; needs its first picture."""
        info, length = self.playback.info, self.playback.length
        return replace(
            self.clip, width=info.width, height=info.height, fps=info.fps, duration=length
        )

    @property
    def rests(self) -> float:
        """Returns the seconds until its picture changes; 0 if unknown."""
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
        """Returns the part of the second texture, and prepares the shot after `shot` for it."""
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
        """Tells whether a file that still arrives, and can be played, is that of `clip`."""
        if self.playback.error is not None:
            return False
        return self.clip is clip or (self.growing is not None and self.growing.is_all_of(clip.data))

    def complete(self, clip: GeneratedClip) -> None:
        """Continues with the complete clip."""
        if self.growing is not None:
            self.clip, self.growing = clip, None
            self.playback.complete(clip, self._decoders)
            self._decode_sound()

    def begin(self, late: float) -> None:
        """Shows its first picture, and plays on by `late` seconds, if nobody showed it before."""
        if not self.has_begun:
            self.playback.advance(0.0)
            self.advance(late)

    def close(self) -> None:
        self.playback.close()
        if self._material is not None:
            self._material.close()
            self._material = None

    def _upload(self, shot: Shot) -> None:
        began = time.perf_counter()
        # Without interpolation, one texture is enough.
        slot = 0 if self.interpolation == "none" else shot.number % 2
        self._uploaded[slot] = shot.number
        assert isinstance(shot.picture, EnginePicture)
        if self._material is None:
            self._begin(shot.picture.image)
        else:
            self._material.upload(slot, shot.picture.image)
        self._cost.add_uploaded(time.perf_counter() - began)

    def _begin(self, image: Image) -> None:
        """Takes the size and the colours of the clip, which are known with its first picture."""
        self._material = ClipMaterial(self.playback.info, image)
        self._decode_sound()

    def _decode_sound(self) -> None:
        if self.has_begun and self.growing is None and self.playback.info.has_sound:
            self._sound = self._decoders.submit(_sound, self.clip)


def _sound(clip: GeneratedClip) -> Sound | None:
    from npc_video.media.sound import decode_sound  # imports FFmpeg, 0.1 s

    return decode_sound(clip.data, clip.media_type)
