"""A video service over HTTP: a server of one's own, or one in the cloud.

`POST /api/generate-video` answers with the video, with its address, or with an address to poll.
`fields` maps the names of fields, `jobs` polls jobs, `http_session` limits each exchange,
and `recipes` has the settings of well-known services.
"""

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from ...awaiting import unhurt
from ...errors import (
    GenerationCancelledError,
    GenerationError,
    GenerationFailedError,
    GeneratorUnavailableError,
)
from ...records import UNTAGGED_COLOURS, GeneratedClip, check_untagged_colours
from ..base import (
    Backend,
    Capabilities,
    GenerationRequest,
    Health,
    OnEarly,
    OnProgress,
    ignore,
)
from ..fingerprint import coloured_fingerprint, fingerprint_of
from ..http_session import HttpResponse, HttpSession, Limits
from ..job_slots import slots_of
from ..kept import Kept
from ..origin import short_origin
from ..received import received_clip
from ..token import Token
from .asked import Asked
from .fields import HttpFields
from .jobs import HttpJobs
from .reader import JobReader
from .rules import HttpJob, JobGoneError, JobRules, Priority

__all__ = ["HttpBackend"]

_PATH = "api/generate-video"
# How long to wait for the response to a request that is no longer wanted.
_LATE_SECONDS = 0.5
# How often a finished clip is fetched, by whoever wants it, before it counts as lost.
_LOSSES = 3


