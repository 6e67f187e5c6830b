"""A clip on its way to the screen: until its first picture is there, and until it is its time.

Two clips of one face show two faces while one fades into the other. So one that may wait comes at
the moment at which what is on screen is most like its beginning, and the more alike the two are,
the sooner the fade is over. Two that begin and end in one picture need none while that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from ..canvas.layers import Layer, LayerStack
from ..clips.clip_layer import ClipLayer
from ..clips.reel import Reel
from .layer_warp import LayerWarp
from .playback_events import ClipRole

if TYPE_CHECKING:
    from npc_video.media.likeness import Sketch

# Seconds for which a clip that could be shown waits at most.
_LONGEST_WAIT = 0.5
# By how much the widths of two pictures of one height may differ if they are to be warped.
_SAME_SHAPE = 0.02


class Arrival:
    """Of the clip that `reel` plays.

    Args:
        role: for what it is shown, as `Began.role`.
        in_phase: it goes on where what is on screen is then.
        at_once: nothing reacts yet, so it waits for nothing but its first picture.

    Attributes:
        waited: seconds since it was asked for.
        warp: how what is on screen moves to its beginning, if that is being found.
    """

    def __init__(self, reel: Reel, role: ClipRole, *, in_phase: bool, at_once: bool):
        self.reel, self.role = reel, role
        self.in_phase, self.at_once = in_phase, at_once
        self.waited = 0.0
        self.warp: LayerWarp | None = None
        self._below: ClipLayer | None = None
        self._start = 0.0
        self._wait, self._patience = 0.0, _LONGEST_WAIT

    def advance(self, seconds: float, speed: float) -> None:
        """Lets time pass, in which clips play `speed` times as fast."""
        self.waited += seconds * speed
        if self._below is not None:
            self._wait -= seconds
            self._patience -= seconds

    def is_time(
        self,
        below: ClipLayer,
        start: float,
        *,
        speed: float,
        may_wait: bool,
        warping: Executor | None,
    ) -> bool:
        """Whether it is to come over `below` now; to be asked when its first picture is there.

        Args:
            start: seconds into the clip at which it will begin.
            speed: how fast clips play.
            warping: the threads on which to find a warp, if one is wanted.
        """
        if below is not self._below:
            self._below, self._start = below, start
            longest = max(0.0, self._patience) if may_wait else 0.0
            self._look(below, longest, speed, warping)
        if may_wait and self.warp is not None and not self.warp.is_found:
            return self._patience <= 0.0
        return self._wait <= 0.0

    def fade_seconds(self, layers: LayerStack, longest: float) -> float:
        """How long it takes to fade in over `layers` as they are now, at most `longest`.

        Nothing where both begin and end in one picture, which is on screen now.
        """
        from npc_video.media.likeness import apart  # loads NumPy and FFmpeg, 0.2 s
        from npc_video.media.transition import fade_seconds  # loads NumPy and FFmpeg, 0.2 s

        shown, beginning = _seen(layers), self._beginning
        if beginning is None or shown is None:
            return longest
        difference = float(apart([shown], beginning)[0])
        return 0.0 if self._is_seam(layers, difference) else fade_seconds(difference, longest)

    def begin_warp(self, layers: LayerStack, above: ClipLayer) -> LayerWarp | None:
        """The warp, now that it fades in as `above`; None for more than two layers."""
        warp, both = self.warp, list(layers)
        if warp is None or len(both) != 2 or both[0] is not self._below:
            return None
        self.warp = None
        warp.join(layers, self._below, above)
        return warp

    def close(self) -> None:
        """It will not come, or has come by itself."""
        if self.warp is not None:
            self.warp.close()
            self.warp = None

    def _is_seam(self, below: Iterable[Layer], difference: float) -> bool:
        """Whether a cut is as good as a fade where it differs so much from what is below."""
        from npc_video.media.transition import SEAM  # loads NumPy and FFmpeg, 0.2 s

        are_seamless = self.reel.clip.seamless and all(
            isinstance(layer, ClipLayer) and layer.reel.clip.seamless for layer in below
        )
        return are_seamless and difference <= SEAM

    @property
    def _beginning(self) -> Sketch | None:
        sketches = self.reel.playback.sketches
        return None if sketches is None else sketches.at(self._start)

    def _look(
        self, below: ClipLayer, longest: float, speed: float, warping: Executor | None
    ) -> None:
        """Finds the moment to come, within `longest` seconds, and has the warp found for it."""
        from npc_video.media.transition import best_moment  # loads NumPy and FFmpeg, 0.2 s

        self.close()
        self._wait = 0.0
        coming = below.coming(longest * speed)
        beginning = self._beginning
        if beginning is None or not coming:
            return
        moment = best_moment(coming, beginning)
        self._wait = moment.wait / speed if speed > 0.0 else 0.0
        is_seam = self._is_seam([below], moment.apart)
        if warping is not None and not is_seam and self._has_shape_of(below):
            self.warp = LayerWarp(moment.sketch, beginning, warping)

    def _has_shape_of(self, below: ClipLayer) -> bool:
        info = self.reel.playback.info
        width = below.size.x / below.size.y * info.height
        return abs(info.width - width) <= _SAME_SHAPE * width


def _seen(layers: LayerStack) -> Sketch | None:
    """All that is on screen, in small; None where not all of that is clips."""
    mixed: Any = 0.0
    for layer in layers:
        coming = layer.coming(0.0) if isinstance(layer, ClipLayer) else []
        if not coming:
            return None
        # What is heard of a clip is as much as is seen of it.
        mixed = mixed + layers.loudness(layer) * coming[0][1]
    return mixed if len(layers) else None
