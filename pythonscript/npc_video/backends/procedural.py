"""The embedded generator: a drawn face, encoded as a real clip. It needs nothing installed."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..background import background_threads
from ..errors import GenerationError
from ..records import GeneratedClip
from .base import Backend, Capabilities, GenerationRequest, OnEarly, OnProgress, ignore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ProceduralBackend"]

# Progress is told this often while a latency is simulated.
_TICK_SECONDS = 0.1


class ProceduralBackend(Backend):
    """Draws Ember in the pose that the parameters ask for.

    Args:
        simulate_latency: takes the time that the preset's generators take, to see what players will
            see; else no longer than drawing and encoding need.
    """

    def __init__(self, *, simulate_latency: bool = False):
        self._simulate_latency = simulate_latency
        # One clip at a time, as on one GPU.
        self._thread = background_threads(1, "procedural")

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(uses_text=False)

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        started = time.perf_counter()
        wanted = _latency(request) if self._simulate_latency else 0.0
        given_up = threading.Event()
        loop = asyncio.get_running_loop()

        def tell(part: float) -> None:
            # With a simulated latency the clock tells how far it is.
            if not self._simulate_latency:
                loop.call_soon_threadsafe(on_progress, part)

        try:
            work = loop.run_in_executor(self._thread, _make, request, given_up, tell)
            while (elapsed := time.perf_counter() - started) < wanted:
                on_progress(elapsed / wanted)
                await asyncio.sleep(min(_TICK_SECONDS, wanted - elapsed))
            data, media_type = await work
        finally:
            given_up.set()
        on_progress(1.0)
        preset = request.preset
        return GeneratedClip(
            data=data,
            media_type=media_type,
            width=preset.width,
            height=preset.height,
            fps=preset.fps,
            duration=preset.frame_count(request.clip_seconds) / preset.fps,
            preset=preset.name,
            params=request.params,
            generation_seconds=time.perf_counter() - started,
            is_drawn=True,
            seed=request.params.seed,
        )

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _latency(request: GenerationRequest) -> float:
    """Seconds that a real generator might take: the same for the same clip."""
    preset = request.preset
    key = repr((request.params.cache_key(), preset.name))
    return random.Random(key).uniform(preset.min_seconds, preset.max_seconds)


def _make(
    request: GenerationRequest, given_up: threading.Event, tell: OnProgress
) -> tuple[bytes, str]:
    # NumPy and FFmpeg are loaded here, on a thread that nobody waits for.
    from ..face.ember import EmberPainter
    from ..face.pose import pose
    from ..media import encode

    params, preset = request.params, request.preset
    if preset.width % 2 or preset.height % 2:
        raise GenerationError(
            f"The preset {preset.name!r} is {preset.width}×{preset.height}: video needs even"
            " numbers of pixels."
        )
    painter = EmberPainter(preset.width, preset.height)
    count = preset.frame_count(request.clip_seconds)

    def pictures() -> "Iterator[NDArray[np.uint8]]":
        for index in range(count):
            tell(index / count)
            phase = index / count
            yield painter.paint(
                pose(params.expression, params.emotion, params.animation, params.intensity, phase)
            )
            if given_up.is_set():
                # The file is ended as it should be, and thrown away.
                return

    data = encode.encode_clip(pictures(), preset.width, preset.height, preset.fps)
    return data, encode.MEDIA_TYPE
