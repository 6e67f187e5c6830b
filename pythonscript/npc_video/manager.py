"""From the parameters of a clip to the clip: what is there already, or one on its way.

Used on the game's main thread, where nothing may take time: `request` answers at once, and what
happens on the worker thread is fetched with `poll`, once a frame. What is generated next is decided
here as well, so no lock is needed.
"""

import itertools
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass

from .backends.base import Backend, GenerationRequest
from .cache import ClipCache
from .errors import NpcVideoError
from .records import CacheKey, GeneratedClip, VideoGenerationConfig, VideoParams
from .worker import Worker

__all__ = ["ClipReady", "Event", "Failed", "Progress", "VideoGenerationManager"]


@dataclass(frozen=True, slots=True)
class ClipReady:
    """A clip that was asked for is there."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a clip is, 0 to 1."""

    params: VideoParams
    fraction: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A clip will not come; `reason` is a sentence for the developer of the game."""

    params: VideoParams
    reason: str


Event = ClipReady | Progress | Failed


class VideoGenerationManager:
    """Gets clips for one game.

    A clip that is asked for twice is generated once. Of one NPC only the newest request waits: an
    older one that has not begun is dropped, one that runs is finished, for the cache. A request
    never waits for one of lower priority: that is given up.

    Args:
        config: what clips are to be like.
        backend: what makes them; closed with the manager.
        cache: where finished clips are kept; one in memory, of `config.cache_size`, if not given.
    """

    def __init__(
        self,
        config: VideoGenerationConfig,
        backend: Backend,
        *,
        cache: ClipCache | None = None,
    ):
        self._config = config
        self._backend = backend
        self._cache = ClipCache(config.cache_size) if cache is None else cache
        self._worker = Worker()
        self._waiting: dict[CacheKey, _Job] = {}
        self._running: _Job | None = None
        self._order = itertools.count()
        # Filled on the worker thread, emptied by `poll`.
        self._events: deque[tuple[_Job, Event]] = deque()

    def request(self, params: VideoParams, priority: int = 10) -> GeneratedClip | None:
        """The clip if it is there; else None, and `poll` will tell.

        A higher `priority` begins earlier; equal ones in the order in which they were asked for.
        """
        key = params.cache_key()
        clip = self._cache.get(key)
        if clip is not None:
            return clip
        self._drop_superseded(params.npc_id)
        running = self._running
        if running is not None and running.key == key:
            return None
        if running is not None and running.priority < priority:
            self._give_up(running)
        self._waiting[key] = _Job(key, params, priority, next(self._order))
        self._start_next()
        return None

    def cancel(self, params: VideoParams) -> None:
        """Gives up a clip that was asked for; nothing more is told of it."""
        key = params.cache_key()
        self._waiting.pop(key, None)
        if self._running is not None and self._running.key == key:
            self._give_up(self._running)

    def clear_cache(self) -> None:
        """Forgets all clips; those that play go on."""
        self._cache.clear()

    def poll(self) -> list[Event]:
        """What has happened since the last call; takes time only for what did. Never raises."""
        news: list[Event] = []
        while self._events:
            job, event = self._events.popleft()
            if job is self._running and not isinstance(event, Progress):
                self._running = None
            if isinstance(event, ClipReady):
                self._cache.put(job.key, event.clip)
            if not job.is_cancelled:
                news.append(event)
        self._start_next()
        return news

    def close(self) -> None:
        """Gives up everything and ends the worker thread."""
        self._waiting.clear()
        self._worker.stop(last=self._backend.close())

    def _drop_superseded(self, npc_id: str) -> None:
        """An NPC shows one clip: what it wanted before and has not got yet is not needed."""
        for key, job in list(self._waiting.items()):
            if job.params.npc_id == npc_id:
                del self._waiting[key]

    def _give_up(self, job: "_Job") -> None:
        job.is_cancelled = True
        self._running = None
        if job.future is not None:
            job.future.cancel()

    def _start_next(self) -> None:
        if self._running is not None or not self._waiting:
            return
        job = min(self._waiting.values(), key=lambda job: (-job.priority, job.order))
        del self._waiting[job.key]
        self._running = job
        job.future = self._worker.submit(self._generate(job))

    # ---- On the worker thread ----

    async def _generate(self, job: "_Job") -> None:
        request = GenerationRequest(job.params, self._config.quality, self._config.clip_seconds)

        def tell(part: float) -> None:
            self._events.append((job, Progress(job.params, part)))

        try:
            clip = await self._backend.generate(request, tell)
        except NpcVideoError as error:
            self._events.append((job, Failed(job.params, str(error))))
        except Exception as error:
            reason = f"The generator broke: {error!r}."
            self._events.append((job, Failed(job.params, reason)))
        else:
            self._events.append((job, ClipReady(job.params, clip)))


@dataclass(slots=True)
class _Job:
    """A clip that waits or runs; `order` is that of its request."""

    key: CacheKey
    params: VideoParams
    priority: int
    order: int
    future: Future[None] | None = None
    is_cancelled: bool = False
