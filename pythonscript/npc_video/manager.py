"""From the parameters of a clip to the clip: what is there already, or one on its way.

Used on the game's main thread, where nothing may take time: `request` answers at once, and what
happens on the worker thread is fetched with `poll`, once a frame. What is to be done is decided by
`generation.core`, on the main thread as well, so no lock is needed; here it is done.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Self

from .backends.base import Backend, Early, GenerationRequest, Preview
from .backends.broken import log_broken
from .backends.fingerprint import joined_fingerprint
from .backends.pictures import Pictures, read_file
from .backends.received import is_clip
from .cache import ClipCache
from .cache.shelving import Shelving
from .errors import (
    GeneratorOverloadedError,
    GeneratorUnavailableError,
    InvalidDataError,
    NpcVideoError,
)
from .generation.attempt import Attempt
from .generation.core import GenerationCore
from .generation.decision import Decision
from .generation.events import Answer, Event, Previewed, Progress
from .generation.jobs import Start
from .generation.planner import QuietPeriod
from .generation.stats import ManagerStats
from .npc.evaluator import NpcResponseEvaluator
from .prediction.blended import standard_predictor
from .prediction.common import get_common_npc_states
from .prediction.forecast import Walk
from .prediction.rules import DEFAULT_PROGRESSION
from .records import (
    CacheKey,
    Fallback,
    GeneratedClip,
    ToolInteraction,
    VideoGenerationConfig,
    VideoParams,
)
from .worker import Worker

__all__ = ["VideoGenerationManager"]

# Between two moments in which an NPC is played with ahead, for the game.
_BREATH_SECONDS = 0.003
# For a generator to give back what it has.
_CLOSE_SECONDS = 2.0


class VideoGenerationManager:
    """Gets clips for one game.

    A clip that is asked for twice is generated once. Of one NPC only the newest request waits: an
    older one that has not begun is dropped, one that runs is finished, for the cache. A request
    never waits for one of lower priority, nor for what is made ahead: that is given up.

    A `with` block closes it at its end.

    Args:
        config: what clips are to be like.
        backend: what makes them, or several of them by name; closed with the manager. None where
            nothing can: clips are those in the cache, and for all others there is a fallback.
        cache: where finished clips are kept; one in memory, of `config.cache_size`, if not given.
            Told what makes the clips, and closed with the manager.
        clock: seconds, never going back.
        fallbacks: those that the game can show.
        read_picture: gives the file that `npc_base_image` names; called in a thread.

    Raises:
        WorkerError: from any call that begins something, after `close`.
    """

    def __init__(
        self,
        config: VideoGenerationConfig,
        backend: Backend | Mapping[str, Backend] | None,
        *,
        cache: ClipCache | None = None,
        clock: Callable[[], float] = time.perf_counter,
        fallbacks: Collection[Fallback] = frozenset(Fallback),
        read_picture: Callable[[str], bytes] = read_file,
    ):
        self._config = config
        self._pictures = Pictures(read_picture)
        named = {"backend": backend} if isinstance(backend, Backend) else backend
        self._backends = dict(named or {})
        self._cache = ClipCache(config.cache_size) if cache is None else cache
        self._shelving = Shelving(self._cache)
        self._clock = clock
        self._cache.fingerprint = (
            joined_fingerprint(each.fingerprint for each in self._backends.values())
            if self._backends
            else None
        )
        can = {name: each.capabilities for name, each in self._backends.items()}
        self._core = GenerationCore(
            config,
            self._cache,
            {name: each.slots for name, each in can.items()},
            finishing=[name for name, each in can.items() if each.finish_started],
            fallbacks=fallbacks,
        )
        self._evaluators: dict[str, NpcResponseEvaluator | None] = {}
        self._wake: float | None = None
        self._futures: dict[int, Future[None]] = {}
        # By NPC, what finds out what it will be asked for.
        self._walks: dict[str, Future[None]] = {}
        self._news: list[Event] = []
        # Filled on the worker thread, emptied by `poll`: each says what to tell the core.
        self._inbox: deque[Callable[[float], Decision | None]] = deque()
        self._is_closed = False
        self._worker = Worker()
        self._worker.submit(self._open())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def can_generate(self) -> bool:
        """Whether there is a backend; if not, no clip is ever made and none is waited for."""
        return self._core.can_generate

    # ---- Clips ----

    def request(
        self,
        params: VideoParams,
        priority: float = 10,
        *,
        interaction: ToolInteraction | None = None,
        viewer: str = "",
    ) -> Answer:
        """The clip if it is there; else what to show instead, and `poll` will tell.

        Args:
            priority: any number; the highest begins first, equal ones as they were asked for.
            interaction: what `params` is the answer to; predictions learn from it.
            viewer: what the clip is to be seen on; a newer request for it takes the place of this.
                Needed where the same NPC is seen several times.
        """
        now = self._clock()
        answer, decision = self._core.request(params, priority, now, interaction, viewer)
        self._do(decision)
        return answer

    def cancel(self, params: VideoParams) -> None:
        """Gives up a clip that was asked for; nothing more is told of it."""
        self._do(self._core.cancel(params, self._clock()))

    def discard(self, clip: GeneratedClip) -> None:
        """Forgets a clip that cannot be played, so that it is made anew when it is asked for.

        On disk too; one that was shipped with the game is forgotten until it ends.
        """
        self._do(self._core.discard(clip, self._clock()))

    def stand_in(self, params: VideoParams, *, viewer: str = "") -> Answer:
        """What to show for a clip that was asked for, when what was shown for it was discarded."""
        viewer = viewer or params.npc_id
        answer, decision = self._core.stand_in(params, viewer, self._clock())
        self._do(decision)
        return answer

    def leave(self, viewer: str) -> None:
        """Gives up what was asked for to be seen on `viewer`, which is there no more."""
        self._do(self._core.leave(viewer, self._clock()))

    def clear(self) -> None:
        """Gives up all clips that wait or are made, and forgets those that are there.

        Nothing more is told of them; clips shipped with the game stay.
        """
        for npc_id in list(self._walks):
            self._stop_walk(npc_id)
        self._do(self._core.clear(self._clock()))
        self.clear_cache()

    def clear_cache(self) -> None:
        """Forgets all clips but those shipped with the game; those that play go on."""
        self._cache.clear()
        self._worker.submit(self._shelving.erase())

    def poll(self) -> list[Event]:
        """What has happened since the last call; takes time only for what did. Never raises."""
        if not self._inbox and not self._news and not self._is_time():
            return []
        while self._inbox:
            tell = self._inbox.popleft()
            decision = tell(self._clock())
            if decision is not None:
                self._do(decision)
        if self._is_time():
            self._do(self._core.advance(self._clock()))
        news, self._news = self._news, []
        return news

    def _is_time(self) -> bool:
        """Whether something is to be done that only time brings."""
        return self._wake is not None and self._clock() >= self._wake

    # ---- NPCs, and what is made ahead ----

    def add_npc(
        self,
        npc_id: str,
        evaluator: NpcResponseEvaluator | None = None,
        learned: Mapping[str, Any] | None = None,
    ) -> None:
        """Predicts from now on what this NPC will be asked for.

        Args:
            evaluator: of the NPC; it is looked at and not changed.
            learned: what `learned` gave in an earlier session.

        Raises:
            InvalidDataError: `learned` is damaged.
        """
        config = self._config
        predictor = standard_predictor(
            evaluator,
            learned=learned,
            look_ahead=config.look_ahead,
            progression=DEFAULT_PROGRESSION
            if config.progression is None
            else dict(config.progression),
        )
        self._do(self._core.add_npc(npc_id, predictor, learned, self._clock()))
        self._evaluators[npc_id] = evaluator

    def remove_npc(self, npc_id: str) -> None:
        """Gives up all clips of an NPC, for it leaves the scene."""
        self._evaluators.pop(npc_id, None)
        self._stop_walk(npc_id)
        self._do(self._core.forget(npc_id, self._clock()))

    def learned(self, npc_id: str) -> dict[str, Any]:
        """What is known of how the NPC is played with, for a saved game, as JSON.

        Raises:
            InvalidDataError: the NPC was not added.
        """
        return self._core.planner.learned(npc_id)

    def hint_next(self, params: VideoParams, probability: float = 1.0) -> None:
        """Tells that `params` will be asked for next, for what the game knows and we cannot.

        Believed for 20 seconds, or until it is asked for.

        Args:
            probability: 0 to 1, that it is right.

        Raises:
            InvalidDataError: `probability` is not within 0 to 1, or nothing is made ahead at all.
        """
        if not self._config.predictive:
            raise InvalidDataError(
                "Nothing is made ahead while prediction is off: switch predictive on."
            )
        if not 0.0 <= probability <= 1.0:
            raise InvalidDataError(f"probability: {probability!r} is outside the range 0 to 1.")
        self._do(self._core.hint(params, probability, self._clock()))

    def pregenerate(self, npc: VideoParams, evaluator: NpcResponseEvaluator | None = None) -> None:
        """Makes what an NPC commonly shows, in idle time, as after loading a scene.

        What its graph reaches from the state it is in is found out first, beside the game.

        Args:
            npc: who it is and in what style, where there is no evaluator.
            evaluator: of the NPC; without one, what most NPCs show is made.
        """
        if not self.can_generate:
            return
        if evaluator is None:
            self.prepare(get_common_npc_states(npc))
            return
        npc_id = evaluator.metadata.npc.id
        self._stop_walk(npc_id)
        self._walks[npc_id] = self._worker.submit(self._walk(npc_id, Walk(evaluator)))

    def _stop_walk(self, npc_id: str) -> None:
        if npc_id in self._walks:
            self._walks.pop(npc_id).cancel()

    def prepare(self, states: Iterable[tuple[VideoParams, float]]) -> None:
        """Makes clips in idle time, those with the highest weight (0 to 1) first."""
        self._do(self._core.prepare(states, self._clock()))

    def idle(self) -> None:
        """Tells that nothing will be asked for in the next seconds; ends with the next request."""
        self._do(self._core.set_quiet_period(QuietPeriod.UNTIL_NEXT, self._clock()))

    def cutscene(self, running: bool) -> None:
        """Tells that a cutscene begins or ends: until then there is time for what comes after."""
        quiet_period = QuietPeriod.UNTIL_TOLD if running else QuietPeriod.NONE
        self._do(self._core.set_quiet_period(quiet_period, self._clock()))

    # ---- Settings, numbers, end ----

    def update_config(self, config: VideoGenerationConfig) -> None:
        """Takes new settings for clips that begin from now on. The cache keeps its size."""
        before = self._config
        self._config = replace(config, cache_size=before.cache_size)
        self._core.configure(self._config)
        if (config.look_ahead, config.progression) != (before.look_ahead, before.progression):
            for npc_id, evaluator in self._evaluators.items():
                self.add_npc(npc_id, evaluator, self.learned(npc_id))
        self._do(self._core.advance(self._clock()))

    def stats(self) -> ManagerStats:
        """The numbers since the start."""
        return self._core.stats()

    def close(self) -> None:
        """Gives up everything and ends the worker thread."""
        self._is_closed = True
        self._worker.stop(last=self._tidy_up())

    # ---- Doing what was decided ----

    def _do(self, decision: Decision) -> None:
        for stop in decision.stops:
            self._futures.pop(stop.ticket).cancel()
        for start in decision.starts:
            self._futures[start.ticket] = self._worker.submit(self._generate(start))
        for key in decision.loads:
            self._worker.submit(self._load(key))
        for pending in decision.writes:
            self._worker.submit(self._shelving.write(pending))
        self._news += decision.events
        self._wake = self._core.next_wake(self._clock())

    def _disk_known(self, now: float) -> None:
        self._do(self._core.disk_known(now))
        # After that, as somebody waits for what was asked for.
        self._worker.submit(self._shelving.warm())

    def _finish(self, start: Start, clip: GeneratedClip, now: float) -> Decision:
        self._futures.pop(start.ticket, None)
        return self._core.finish(start.ticket, clip, now)

    def _fail(
        self, start: Start, reason: str, now: float, lost: GeneratorUnavailableError | None = None
    ) -> Decision:
        """A job has failed; `lost` if the backend is the cause."""
        self._futures.pop(start.ticket, None)
        rest = lost.retry_after if isinstance(lost, GeneratorOverloadedError) else None
        return self._core.fail(
            start.ticket,
            reason,
            now,
            worth_retrying=lost is not None,
            has_begun=lost is not None and lost.has_begun,
            rest=rest or 0.0,
        )

    def _found(
        self, npc_id: str, clips: list[tuple[VideoParams, float]], now: float
    ) -> Decision | None:
        """What is worth having of an NPC, unless it has gone meanwhile."""
        if self._walks.pop(npc_id, None) is None:
            return None
        return self._core.prepare(clips, now)

    def _tell(self, start: Start, news: Progress | Previewed) -> None:
        if self._core.is_awaited(start.ticket):
            self._news.append(news)

    def _grow(self, attempt: Attempt, now: float) -> None:
        if self._core.is_awaited(attempt.start.ticket) and (growing := attempt.growing(now)):
            self._news.append(growing)

    # ---- On the worker thread ----

    async def _generate(self, start: Start) -> None:
        backend, params = self._backends[start.backend], start.job.params
        attempt = Attempt(start, self._config.clip_seconds)

        def tell(fraction: float) -> None:
            if not isinstance(fraction, int | float):
                raise InvalidDataError(f"on_progress: {fraction!r} is no number from 0 to 1.")
            self._inbox.append(lambda now: self._tell(start, Progress(params, fraction)))

        def tell_early(news: Early) -> None:
            if isinstance(news, Preview):
                self._inbox.append(lambda now: self._tell(start, Previewed(params, news)))
                return
            attempt.take(news)
            if not attempt.is_told:
                self._inbox.append(lambda now: self._grow(attempt, now))

        def fail(reason: str, lost: GeneratorUnavailableError | None = None) -> None:
            self._inbox.append(lambda now: self._fail(start, reason, now, lost))

        try:
            request = await self._request(start, backend)
            clip = _checked(await backend.generate(request, tell, tell_early), request, backend)
        except GeneratorUnavailableError as error:
            fail(str(error), error)
        except NpcVideoError as error:
            fail(str(error))
        except GeneratorExit:
            raise  # the end of the loop
        except BaseException as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise
            if self._is_closed:
                raise  # nobody listens any more
            # Whatever else it raises, as a library that exits, its turn must not last for ever.
            log_broken(f"The generator broke at a clip of {params.who}:", error)
            fail(f"The generator broke: {error!r}.")
        else:
            attempt.end(clip)
            self._inbox.append(lambda now: self._finish(start, clip, now))
        finally:
            attempt.end()

    async def _request(self, start: Start, backend: Backend) -> GenerationRequest:
        job, image = start.job, None
        if job.params.npc_base_image and backend.capabilities.uses_image:
            image = await self._pictures.get(job.params.npc_base_image)
        left = max(0.0, job.asked_at + self._config.max_wait - start.at)
        deadline = left if job.is_wanted else None
        return GenerationRequest(job.params, job.preset, self._config.clip_seconds, image, deadline)

    async def _walk(self, npc_id: str, walk: Walk) -> None:
        while walk.advance():
            await asyncio.sleep(_BREATH_SECONDS)
        found = walk.forecast
        count = min(found.count_for(), self._config.cache_size)
        clips = found.weighted[:count]
        self._inbox.append(lambda now: self._found(npc_id, clips, now))

    async def _open(self) -> None:
        await self._shelving.open()
        self._inbox.append(self._disk_known)

    async def _load(self, key: CacheKey) -> None:
        clip = await self._shelving.load(key)
        self._inbox.append(lambda now: self._core.loaded(key, clip, now))

    async def _tidy_up(self) -> None:
        for backend in self._backends.values():
            await _closed(backend)
        await self._shelving.close()


async def _closed(backend: Backend) -> None:
    """Closes a generator, which may break or go on for ever: clips are written all the same."""
    closing = asyncio.ensure_future(backend.close())
    await asyncio.wait({closing}, timeout=_CLOSE_SECONDS)
    if not closing.done():
        closing.cancel()
    elif not closing.cancelled() and (error := closing.exception()) is not None:
        log_broken("The generator could not be closed:", error)


def _checked(clip: object, request: GenerationRequest, backend: Backend) -> GeneratedClip:
    """What a generator returned.

    Raises:
        InvalidDataError: it is no clip of what was asked for.
    """
    name = f"{backend.title}.generate"
    if not is_clip(clip):
        found = type(clip.data if isinstance(clip, GeneratedClip) else clip).__name__
        raise InvalidDataError(
            f"{name} returned {found}: return a GeneratedClip with the bytes of a file."
        )
    if clip.params != request.params:
        raise InvalidDataError(
            f"{name} returned a clip of other parameters: give it those of the request."
        )
    return clip
