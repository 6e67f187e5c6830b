"""The base of generators that draw their pictures and encode them as a clip."""

import asyncio
import random
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..background import background_threads
from ..errors import GenerationError
from ..records import GeneratedClip
from .base import Backend, GenerationRequest, NpcImage, OnEarly, OnProgress, ignore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..face.controls import FacePose
    from ..portrait.warp import Eye

__all__ = ["DrawnBackend", "Subject"]

# Interval of progress reports while a latency is simulated.
_TICK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a clip.

    Attributes:
        image: the picture to animate, or None for Ember.
        shows_feeling: whether the picture shows the feeling itself, without coloured light or lids.
        eyes: eye positions in this picture; None to use those for all pictures.
    """

    image: NpcImage | None = None
    shows_feeling: bool = False
    eyes: "tuple[Eye, ...] | None" = None


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The pictures of a clip, as I420, with rows of alpha below if there is any."""

    size: tuple[int, int]
    paint: "Callable[[FacePose], NDArray[np.uint8]]"
    has_alpha: bool = False


class DrawnBackend(Backend):
    """Draws and encodes on a thread of its own, one clip at a time, as on one GPU.

    Args:
        simulate_latency: takes as long as the preset's generators, to show what players will see.
        eyes: eye positions in pictures, for blinks.
    """

    def __init__(self, *, simulate_latency: bool = False, eyes: "tuple[Eye, ...]" = ()):
        self._simulate_latency = simulate_latency
        self._eyes = eyes
        self._thread = background_threads(1, "procedural")

    @abstractmethod
    async def _subject(self, request: GenerationRequest) -> Subject:
        """The subject of the clip.

        Raises:
            GenerationError: its picture is missing.
        """

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        started = time.perf_counter()
        wanted = _latency(request) if self._simulate_latency else 0.0
        given_up = threading.Event()
        loop = asyncio.get_running_loop()
        subject = await self._subject(request)
        eyes = self._eyes if subject.eyes is None else subject.eyes

        def tell(part: float) -> None:
            # With a simulated latency, progress depends on the clock.
            if not self._simulate_latency:
                loop.call_soon_threadsafe(on_progress, part)

        try:
            work = loop.run_in_executor(self._thread, _make, request, subject, eyes, given_up, tell)
            while (elapsed := time.perf_counter() - started) < wanted:
                on_progress(elapsed / wanted)
                await asyncio.sleep(min(_TICK_SECONDS, wanted - elapsed))
            data, media_type, (width, height) = await work
        finally:
            given_up.set()
        on_progress(1.0)
        preset = request.preset
        return GeneratedClip(
            data=data,
            media_type=media_type,
            width=width,
            height=height,
            fps=preset.fps,
            duration=preset.frame_count(request.clip_seconds) / preset.fps,
            preset=preset.name,
            params=request.params,
            generation_seconds=time.perf_counter() - started,
            is_drawn=subject.image is None,
            seed=request.params.seed,
        )

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _latency(request: GenerationRequest) -> float:
    """Seconds that a real generator might take; equal for equal clips."""
    preset = request.preset
    key = repr((request.params.cache_key(), preset.name))
    return random.Random(key).uniform(preset.min_seconds, preset.max_seconds)


def _make(
    request: GenerationRequest,
    subject: Subject,
    eyes: "tuple[Eye, ...]",
    given_up: threading.Event,
    tell: OnProgress,
) -> tuple[bytes, str, tuple[int, int]]:
    # Imports NumPy and FFmpeg here, on a thread that nobody waits for.
    from ..face.motions import blink
    from ..face.pose import pose
    from ..media import encode

    params, preset = request.params, request.preset
    drawing = _ember(request) if subject.image is None else _portrait(request, subject, eyes)
    count = preset.frame_count(request.clip_seconds)

    def pictures() -> "Iterator[NDArray[np.uint8]]":
        for index in range(count):
            tell(index / count)
            phase = index / count
            moment = pose(
                params.expression, params.emotion, params.animation, params.intensity, phase
            )
            if subject.shows_feeling:
                opening = blink(phase)
                moment = replace(moment, eye_left=opening, eye_right=opening, squint=0.0)
            yield drawing.paint(moment)
            if given_up.is_set():
                # The file is finished properly, then discarded.
                return

    data = encode.encode_clip(pictures(), *drawing.size, preset.fps, has_alpha=drawing.has_alpha)
    return data, encode.MEDIA_TYPE, drawing.size


def _ember(request: GenerationRequest) -> _Drawing:
    # NumPy is loaded here, on a thread that nobody waits for.
    from ..face.ember import EmberPainter

    preset = request.preset
    if preset.width % 2 or preset.height % 2:
        raise GenerationError(
            f"The preset {preset.name!r} is {preset.width}×{preset.height}: video needs even"
            " numbers of pixels."
        )
    return _Drawing((preset.width, preset.height), EmberPainter(preset.width, preset.height).paint)


def _portrait(request: GenerationRequest, subject: Subject, eyes: "tuple[Eye, ...]") -> _Drawing:
    # As in `_ember`.
    from ..portrait.figure import figure_of
    from ..portrait.painter import PortraitPainter
    from ..portrait.tints import Tint, tint_of

    params, preset, image = request.params, request.preset, subject.image
    assert image is not None
    figure = figure_of(image.data, image.media_type, preset.width * preset.height)
    tint = Tint()
    if not subject.shows_feeling:
        tint = tint_of(params.expression, params.emotion, params.intensity)
    painter = PortraitPainter(figure, tint, eyes)
    return _Drawing(figure.size, painter.paint, has_alpha=figure.alpha is not None)
