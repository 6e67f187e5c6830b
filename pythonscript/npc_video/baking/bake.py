"""Generates the clips that a game ships with into a folder of baked clips.

`Baking` decides which clip is next and computes the progress; `bake` runs a generator. A clip that
fails does not stop the others, and each finished clip is in the folder at once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..backends.base import Backend, GenerationRequest
from ..backends.pictures import Pictures
from ..cache.baked import BakedFolder
from ..errors import NpcVideoError
from ..records import CacheKey, Purpose, QualityPreset, VideoParams

__all__ = ["BakeProgress", "Baking", "Missed", "bake"]


@dataclass(frozen=True, slots=True)
class Missed:
    """A clip that was not made, and the reason."""

    params: VideoParams
    reason: str


@dataclass(frozen=True, slots=True)
class BakeProgress:
    """The progress of baking.

    Attributes:
        total: the number of clips.
        made: finished clips.
        missed: failed clips.
        fraction: progress of the whole, 0 to 1, with running clips counted in part.
        seconds_left: until the end, estimated; None before the first clip.
    """

    total: int
    made: int
    missed: tuple[Missed, ...]
    fraction: float
    seconds_left: float | None

    @property
    def is_over(self) -> bool:
        return self.made + len(self.missed) == self.total


class Baking:
    """Clips to make, without duplicates, in the given order.

    Args:
        wanted: their parameters.
        now: time of the start, in seconds.
    """

    def __init__(self, wanted: Iterable[VideoParams], now: float):
        looks = {params.cache_key(): params for params in wanted}
        self._waiting = deque(looks.values())
        self._total = len(looks)
        self._begun: dict[CacheKey, float] = {}
        self._made = 0
        self._missed: list[Missed] = []
        self._since = now

    def begin(self) -> VideoParams | None:
        """The next clip to make; None if all have begun."""
        if not self._waiting:
            return None
        params = self._waiting.popleft()
        self._begun[params.cache_key()] = 0.0
        return params

    def advance(self, params: VideoParams, fraction: float) -> None:
        """Notes the progress of a clip, 0 to 1."""
        self._begun[params.cache_key()] = fraction

    def finish(self, params: VideoParams) -> None:
        """Notes that a clip is in the folder."""
        del self._begun[params.cache_key()]
        self._made += 1

    def miss(self, params: VideoParams, reason: str) -> None:
        """Notes that a clip will not come."""
        del self._begun[params.cache_key()]
        self._missed.append(Missed(params, reason))

    def progress(self, now: float) -> BakeProgress:
        """The progress at `now`."""
        ended = self._made + len(self._missed)
        through = ended + sum(self._begun.values())
        # A single unfinished clip gives no good estimate for the others.
        left = (now - self._since) / through * (self._total - through) if ended else None
        fraction = through / self._total if self._total else 1.0
        return BakeProgress(self._total, self._made, tuple(self._missed), fraction, left)


async def bake(
    wanted: Iterable[VideoParams],
    folder: BakedFolder,
    backend: Backend,
    preset: QualityPreset,
    *,
    pictures: Pictures,
    tell: Callable[[BakeProgress], None],
    clock: Callable[[], float] = time.perf_counter,
) -> BakeProgress:
    """Generates clips with `backend` into `folder`, as many at once as it can.

    If cancelled, it leaves the finished clips in the folder.

    Args:
        pictures: the source of the NPC's pictures.
        tell: takes the progress, on this thread.

    Returns:
        the final progress.
    """
    baking = Baking(wanted, clock())

    async def make(params: VideoParams) -> None:
        def advance(fraction: float) -> None:
            baking.advance(params, fraction)
            tell(baking.progress(clock()))

        try:
            clip = await backend.generate(
                await _request(params, backend, preset, pictures), advance
            )
            # On this thread, so that a cancellation falls before it or after it.
            folder.add(params.cache_key(), clip)
        except NpcVideoError as error:
            baking.miss(params, str(error))
        except OSError as error:
            baking.miss(params, f"The folder cannot be written to: {error.strerror or error}.")
        except Exception as error:
            baking.miss(params, f"The generator failed: {error!r}.")
        else:
            baking.finish(params)
        tell(baking.progress(clock()))

    async def work() -> None:
        while (params := baking.begin()) is not None:
            await make(params)

    tell(baking.progress(clock()))
    async with asyncio.TaskGroup() as tasks:
        for _ in range(backend.capabilities.slots):
            tasks.create_task(work())
    return baking.progress(clock())


async def _request(
    params: VideoParams, backend: Backend, preset: QualityPreset, pictures: Pictures
) -> GenerationRequest:
    image = None
    if params.npc_base_image and backend.capabilities.uses_image:
        image = await pictures.get(params.npc_base_image)
    return GenerationRequest(params, preset, image=image, purpose=Purpose.BAKE)
