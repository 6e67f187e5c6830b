"""The jobs of a video service: sends each once, polls it until its clip is made, and cancels it.

A job may cost money as soon as it is sent. So a lost response is requested again, but a job is
never sent again. Errors say whether the job has begun (`GenerationError.has_begun`).
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ...errors import (
    GenerationError,
    GenerationFailedError,
    GenerationInvalidError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
)
from ..base import OnEarly, OnProgress, ignore
from ..http_session import HttpResponse
from .answer import keys_of
from .fetch import fetched
from .reader import JobReader, is_video
from .rules import HttpJob, JobGoneError, patiently

__all__ = ["RESTS", "HttpJobs"]

# Seconds before each new poll after one that was lost, or answered with a server error.
RESTS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
# Seconds before sending a job again, with a key by which the service recognises it.
_SEND_RESTS = (0.5, 1.0, 2.0)
_GIVE_UP_SECONDS = 3.0
_ACCEPTED = 202
_NOT_FOUND = (404, 410)
# How often a new job may be unknown: a service with many machines may need a moment.
_UNKNOWN = 5


class HttpJobs:
    """Requests to a service about the job of a clip."""

    def __init__(self, reader: JobReader):
        self._reader = reader
        self._session = reader.session
        self._rules = reader.rules

    async def send(
        self, body: Mapping[str, Any], headers: Mapping[str, str], on_early: OnEarly, key: str
    ) -> HttpResponse:
        """Sends a request for a clip, once.

        If the service recognises `key`, the request is repeated when no response comes.

        Raises:
            GenerationError: there is no response; `has_begun` if the job may have begun anyway.
        """
        header = self._rules.idempotency_header
        rests = list(_SEND_RESTS) if header else []
        sent = {header: key, **headers} if header else headers
        until = time.perf_counter() + self._session.limits.generate_seconds
        while True:
            try:
                return await self._session.ask(
                    "POST",
                    self._rules.path,
                    json=body,
                    headers=sent,
                    is_once=True,
                    seconds=max(0.0, round(until - time.perf_counter(), 3)),
                    max_bytes=self._session.limits.max_bytes,
                    on_part=self._reader.parts(on_early),
                )
            except GeneratorUnreachableError as error:
                error.has_begun = error.was_sent
                is_over = not rests or time.perf_counter() + rests[0] >= until
                if is_over or not error.was_sent:
                    raise
            on_early = ignore  # bytes of two responses do not make one clip
            await asyncio.sleep(rests.pop(0))

    async def clip(
        self,
        job: HttpJob,
        on_progress: OnProgress,
        on_early: OnEarly,
        started: float,
        limit: float,
    ) -> bytes:
        """Waits for the clip of a job, and fetches it.

        Args:
            started: time from which it is waited for, by `time.perf_counter`.
            limit: seconds until it must be made; fetching has a limit of its own.

        Raises:
            GenerationError: there is no clip; `has_begun` is set.
        """
        try:
            if not job.is_made:
                await self._wait(job, on_progress, on_early, started, limit)
            job.made_at = time.perf_counter()
            return job.body or await fetched(self._reader, job, on_early)
        except GenerationError as error:
            error.has_begun = True
            raise

    async def give_up(self, job: HttpJob) -> None:
        """Cancels a job whose clip is not made, if the service supports it."""
        url, method = job.cancel_url or job.status_url, self._rules.cancel_method
        if method and url and not job.is_made and not job.unnamed:
            with suppress(GenerationError):
                said = await self._session.ask(method, url, seconds=_GIVE_UP_SECONDS)
                job.is_ended = said.status != _ACCEPTED  # "accepted" promises nothing

    async def _wait(
        self,
        job: HttpJob,
        on_progress: OnProgress,
        on_early: OnEarly,
        started: float,
        limit: float,
    ) -> None:
        try:
            async with asyncio.timeout(max(0.0, started + limit - time.perf_counter())):
                await self._follow(job, on_progress, on_early)
        except TimeoutError as error:
            if job.unnamed:
                raise _unnamed(job) from error
            await self.give_up(job)
            raise GeneratorUnavailableError(
                f"The clip was not ready after {limit:g} s and was cancelled."
            ) from error

    async def _follow(self, job: HttpJob, on_progress: OnProgress, on_early: OnEarly) -> None:
        """Polls until the clip is made."""
        started, told, without = time.perf_counter(), 0.0, 0
        headers: Mapping[str, str] = {}
        while True:
            pause = self._rules.pause(headers, time.perf_counter() - started)
            await asyncio.sleep(max(pause, RESTS[without - 1]) if without else pause)
            answer, said = await self._look(job, on_early)
            if job.is_made:
                return
            headers, state = answer.headers, self._reader.read(said)
            if state.progress is not None and state.progress > told:
                told = state.progress
                on_progress(told)
            self._reader.learn(job, state, answer)
            if job.is_made:
                return
            if state.is_done:
                # Some services report a clip as made a moment before they name its address.
                without, job.unnamed = without + 1, keys_of(said)
                if without > len(RESTS):
                    raise _unnamed(job)

    async def _look(self, job: HttpJob, on_early: OnEarly) -> tuple[HttpResponse, Any]:
        """The state of a job, as a response and its JSON.

        Retries a few times, because a service may be restarting.
        """
        early, unknown = on_early, 0

        async def look() -> tuple[HttpResponse, Any]:
            nonlocal early, unknown
            telling, early = early, ignore  # bytes of two responses do not make one clip
            seconds = self._session.limits.answer_seconds
            try:
                answer = await self._reader.get(job.status_url, job.base, telling, seconds)
            except GenerationError as error:
                is_gone = error.status in self._rules.gone
                unknown += is_gone
                if is_gone and (job.is_known or unknown > _UNKNOWN):
                    raise JobGoneError(f"The service does not know the job. {error}") from error
                raise
            if is_video(answer):
                job.take(answer)
                return answer, None
            said = await self._reader.said(answer)
            job.is_known = True
            return answer, said

        return await patiently(look, RESTS, _may_pass)


def _unnamed(job: HttpJob) -> GenerationInvalidError:
    return GenerationInvalidError(
        "The service says that the clip is made, but not where it is: name the field as video_url"
        " among the answer's, or as result_url if it leads to another answer, or set result_path."
        f" The answer has {job.unnamed}."
    )


def _may_pass(error: GenerationError) -> bool:
    """Whether a later poll may have a better response."""
    if isinstance(error, GenerationInvalidError):
        # A page instead of JSON, or a job that is not known everywhere yet.
        is_page = error.status is not None and error.status < 300
        return is_page or (error.status in _NOT_FOUND and not isinstance(error, JobGoneError))
    return isinstance(error, GeneratorUnavailableError | GenerationFailedError)
