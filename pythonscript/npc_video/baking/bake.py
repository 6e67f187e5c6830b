"""Generates the clips that a game ships with into a folder of baked clips.

`Baking` decides which clip is next and computes the progress; `bake` runs a generator. A clip that
fails does not stop the others, unless they would fail for the same reason. Each finished clip is in
the folder at once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..backends.base import Backend, GenerationRequest, OnProgress, busy_seconds
from ..backends.pictures import Pictures
from ..cache.baked import BakedFolder
from ..errors import (
    GenerationError,
    GenerationRefusedError,
    GeneratorUnreachableError,
    NpcVideoError,
)
from ..records import CacheKey, GeneratedClip, Purpose, QualityPreset, VideoParams

__all__ = ["BakeProgress", "Baking", "ClipToBake", "Missed", "bake"]

# A crowded generator serves players first, and one that was restarted is soon back.
_BUSY_SECONDS, _AWAY_SECONDS = 600.0, 60.0
_SHORTEST_PAUSE = 1.0
# Statuses about the token, its rights and its quota.
_OF_ALL = (401, 402, 403, 407)


@dataclass(frozen=True, slots=True)
class ClipToBake:
    """A clip that an NPC needs, and the folder for it."""

    params: VideoParams
    preset: QualityPreset
    folder: BakedFolder

    @property
    def key(self) -> tuple[CacheKey, BakedFolder]:
        return self.params.cache_key(), self.folder


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
    """Clips to make, in the given order; those with equal parameters and folders count as one.

    Args:
        now: time of the start, in seconds.
    """

    def __init__(self, wanted: Iterable[ClipToBake], now: float):
        clips = {clip.key: clip for clip in wanted}
        self._waiting = deque(clips.values())
        self._total = len(clips)
        self._begun: dict[tuple[CacheKey, BakedFolder], float] = {}
        self._made = 0
        self._missed: list[Missed] = []
        self._since = now

    @property
    def made(self) -> int:
        """The number of finished clips."""
        return self._made

    def begin(self) -> ClipToBake | None:
        """The next clip to make; None if all have begun."""
        if not self._waiting:
            return None
        clip = self._waiting.popleft()
        self._begun[clip.key] = 0.0
        return clip

    def advance(self, clip: ClipToBake, fraction: float) -> None:
        """Notes the progress of a clip, 0 to 1."""
        self._begun[clip.key] = fraction

    def finish(self, clip: ClipToBake) -> None:
        """Notes that a clip is in the folder."""
        del self._begun[clip.key]
        self._made += 1

    def miss(self, clip: ClipToBake, reason: str) -> None:
        """Notes that a clip will not come."""
        del self._begun[clip.key]
        self._missed.append(Missed(clip.params, reason))

    def stop(self) -> None:
        """Begins no further clips."""
        self._waiting.clear()

    def progress(self, now: float) -> BakeProgress:
        """The progress at `now`."""
        ended = self._made + len(self._missed)
        through = ended + sum(self._begun.values())
        # A single unfinished clip gives no good estimate for the others.
        left = (now - self._since) / through * (self._total - through) if ended else None
        fraction = through / self._total if self._total else 1.0
        return BakeProgress(self._total, self._made, tuple(self._missed), fraction, left)


async def bake(
    wanted: Iterable[ClipToBake],
    backend: Backend,
    *,
    pictures: Pictures,
    tell: Callable[[BakeProgress], None],
    clock: Callable[[], float] = time.perf_counter,
) -> BakeProgress:
    """Generates clips with `backend` into their folders, as many at once as it can.

    If cancelled, it leaves the finished clips in the folders.

    Args:
        pictures: the source of the NPCs' pictures.
        tell: takes the progress, on this thread.

    Returns:
        the final progress.

    Raises:
        GenerationError: the generator makes no more clips; those that had begun are finished.
    """
    baking = Baking(wanted, clock())
    ends: list[GenerationError] = []

    async def make(clip: ClipToBake) -> None:
        def advance(fraction: float) -> None:
            baking.advance(clip, fraction)
            tell(baking.progress(clock()))

        try:
            request = await _request(clip, backend, pictures)
            made = await _made(backend, request, advance, clock, lambda: baking.made > 0)
            # On this thread, so that a cancellation falls before it or after it.
            clip.folder.add(clip.params.cache_key(), made)
        except NpcVideoError as error:
            baking.miss(clip, str(error))
            if isinstance(error, GenerationError) and _ends_all(error):
                baking.stop()
                ends.append(error)
        except OSError as error:
            baking.miss(clip, f"The folder cannot be written to: {error.strerror or error}.")
        except Exception as error:
            baking.miss(clip, f"The generator failed: {error!r}.")
        else:
            baking.finish(clip)
        tell(baking.progress(clock()))

    async def work() -> None:
        while (clip := baking.begin()) is not None:
            await make(clip)

    tell(baking.progress(clock()))
    async with asyncio.TaskGroup() as tasks:
        for _ in range(backend.capabilities.slots):
            tasks.create_task(work())
    if ends:
        raise ends[0]
    return baking.progress(clock())


async def _made(
    backend: Backend,
    request: GenerationRequest,
    advance: OnProgress,
    clock: Callable[[], float],
    has_made: Callable[[], bool],
) -> GeneratedClip:
    """Generates a clip; while the generator is busy or away, asks again and again."""
    began = clock()
    while True:
        try:
            return await backend.generate(request, advance)
        except GenerationError as error:
            pause = _pause(error, clock() - began, has_made=has_made())
            if pause is None:
                raise
        advance(0.0)
        await asyncio.sleep(pause)


def _pause(error: GenerationError, waited: float, *, has_made: bool) -> float | None:
    """Seconds until a clip is tried again, after `waited` seconds; None to give it up.

    A generator that has not made a clip yet is not waited for: its address may be wrong.
    """
    pause, most = busy_seconds(error), _BUSY_SECONDS
    is_away = isinstance(error, GeneratorUnreachableError) and not error.has_begun
    if is_away and has_made:
        pause, most = 0.0, _AWAY_SECONDS
    return None if pause is None or waited >= most else max(pause, _SHORTEST_PAUSE)


def _ends_all(error: GenerationError) -> bool:
    """Whether the generator would fail for the other clips too."""
    if isinstance(error, GenerationRefusedError):
        return error.status in _OF_ALL and not error.is_of_request
    return isinstance(error, GeneratorUnreachableError) and not error.has_begun


async def _request(clip: ClipToBake, backend: Backend, pictures: Pictures) -> GenerationRequest:
    image = None
    if clip.params.npc_base_image and backend.capabilities.uses_image:
        image = await pictures.get(clip.params.npc_base_image)
    return GenerationRequest(clip.params, clip.preset, image=image, purpose=Purpose.BAKE)
