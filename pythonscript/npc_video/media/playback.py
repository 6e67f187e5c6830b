"""Plays a clip in a loop, decoded a few pictures ahead on a thread of a pool.

Pictures are written into a ring of memory that the caller provides, which belongs to the engine. So
nothing is copied between the decoder's buffers and the uploaded memory. Showing pictures is left to
the caller.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import DecoderError, MediaError
from ..records import GeneratedClip
from .cost import CostCounter
from .free_memory import give_back_free_memory

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from .decode import ClipDecoder, ClipInfo, MediaLimits
    from .growing import GrowingFile
    from .layout import PictureLayout
    from .likeness import Sketches
    from .picture import FirstPicture, Picture, PictureMaker

__all__ = ["Playback", "Shot"]

# One is on screen, one is next, and the others bridge a busy moment.
_RING = 6
_THE_END = object()


@dataclass(frozen=True, slots=True)
class Shot:
    """A decoded frame of a playing clip.

    Attributes:
        number: counts all shots, over all loops.
        loop: how often the clip had restarted before it.
        at: when it is due, in seconds from the very start, over all loops.
        motion: of blocks since the previous shot, as `Frame.vectors`; None if unknown.
    """

    number: int
    loop: int
    at: float
    picture: Picture
    motion: Any = None


class Playback:
    """Plays `clip`, from `start` on; only decoding uses another thread than the caller's.

    Args:
        begin: position at which to start, from 0 up to 1, if the clip's length is known.
        repeats: whether it restarts for ever; otherwise its last picture stays.
        motion: whether to read the motion of blocks, if the codec has it.
        first: the first picture, if it is already decoded; for a `begin` of 0.
        growing: the file of a clip that is still arriving, used instead of its data. It plays as
            far as it has arrived, and waits there on a thread of `decoders`. It loops once it is
            complete.
        cost: counts the cost of decoding.

    Attributes:
        length: seconds of a loop, from the file; 0.0 while unknown.
        is_still: whether it is a single silent picture, which does not restart.
        shot: the shot on screen; None before the first.
        error: the reason why it cannot be played, or None.
        is_finished: whether it has ended and does not repeat.
        sketches: of its frames, as far as it was decoded once; None if there are none yet.
    """

    def __init__(
        self,
        clip: GeneratedClip,
        decoders: Executor,
        make_picture: PictureMaker,
        *,
        begin: float = 0.0,
        repeats: bool = True,
        motion: bool = False,
        first: FirstPicture | None = None,
        growing: GrowingFile | None = None,
        limits: MediaLimits | None = None,
        cost: CostCounter | None = None,
    ):
        self.clip = clip
        self._info: ClipInfo | None = None
        self.length = 0.0
        self.is_still = False
        self.shot: Shot | None = None
        self.error: MediaError | None = None
        self.is_finished = False
        self.sketches: Sketches | None = None
        self._decoders = decoders
        self._make_picture = make_picture
        self._begin = begin
        self._repeats = repeats
        self._with_motion = motion
        self._limits = limits
        self._reader = None if growing is None else growing.reader()
        self._cost = cost or CostCounter()
        self._decoder: ClipDecoder | None = None
        self._source: Iterator[None] | None = None
        self._waiting: deque[Shot] = deque()
        self._free: deque[Picture] = deque()
        self._made = 0
        self._position = 0.0
        self._loop_began = 0.0
        self._is_closed = False
        self._first = first if begin == 0.0 else None
        if self._first is not None:
            self._know(self._first.info).add(0.0, self._first.sketch)
            self._waiting.append(Shot(0, 0, 0.0, self._first.picture))
        self._filling: Future[None] | None = None

    @property
    def info(self) -> ClipInfo:
        """The clip's properties; known once its first picture is decoded."""
        assert self._info is not None
        return self._info

    @property
    def is_ready(self) -> bool:
        """Whether there is a picture to show."""
        return self.shot is not None or bool(self._waiting)

    @property
    def following(self) -> Shot | None:
        """The next shot after `shot`, if it is decoded."""
        if self.shot is None or not self._waiting or self._is_last:
            return None
        return self._waiting[0]

    @property
    def part(self) -> float:
        """Progress from `shot` to `following`, 0 to 1."""
        shot, following = self.shot, self.following
        if shot is None or following is None or following.at <= shot.at:
            return 0.0
        return min(1.0, max(0.0, (self._position - shot.at) / (following.at - shot.at)))

    @property
    def time_left(self) -> float:
        """Seconds until `following` is due; 0 if unknown, and inf after the end."""
        if self.is_finished:
            return math.inf
        following = self.following
        if following is None:
            return math.inf if self.is_still and self.shot is not None else 0.0
        return following.at - self._position

    @property
    def loops(self) -> int:
        """The number of restarts."""
        return 0 if self.shot is None else self.shot.loop

    @property
    def position(self) -> float:
        """Seconds into the clip."""
        return max(0.0, self._position - self._loop_began)

    @property
    def phase(self) -> float:
        """Position in the clip, from 0 up to 1; 0 while its length is unknown."""
        return self.position / self.length % 1.0 if self.length > 0.0 else 0.0

    def start(self) -> None:
        """Begins to decode, unless it has begun already."""
        if self._filling is None:
            self._filling = self._decoders.submit(self._fill)

    def advance(self, seconds: float) -> bool:
        """Plays `seconds` further; returns whether another shot is due.

        If decoding falls behind, the last shot stays and no time is lost: the clip continues from
        there instead of catching up.
        """
        before = self.shot
        if before is None:
            if not self._waiting:
                return False
            self._show_next()
            self._position = self._shown.at
        elif self._waiting and not self.is_finished:
            self._position += seconds
            while self._waiting and self._waiting[0].at <= self._position:
                if self._is_last:
                    self._position, self.is_finished = self._waiting[0].at, True
                    break
                self._show_next()
            if self.shot is not before and not self._waiting:
                self._position = self._shown.at
        is_idle = self._filling is not None and self._filling.done()
        if is_idle and self._room > _RING // 2 and self.error is None:
            self._filling = self._decoders.submit(self._fill)
        return self.shot is not before

    def complete(self, clip: GeneratedClip, decoders: Executor) -> None:
        """Replaces the growing file by the complete `clip`, so that decoding need not wait."""
        self.clip, self._decoders = clip, decoders

    def close(self) -> None:
        """Stops decoding, without waiting."""
        self._is_closed = True
        if self._reader is not None:
            self._reader.close()
        self._waiting.clear()
        if self._filling is None:
            self._release()
        else:
            self._filling.add_done_callback(lambda _: self._release())

    @property
    def _shown(self) -> Shot:
        assert self.shot is not None
        return self.shot

    @property
    def _is_last(self) -> bool:
        """Whether the shot on screen is the last one to show."""
        return not self._repeats and self._waiting[0].loop > self._shown.loop

    @property
    def _room(self) -> int:
        """The number of pictures that can be written."""
        return len(self._free) + _RING - self._made

    def _show_next(self) -> None:
        following = self._waiting.popleft()
        if self.shot is not None:
            if self._first is None or self.shot.picture is not self._first.picture:
                self._free.append(self.shot.picture)
            if following.loop != self.shot.loop:
                self._loop_began = following.at
        self.shot = following

    # ---- On a thread of the pool ----

    def _fill(self) -> None:
        try:
            if self._source is None:
                # Imports FFmpeg here, on a thread that nobody waits for.
                from .decode import ClipDecoder

                data = self._reader or self.clip.data
                self._decoder = ClipDecoder(
                    data,
                    self.clip.media_type,
                    self._limits,
                    vectors=self._with_motion,
                    max_side=self._make_picture.max_side,
                    untagged_colours=self.clip.untagged_colours,
                )
                self._source = self._endless(self._decoder)
            while self._room and not self._is_closed:
                began = time.thread_time()
                if next(self._source, _THE_END) is _THE_END:
                    break
                self._cost.add_decoded(time.thread_time() - began)
        except MediaError as error:
            self.error = error
        except Exception as error:
            self.error = DecoderError(f"The clip could not be decoded: {error!r}.")

    def _endless(self, decoder: ClipDecoder) -> Iterator[None]:
        """Decodes one shot per step; ends only after a still."""
        # NumPy is imported by now.
        from .likeness import Sketcher

        sketches, sketch = self._know(decoder.info), Sketcher(decoder.info)
        layout = decoder.info.layout
        number = loop = 0
        start = self._loop_began = -self._begin * self.length
        while True:
            last = 0.0
            for frame in decoder.frames():
                last, number = frame.seconds, number + 1
                if not (sketches.are_all or sketches.knows(last)):
                    sketches.add(last, sketch(frame.planes))
                is_there = self._first is not None and number == 1
                if start + last < 0.0 or is_there:
                    continue
                picture = self._spare(layout)
                layout.pack(frame.planes, picture.writable())
                at = start + last
                self._waiting.append(Shot(number - 1, loop, at, picture, frame.vectors))
                yield
            sketches.are_all = True
            self.length = decoder.length or last
            self.is_still = number == 1 and not decoder.info.has_sound
            if self.is_still and self._repeats:
                return
            start += self.length
            loop += 1

    def _know(self, info: ClipInfo) -> Sketches:
        # NumPy is loaded by now.
        from .likeness import Sketches

        self._info = info
        self.length = info.length or 0.0
        if self.sketches is None:
            self.sketches = Sketches()
        return self.sketches

    def _spare(self, layout: PictureLayout) -> Picture:
        if self._free:
            return self._free.popleft()
        self._made += 1
        return self._make_picture(*layout.size, layout.sample_bytes)

    def _release(self) -> None:
        """Releases all memory now, because the garbage collector handles cycles late."""
        self._waiting.clear()
        self._free.clear()
        self._source = self._first = self.shot = None
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None
            give_back_free_memory()