class HttpBackend(Backend):
    """Generates clips with a video service.

    If the service answers 202, the status URL in its response (or in `Location`) is polled until it
    names the clip, with a few retries if the service cannot be reached. Cancelling sends DELETE
    there; a service without support for that ignores it.

    A job is sent once, because it may cost money. If a job has begun but its clip did not arrive,
    it is polled again when the same clip is wanted within an hour.

    Args:
        url: the base address of the service.
        token: sent to the service only.
        token_header: the header in which it is sent.
        token_prefix: the word before it there.
        certificates: trusted in addition to the usual ones: the content of a PEM file.
        headers: sent with every request.
        path: for requesting clips, below `url`.
        status_path: for polling a job if the service sends only its id, such as "api/jobs/{id}".
        result_path: of the clip of a finished job, or of the response that names it, such as
            "api/jobs/{id}/content".
        cancel_method: for cancelling a job; "" if the service does not support it.
        cancel_path: for cancelling a job; the status URL if it is empty and the service names no
            other.
        fields: for services with other names of fields.
        poll_seconds: the shortest pause between two polls, above 0 to 300; None for short pauses at
            first, and one second at most.
        priority: the header for urgency.
        idempotency_header: for a key by which the service recognises a job that is sent again.
        allowed_origins: other origins of clips, such as "https://cdn.example.org" or
            "https://*.example.org".
        limits: `generate_seconds` limits the wait for a clip.
        slots: clips that the service makes at the same time, for all clients together.
        finish_started: whether every started clip is finished, because it costs money; more urgent
            ones then wait.
        untagged_colours: of files that name none; "bt709" if the service writes such files.

    Raises:
        InvalidDataError: an address or a value is not valid.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        token_header: str = "Authorization",
        token_prefix: str = "Bearer",
        certificates: bytes = b"",
        headers: Mapping[str, str] | None = None,
        path: str = _PATH,
        status_path: str = "",
        result_path: str = "",
        cancel_method: str = "DELETE",
        cancel_path: str = "",
        fields: HttpFields | None = None,
        poll_seconds: float | None = None,
        priority: Priority | None = None,
        idempotency_header: str = "",
        allowed_origins: Collection[str] = (),
        limits: Limits | None = None,
        slots: int = 1,
        finish_started: bool = False,
        untagged_colours: str = UNTAGGED_COLOURS[0],
    ):
        self._untagged_colours = check_untagged_colours(untagged_colours)
        self._session = HttpSession(
            url,
            token=token,
            headers=headers,
            allowed_origins=allowed_origins,
            limits=limits,
            token_header=token_header,
            token_prefix=token_prefix,
            certificates=certificates,
        )
        self._rules = JobRules(
            path=path.lstrip("/"),
            status_path=status_path.lstrip("/"),
            result_path=result_path.lstrip("/"),
            cancel_method=cancel_method.upper(),
            cancel_path=cancel_path.lstrip("/"),
            poll_seconds=poll_seconds,
            priority=priority or Priority(),
            idempotency_header=idempotency_header,
            gone=self._gone,
        )
        self._fields = fields or HttpFields()
        self._reader = JobReader(self._session, self._fields, self._rules, untagged_colours)
        self._jobs = HttpJobs(self._reader)
        self._slots = slots
        self._job_slots = slots_of((self._session.url, self._rules.path, token and token.source))
        self._finish_started = finish_started
        self._asked: list[Asked] = []
        self._begun: Kept[HttpJob] = Kept()
        self._unsure: Kept[str] = Kept()

    @property
    def _gone(self) -> tuple[int, ...]:
        """The statuses with which the service says that it does not know a job."""
        return 404, 410

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            slots=self._slots,
            uses_image=self._fields.sends_image,
            streams=True,
            finish_started=self._finish_started,
        )

    @property
    def fingerprint(self) -> str:
        """Identifies requests and the address, because nobody knows what runs there."""
        fields = self._fields
        asked: list[Any] = [dict(fields.request), dict(fields.extra)]
        written = [dict(fields.choices), dict(fields.texts), fields.only_named]
        asked += written if any(written) else []
        fingerprint = fingerprint_of("http", self._session.url, self._rules.path, *asked)
        return coloured_fingerprint(fingerprint, self._untagged_colours)

    @property
    def place(self) -> str:
        return short_origin(self._session.origin)

    async def health(self) -> Health:
        """Checks whether it answers; only generating a clip shows whether it works."""
        try:
            answer = await self._session.ask("GET", "")
        except GeneratorUnavailableError as error:
            return Health.of_error(error)
        except GenerationError:
            # It is there; a service need not have a page at its root.
            return Health(is_ready=True)
        return Health(is_ready=True, version=answer.headers.get("server", ""))

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        asked = Asked(request, on_progress, on_early)
        self._asked.append(asked)
        try:
            asked.body, asked.key = await asyncio.to_thread(self._question, request)
            asked.progress(0.0)
            async with self._turn(asked):
                return await self._generate(asked)
        finally:
            self._asked.remove(asked)

    async def promote(self, request: GenerationRequest) -> None:
        """Raises the purpose of a request; a service of this kind hears it if it has none yet."""
        for asked in list(self._asked):
            if asked.promote(request):
                await self._promoted(asked)

    async def close(self) -> None:
        await self._session.close()

    # ---- What another kind of service does differently ----

    def _turn(self, asked: Asked) -> AbstractAsyncContextManager[None]:
        """Holds a slot of the service during a block."""
        return self._job_slots.take(self._slots, is_urgent=asked.request.is_urgent)

    def _headers(self, asked: Asked) -> dict[str, str]:
        """The headers of a new job."""
        return self._rules.priority.headers(asked.request)

    async def _promoted(self, asked: Asked) -> None:
        """Handles that a request has a higher purpose now."""

    def _limit(self, asked: Asked) -> float:
        """The seconds until a clip must be made."""
        return self._session.limits.generate_seconds

    async def _data(self, asked: Asked, job: HttpJob, started: float) -> bytes:
        """The file of a job that has begun; it is waited for since `started`."""
        limit = self._limit(asked)
        return await self._jobs.clip(job, asked.progress, asked.early, started, limit)

    # ---- Jobs ----

    async def _generate(self, asked: Asked) -> GeneratedClip:
        job = self._begun.take(asked.key)
        if job is not None:
            try:
                return await self._finish(asked, job)
            except (JobGoneError, GenerationCancelledError):
                asked.begin_anew()  # that job will never finish
            except GenerationFailedError as error:
                if error.status is not None:
                    raise  # the server failed, not the job
                asked.begin_anew()
        started = time.perf_counter()
        job = await self._begin(asked)
        return await self._finish(asked, job, started)

    def _question(self, request: GenerationRequest) -> tuple[dict[str, Any], str]:
        """The request body, and a short text that is equal for equal bodies."""
        body = self._fields.body(request)
        return body, hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

    async def _finish(
        self, asked: Asked, job: HttpJob, started: float | None = None
    ) -> GeneratedClip:
        """The clip of a job; a job that continues without it is kept for the next request."""
        started = time.perf_counter() if started is None else started
        asked.job = job
        try:
            data = await self._data(asked, job, started)
        except asyncio.CancelledError:
            await self._jobs.give_up(job)
            self._keep(asked.key, job)
            raise
        except GenerationError as error:
            is_job = isinstance(error, GenerationFailedError) and error.status is None
            if not is_job and not isinstance(error, JobGoneError | GenerationCancelledError):
                self._keep(asked.key, job)
            raise
        request = asked.request
        clip = await received_clip(
            request,
            data,
            seed=request.params.seed if job.seed is None else job.seed,
            generation_seconds=job.made_at - started,
            transfer_seconds=time.perf_counter() - job.made_at,
            untagged_colours=self._untagged_colours,
        )
        asked.progress(1.0)
        return clip

    def _keep(self, key: str, job: HttpJob) -> None:
        """Keeps a job for the next request, unless its clip has failed to arrive several times."""
        job.losses += job.is_made
        if not job.is_ended and not job.body and job.losses < _LOSSES:
            job.is_known = True
            self._begun.keep(key, job)

    async def _begin(self, asked: Asked) -> HttpJob:
        """Starts a job.

        Only the response names it. So if the clip is cancelled before that, this waits a little
        longer and then cancels the job too.
        """
        asking = asyncio.ensure_future(self._send(asked))
        try:
            return await self._reader.job_of(await unhurt(asking))
        except asyncio.CancelledError:
            asked.is_quiet = True
            try:
                await asyncio.wait({asking}, timeout=_LATE_SECONDS)
            finally:
                asking.cancel()
            with suppress(GenerationError, asyncio.CancelledError):
                job = await self._reader.job_of(await asking)
                await self._jobs.give_up(job)
                self._keep(asked.key, job)
            raise

    async def _send(self, asked: Asked) -> HttpResponse:
        """Sends a job; if it is uncertain whether it has arrived, its key is kept."""
        sent_as = self._unsure.take(asked.key) or uuid.uuid4().hex
        asked.told = asked.request.purpose
        try:
            return await self._jobs.send(asked.body, self._headers(asked), asked.early, sent_as)
        except GenerationError as error:
            if error.has_begun:
                self._unsure.keep(asked.key, sent_as)
            raise
