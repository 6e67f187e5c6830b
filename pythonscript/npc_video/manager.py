"""Turns the parameters of a clip into the clip: a stored one, or one that is being generated.

It is used on the game's main thread, which must never block. `request` answers at once. Events of
the worker thread are fetched with `poll`, once per frame. `generation.core` makes all decisions, on
the main thread too, so no lock is needed; this module carries them out.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Self

from .backends.base import Backend, Early, GenerationRequest, NpcImage, Preview
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

# The pause, for the game, between two simulated moments of an NPC.
_BREATH_SECONDS = 0.003
# The time for a generator to close.
_CLOSE_SECONDS = 2.0


class VideoGenerationManager:
    """Gets the clips of one game.

    A clip that is requested twice is generated once. For each NPC only the newest request waits. An
    older one that has not begun is dropped, and a running one is finished, for the cache. A request
    never waits for one of lower priority, nor for clips made ahead: those are stopped.

    A `with` block closes it at its end.

    Args:
        config: settings of clips.
        backend: the generator, or several by name; closed with the manager. None if there is none:
            then clips come from the cache, and all others get a fallback.
        cache: for finished clips; by default one in memory, of `config.cache_size`. The manager
            sets its fingerprint, and closes it.
        clock: monotonic time in seconds.
        fallbacks: those that the game can show.
        read_picture: returns the file for a value of `npc_base_image`; called on a thread.

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
        # By ticket, on the worker thread only.
        self._attempts: dict[int, Attempt] = {}
        # Simulations of NPCs that find out which clips will be requested.
        self._walks: dict[str, Future[None]] = {}
        self._news: list[Event] = []
        self._undone: list[Decision] = []
        # Filled on the worker thread, emptied by `poll`: each entry reports to the core.
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
        """Whether there is a backend; without one no clip is generated and none is waited for."""
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
        """The clip if it is there; otherwise a fallback to show until `poll` reports the clip.

        Args:
            priority: any number; the highest begins first, equal ones in order of request.
            interaction: the interaction that `params` answers; predictions learn from it.
            viewer: where the clip will be seen; a newer request for it replaces this one. Needed if
                the same NPC is seen several times.
        """
        answer = self.answer(params, priority, interaction=interaction, viewer=viewer)
        self._do_undone()
        return answer

    def answer(
        self,
        params: VideoParams,
        priority: float = 10,
        *,
        interaction: ToolInteraction | None = None,
        viewer: str = "",
    ) -> Answer:
        """The same as `request`, but leaves all work to the next `poll`.

        A thread that is woken takes the interpreter from the game for longer than the answer takes.
        """
        now = self._clock()
        answer, decision = self._core.request(params, priority, now, interaction, viewer)
        self._undone.append(decision)
        return answer

    def cancel(self, params: VideoParams) -> None:
        """Cancels a requested clip; nothing more is reported about it."""
        self._do(self._core.cancel(params, self._clock()))

    def discard(self, clip: GeneratedClip) -> None:
        """Forgets a clip that cannot be played, so that the next request generates it again.

        It is removed from disk too; a clip that was shipped with the game is ignored until the end.
        """
        self._do(self._core.discard(clip, self._clock()))

    def stand_in(self, params: VideoParams, *, viewer: str = "") -> Answer:
        """Another fallback for a requested clip, after the previous one was discarded."""
        viewer = viewer or params.npc_id
        answer, decision = self._core.stand_in(params, viewer, self._clock())
        self._do(decision)
        return answer

    def leave(self, viewer: str) -> None:
        """Removes a viewer, and cancels its requests."""
        self._do(self._core.leave(viewer, self._clock()))

    def clear(self) -> None:
        """Cancels all waiting and running clips, and empties the cache.

        Nothing more is reported about them. Clips shipped with the game stay.
        """
        for npc_id in list(self._walks):
            self._stop_walk(npc_id)
        self._do(self._core.clear(self._clock()))
        self.clear_cache()

    def clear_cache(self) -> None:
        """Forgets all clips except those shipped with the game; playing clips continue."""
        self._cache.clear()
        self._worker.submit(self._shelving.erase())

    def poll(self) -> list[Event]:
        """Events since the last call; quick if there are none. Never raises."""
        is_due = self._is_time()
        if not (self._inbox or self._news or self._undone or is_due):
            return []
        self._do_undone()
        while self._inbox:
            tell = self._inbox.popleft()
            decision = tell(self._clock())
            if decision is not None:
                self._do(decision)
        if is_due or self._is_time():
            self._do(self._core.advance(self._clock()))
        news, self._news = self._news, []
        return news

    def _is_time(self) -> bool:
        """Whether a scheduled wake-up is due."""
        return self._wake is not None and self._clock() >= self._wake

    # ---- NPCs, and clips made ahead ----

    def add_npc(
        self,
        npc_id: str,
        evaluator: NpcResponseEvaluator | None = None,
        learned: Mapping[str, Any] | None = None,
    ) -> None:
        """Starts predicting the requests of an NPC.

        Args:
            evaluator: of the NPC; it is not changed.
            learned: the result of `learned` in an earlier session.

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
        """Removes an NPC, which leaves the scene, and cancels its clips."""
        self._evaluators.pop(npc_id, None)
        self._stop_walk(npc_id)
        self._do(self._core.forget(npc_id, self._clock()))

    def learned(self, npc_id: str) -> dict[str, Any]:
        """The learned habits of the player with this NPC, as JSON for a saved game.

        Raises:
            InvalidDataError: the NPC was not added.
        """
        return self._core.planner.learned(npc_id)

    def hint_next(self, params: VideoParams, probability: float = 1.0) -> None:
        """Announces a request for `params`, for events that only the game can foresee.

        The hint is valid for 20 seconds, or until the request.

        Args:
            probability: of the request, 0 to 1.

        Raises:
            InvalidDataError: `probability` is not within 0 to 1, or prediction is off.
        """
        if not self._config.predictive:
            raise InvalidDataError(
                "Nothing is made ahead while prediction is off: turn predictive on."
            )
        if not 0.0 <= probability <= 1.0:
            raise InvalidDataError(f"probability: {probability!r} is outside the range 0 to 1.")
        self._do(self._core.hint(params, probability, self._clock()))

    def pregenerate(self, npc: VideoParams, evaluator: NpcResponseEvaluator | None = None) -> None:
        """Generates the usual clips of an NPC in idle time, for example after loading a scene.

        With an evaluator, the clips that its graph can reach are found first, on another thread.

        Args:
            npc: name and style, for use without an evaluator.
            evaluator: of the NPC; without one, clips that most NPCs need are generated.
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
        """Generates clips in idle time, those with the highest weight (0 to 1) first."""
        self._do(self._core.prepare(states, self._clock()))

    def idle(self) -> None:
        """Announces some seconds without requests; ends with the next request."""
        self._do(self._core.set_quiet_period(QuietPeriod.UNTIL_NEXT, self._clock()))

    def cutscene(self, running: bool) -> None:
        """Announces the start or end of a cutscene, during which clips can be made ahead."""
        quiet_period = QuietPeriod.UNTIL_TOLD if running else QuietPeriod.NONE
        self._do(self._core.set_quiet_period(quiet_period, self._clock()))

    # ---- Settings, statistics, end ----

    def update_config(self, config: VideoGenerationConfig) -> None:
        """Applies new settings to clips that begin later. The size of the cache does not change."""
        before = self._config
        self._config = replace(config, cache_size=before.cache_size)
        self._core.configure(self._config)
        if (config.look_ahead, config.progression) != (before.look_ahead, before.progression):
            for npc_id, evaluator in self._evaluators.items():
                self.add_npc(npc_id, evaluator, self.learned(npc_id))
        self._do(self._core.advance(self._clock()))

    def stats(self) -> ManagerStats:
        """Statistics since the start."""
        return self._core.stats()

    def close(self) -> None:
        """Cancels everything and ends the worker thread."""
        self._is_closed = True
        self._worker.stop(last=self._tidy_up())

    # ---- Carrying out decisions ----

    def _do(self, decision: Decision) -> None:
        self._undone.append(decision)
        self._do_undone()

    def _do_undone(self) -> None:
        undone, self._undone = self._undone, []
        for decision in undone:
            self._carry_out(decision)
        self._wake = self._core.next_wake(self._clock())

    def _carry_out(self, decision: Decision) -> None:
        for stop in decision.stops:
            self._futures.pop(stop.ticket).cancel()
        for start in decision.starts:
            self._futures[start.ticket] = self._worker.submit(self._generate(start))
        for promoted in decision.promotions:
            self._worker.submit(self._promote(promoted))
        for key in decision.loads:
            self._worker.submit(self._load(key))
        for pending in decision.writes:
            self._worker.submit(self._shelving.write(pending))
        self._news += decision.events

    def _disk_known(self, now: float) -> None:
        self._do(self._core.disk_known(now))
        # Afterwards, because somebody waits for the requested clips.
        self._worker.submit(self._shelving.warm())

    def _finish(self, start: Start, clip: GeneratedClip, now: float) -> Decision:
        self._futures.pop(start.ticket, None)
        return self._core.finish(start.ticket, clip, now)

    def _fail(
        self, start: Start, reason: str, now: float, lost: GeneratorUnavailableError | None = None
    ) -> Decision:
        """Reports the failure of a job; `lost` if the host is the cause."""
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
        """Prepares the clips that a simulation found, unless the NPC is gone."""
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
        attempt = self._attempts[start.ticket] = Attempt(start, self._config.clip_seconds)

        def tell(fraction: float) -> None:
            if not isinstance(fraction, int | float):
                raise InvalidDataError(f"on_progress: {fraction!r} is not a number from 0 to 1.")
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
            request = await self._request(attempt, backend)
            clip = _checked(await backend.generate(request, tell, tell_early), request, backend)
        except GeneratorUnavailableError as error:
            fail(str(error), error)
        except NpcVideoError as error:
            fail(str(error))
        except GeneratorExit:
            raise  # the loop is ending
        except BaseException as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise
            if self._is_closed:
                raise  # nobody waits any more
            # Any other error, such as a library's exit, must free the job's slot too.
            log_broken(f"The generator failed on a clip of {params.who}:", error)
            fail(f"The generator failed: {error!r}.")
        else:
            attempt.end(clip)
            self._inbox.append(lambda now: self._finish(start, clip, now))
        finally:
            attempt.end()
            del self._attempts[start.ticket]

    async def _promote(self, start: Start) -> None:
        attempt = self._attempts.get(start.ticket)
        if attempt is None:
            return
        attempt.start = start
        if attempt.is_asked:
            backend = self._backends[start.backend]
            try:
                await backend.promote(self._request_of(start))
            except Exception as error:
                log_broken(f"{backend.title}.promote failed:", error)

    async def _request(self, attempt: Attempt, backend: Backend) -> GenerationRequest:
        """The request of an attempt, which may be promoted while the picture is read."""
        image, name = None, attempt.start.job.params.npc_base_image
        if name and backend.capabilities.uses_image:
            image = await self._pictures.get(name)
        attempt.is_asked = True
        return self._request_of(attempt.start, image)

    def _request_of(self, start: Start, image: NpcImage | None = None) -> GenerationRequest:
        job, seconds = start.job, self._config.clip_seconds
        since = max(start.at, job.asked_at)  # of a promoted job, the promotion
        left = max(0.0, job.asked_at + self._config.max_wait - since)
        deadline = left if job.is_urgent else None
        return GenerationRequest(job.params, job.preset, seconds, image, deadline, job.purpose)

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
    """Closes a generator, which may fail or hang; clips are written anyway."""
    closing = asyncio.ensure_future(backend.close())
    await asyncio.wait({closing}, timeout=_CLOSE_SECONDS)
    if not closing.done():
        closing.cancel()
    elif not closing.cancelled() and (error := closing.exception()) is not None:
        log_broken("The generator could not be closed:", error)


def _checked(clip: object, request: GenerationRequest, backend: Backend) -> GeneratedClip:
    """Checks the result of a generator.

    Raises:
        InvalidDataError: it is not a clip of the request.
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
