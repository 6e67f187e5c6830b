"""The work on what the brain assigned to a worker: a job, or several as a batch."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from npc_video.backends.base import Backend, GenerationRequest
from npc_video.errors import GenerationError, GenerationFailedError
from npc_video.records import GeneratedClip

from ..errors import FarmError
from ..jobs import ClipEntry, JobView
from ..store.clips import ClipStore, digest_of
from ..store.valkey import Store
from .body import read_request
from .failures import Failure, failure_of
from .insist import insist
from .news import News

__all__ = ["Result", "Run", "Tools"]

_Made = Sequence[GeneratedClip | Exception]

# How long a full disk or a store of clips that does not answer may hold up a finished clip, and a
# job whose picture is there.
_CLIP_PATIENCE = 60.0
_PICTURE_PATIENCE = 5.0
_CUT_OFF = Failure(
    "failed",
    "The worker ended before the clip came. It may have cost money, so it was not begun again.",
    may_retry=False,
    is_untouched=False,
)

_ENDED = GenerationFailedError("The generator ended the work by itself; ask again.")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """The things that all runs of a worker use.

    Attributes:
        on_down: called before a job is given back because the generator is out of order, with the
            reason, so that the worker does not get the job again.
    """

    store: Store
    clips: ClipStore
    backend: Backend
    on_down: Callable[[str], Awaitable[None]]

    @property
    def finishes_started(self) -> bool:
        return self.backend.capabilities.finish_started


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a run.

    Attributes:
        seconds: the time that the generator took; 0 if it made nothing.
        failure: the reason for which there is no clip; None for a clip, or if the run was ended.
    """

    seconds: float = 0.0
    failure: Failure | None = None


