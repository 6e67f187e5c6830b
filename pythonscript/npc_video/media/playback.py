"""A clip that plays in a loop, decoded a few frames ahead on a thread of a pool."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import MediaError
from ..records import GeneratedClip

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from .decode import ClipDecoder, ClipInfo, Frame, MediaLimits

__all__ = ["Playback"]

# Enough to ride out a busy moment; a clip of 512² takes 0.4 MB a frame.
_AHEAD = 4


class Playback:
    """Plays `clip` for ever; everything but the decoding happens on the caller's thread.

    Attributes:
        info: what the clip says of itself; None until its first frame is there.
        error: why it cannot be played, or None.
        loops: how often it has begun again.
    """

    def __init__(self, clip: GeneratedClip, decoders: Executor, limits: MediaLimits | None = None):
        self.clip = clip
        self.info: ClipInfo | None = None
        self.error: MediaError | None = None
        self.loops = 0
        self._limits = limits
        self._decoders = decoders
        self._decoder: ClipDecoder | None = None
        self._source: Iterator[tuple[int, Frame]] | None = None
        self._frames: deque[tuple[int, Frame]] = deque()
        self._position: float | None = None
        self._is_closed = False
        self._filling: Future[None] = decoders.submit(self._fill)

    @property
    def is_ready(self) -> bool:
        """Whether there is a frame to show."""
        return bool(self._frames) or self._position is not None

    def advance(self, seconds: float) -> Frame | None:
        """Plays on by `seconds`; the frame that is now due, or None while the last one stays.

        When decoding has not kept up, the last frame stays and no time is lost: nothing is skipped.
        """
        if self._position is None:
            if not self._frames:
                return None
            self._position = 0.0
        elif self._frames:
            self._position += seconds
        due = None
        while self._frames and self._time(*self._frames[0]) <= self._position:
            self.loops, due = self._frames.popleft()
        if due is not None and not self._frames:
            # Later frames would be overdue, and race by.
            self._position = self._time(self.loops, due)
        if len(self._frames) <= _AHEAD // 2 and self._filling.done() and not self.error:
            self._filling = self._decoders.submit(self._fill)
        return due

    def close(self) -> None:
        """Stops decoding; waits for nothing."""
        self._is_closed = True
        self._frames.clear()
        self._filling.add_done_callback(lambda _: self._close_decoder())

    def _time(self, loop: int, frame: Frame) -> float:
        return loop * self.clip.duration + frame.seconds

    # ---- On a thread of the pool ----

    def _fill(self) -> None:
        try:
            # FFmpeg is loaded here, on a thread that nobody waits for.
            from .decode import ClipDecoder

            if self._source is None:
                self._decoder = ClipDecoder(self.clip.data, self.clip.media_type, self._limits)
                self._source = self._endless(self._decoder)
            while len(self._frames) < _AHEAD and not self._is_closed:
                frame = next(self._source)
                self.info = self._decoder.info if self._decoder else None
                self._frames.append(frame)
        except MediaError as error:
            self.error = error
        except Exception as error:
            self.error = MediaError(f"The clip could not be decoded: {error!r}.")

    def _endless(self, decoder: ClipDecoder) -> Iterator[tuple[int, Frame]]:
        loop = 0
        while True:
            for frame in decoder.frames():
                yield loop, frame
            loop += 1

    def _close_decoder(self) -> None:
        self._frames.clear()
        if self._decoder is not None:
            self._decoder.close()
