"""Brings a clip to the screen: waits for its first picture, and for the right moment.

Two clips of one face show two faces during a cross-fade. So a clip that may wait comes when the
screen is most like its beginning, and the fade is shorter for more similar pictures. Two clips that
begin and end in one picture need no fade while that picture is shown.
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

# The longest time in seconds for which a ready clip waits.
_LONGEST_WAIT = 0.5
# The largest difference of the widths of two pictures of one height that are warped.
_SAME_SHAPE = 0.02


class Arrival:
    """The arrival of the clip that `reel` plays.

    Args:
        role: the reason why it is shown, as `Began.role`.
        in_phase: begins at the phase of what is on screen then.
        at_once: waits only for its first picture, because nothing reacts yet.

    Attributes:
        waited: seconds since it was requested.
        warp: the movement from the screen to its beginning, if that is being estimated.
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
        # Not when it is requested: a thread that is woken then takes the interpreter from the game.
        self.reel.playback.start()
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
        """Tells whether to show it over `below` now; called when its first picture is ready.

        Args:
            start: seconds into the clip at which it will begin.
            speed: the speed of clips.
            warping: the threads for estimating a warp, if one is wanted.
        """
        if below is not self._below:
            self._below, self._start = below, start
            longest = max(0.0, self._patience) if may_wait else 0.0
            self._look(below, longest, speed, warping)
        if may_wait and self.warp is not None and not self.warp.is_found:
            return self._patience <= 0.0
        return self._wait <= 0.0

    def fade_seconds(self, layers: LayerStack, longest: float) -> float:
        """Returns the seconds of its fade over the present `layers`, at most `longest`.

        It is 0 if both begin and end in one picture, which is on screen now.
        """
        from npc_video.media.likeness import apart  # imports NumPy and FFmpeg, 0.2 s
        from npc_video.media.transition import fade_seconds  # imports NumPy and FFmpeg, 0.2 s

        shown, beginning = _seen(layers), self._beginning
        if beginning is None or shown is None:
            return longest
        difference = float(apart([shown], beginning)[0])
        return 0.0 if self._is_seam(layers, difference) else fade_seconds(difference, longest)

    def begin_warp(self, layers: LayerStack, above: ClipLayer) -> LayerWarp | None:
        """Returns the warp, now that it fades in as `above`; None for more than two layers."""
        warp, both = self.warp, list(layers)
        if warp is None or len(both) != 2 or both[0] is not self._below:
            return None
        self.warp = None
        warp.join(layers, self._below, above)
        return warp

    def close(self) -> None:
        """Drops the clip, or ends the arrival after it was shown."""
        if self.warp is not None:
            self.warp.close()
            self.warp = None

    def _is_seam(self, below: Iterable[Layer], difference: float) -> bool:
        """Tells whether a cut is as good as a fade at this difference from the clip below."""
        from npc_video.media.transition import SEAM  # imports NumPy and FFmpeg, 0.2 s

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
        """Finds the best moment within `longest` seconds, and begins to estimate its warp."""
        from npc_video.media.transition import best_moment  # imports NumPy and FFmpeg, 0.2 s

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
    """Returns a sketch of the whole screen; None if not all of it is clips."""
    mixed: Any = 0.0
    for layer in layers:
        coming = layer.coming(0.0) if isinstance(layer, ClipLayer) else []
        if not coming:
            return None
        # The loudness is also the visible share of a layer.
        mixed = mixed + layers.loudness(layer) * coming[0][1]
    return mixed if len(layers) else None