class Run:
    """One assignment. The store is told of its end, whatever that is.

    Args:
        keys: of the jobs, one or those of a batch.
        token: proves that the assignment is still valid.
    """

    def __init__(self, tools: Tools, keys: Sequence[str], token: str):
        self._tools = tools
        self._keys, self.token = keys, token
        self._dropped: set[str] = set()
        self._jobs: dict[str, JobView] = {}  # whose clips are made
        self._made: dict[str, JobView] = {}  # whose clips are handed in
        self._promoted: asyncio.Queue[str] = asyncio.Queue()
        self._making: asyncio.Task[_Made] | None = None
        self._began_at = time.perf_counter()

    @property
    def jobs(self) -> Sequence[JobView]:
        """The jobs that have begun and not ended."""
        return (*self._jobs.values(), *self._made.values())

    @property
    def model(self) -> str:
        """The model that its jobs need."""
        return next((job.model for job in self._jobs.values()), "")

    @property
    def usual_seconds(self) -> float:
        """The usual time of its jobs."""
        return max((job.seconds for job in self._jobs.values()), default=0.0)

    @property
    def elapsed(self) -> float:
        """Seconds since it was begun."""
        return time.perf_counter() - self._began_at

    async def begin(self) -> bool:
        """Begins the jobs that are still assigned to this run; False if none is."""
        self._began_at = time.perf_counter()
        store = self._tools.store
        for key in self._keys:
            begin = partial(store.begin, key, self.token, is_paid=self._tools.finishes_started)
            begun = await insist(begin)
            if begun is not None and key not in self._dropped:
                self._jobs[key] = begun
        return bool(self._jobs)

    async def work(self) -> Result:
        """Makes the clips of the begun jobs, and hands them in."""
        asked = {key: each for key, each in (await self._asked()).items() if key in self._jobs}
        if not asked:
            return Result()
        news = [News(self._tools.store, key, self.token, partial(self.drop, key)) for key in asked]
        self._making = asyncio.create_task(self._make(list(asked.values()), news))
        telling = [asyncio.create_task(each.tell_on()) for each in news]
        telling.append(asyncio.create_task(self._promote_on(asked)))
        try:
            await asyncio.wait({self._making})
        finally:
            for task in (self._making, *telling):
                task.cancel()
        seconds, failure = self.elapsed, None
        self._made, self._jobs = self._jobs, {}
        results = [_ENDED] * len(asked) if self._making.cancelled() else self._making.result()
        for key, each, made in zip(asked, news, results, strict=True):
            job = self._made.get(key)
            if job is None:
                continue  # dropped, or given back
            if isinstance(made, GeneratedClip):
                await self._hand_in(job, made, each)
            else:
                failure = failure_of(made, finishes_started=self._tools.finishes_started)
                await self._fail(job, failure)
            del self._made[key]
        return Result(0.0 if failure else seconds, failure)

    def drop(self, key: str) -> None:
        """Ends the work on a job that is not wanted from here any more.

        The rest of a batch goes on, and what costs money is finished.
        """
        if not self._tools.finishes_started:
            self._dropped.add(key)
            self._jobs.pop(key, None)
            if not self._jobs and self._making is not None:
                self._making.cancel()

    def promote(self, key: str) -> None:
        """Has the generator hear that a job has a higher purpose than before."""
        self._promoted.put_nowait(key)

    async def give_back(self) -> None:
        """Ends the work so that another worker can begin anew; what costs money fails.

        Clips that are made are handed in nevertheless.
        """
        jobs, self._jobs = tuple(self._jobs.values()), {}
        for job in jobs:
            if self._tools.finishes_started:
                await self._fail(job, _CUT_OFF)
            else:
                await insist(partial(self._tools.store.give_back, job.key, self.token))
        if self._making is not None:
            self._making.cancel()

    async def _asked(self) -> dict[str, GenerationRequest]:
        """The requests of the begun jobs by key; those that cannot be read fail."""
        asked = {}
        now = await insist(self._tools.store.now)
        for job in tuple(self._jobs.values()):
            try:
                image = await self._picture(job)
                # The picture may be large.
                asked[job.key] = await asyncio.to_thread(
                    read_request, job.body, job.seconds, job.purpose, _due_in(job, now), image
                )
            except GenerationError as error:
                self._jobs.pop(job.key, None)
                await self._fail(job, failure_of(error, finishes_started=False))
            except FarmError as error:
                self._jobs.pop(job.key, None)
                text = f"The picture of the NPC must be sent again. {error}"
                await self._fail(job, Failure("unavailable", text, False, is_untouched=False))
        return asked

    async def _picture(self, job: JobView) -> str:
        """The picture of the NPC as a data URL; "" for none.

        Raises:
            FarmError: it cannot be read; the game asks again, and so sends it again.
        """
        if not job.picture:
            return ""
        get = partial(self._tools.clips.get, job.picture)
        return (await insist(get, _PICTURE_PATIENCE)).decode("ascii")

    async def _make(self, requests: Sequence[GenerationRequest], news: Sequence[News]) -> _Made:
        """The clips in order, each a clip or an error."""
        backend = self._tools.backend

        def tell_progress(part: float) -> None:
            for each in news:
                each.take_progress(part)

        try:
            if len(requests) > 1:
                return await backend.generate_batch(requests, tell_progress)
            return [await backend.generate(requests[0], tell_progress, news[0].take_early)]
        except Exception as error:
            if not isinstance(error, GenerationError):
                _log.exception("The generator raised an error that is none of a generator.")
            return [error] * len(requests)

    async def _promote_on(self, asked: dict[str, GenerationRequest]) -> None:
        """Tells the generator of promoted jobs until it is cancelled.

        Args:
            asked: the requests that it got, by key.
        """
        store, backend = self._tools.store, self._tools.backend
        while True:
            key = await self._promoted.get()
            job, now = await insist(partial(store.job, key)), await insist(store.now)
            # It may have begun with this purpose already, or be another worker's by now.
            is_higher = key in asked and job is not None and job.purpose > asked[key].purpose
            if job is None or job.token != self.token or not is_higher:
                continue
            asked[key] = replace(asked[key], purpose=job.purpose, deadline=_due_in(job, now))
            try:
                await backend.promote(asked[key])
            except Exception:
                _log.exception("The generator raised an error when a clip was promoted.")

    async def _hand_in(self, job: JobView, clip: GeneratedClip, news: News) -> None:
        with suppress(FarmError):  # whoever watches it grow gets the whole file
            await news.tell()
        digest = digest_of(clip.data)
        await insist(partial(self._tools.store.draft, digest))
        try:
            await insist(partial(self._tools.clips.put, clip.data), _CLIP_PATIENCE)
        except FarmError as error:
            failure = Failure("failed", str(error), may_retry=False, is_untouched=False)
            await self._fail(job, failure)
            return
        entry = ClipEntry(
            digest=digest,
            preset=clip.preset,
            media_type=clip.media_type,
            bytes=len(clip.data),
            generated=clip.generation_seconds,
        )
        await insist(partial(self._tools.store.finish, job.key, self.token, entry))

    async def _fail(self, job: JobView, failure: Failure) -> None:
        store = self._tools.store
        if failure.is_untouched:
            await self._tools.on_down(failure.text)
            await insist(partial(store.give_back, job.key, self.token))
            return
        fail = partial(store.fail_run, job.key, self.token, failure.kind, failure.text)
        await insist(partial(fail, may_retry=failure.may_retry))


def _due_in(job: JobView, now: float) -> float | None:
    """Seconds until somebody needs the clip; None if nobody waits."""
    return None if job.due_at is None else max(0.0, job.due_at - now)
