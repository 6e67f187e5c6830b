"""Follows a job on a server until its end.

The server's history is decisive; the websocket only reports sooner. If the server is lost, the job
waits for it, and is sent again if the server returns without it. A finished clip is not given up:
without the history, the websocket's messages are used, and the file is searched for.
"""

import asyncio
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

from ...awaiting import unhurt
from ...errors import (
    GenerationCancelledError,
    GenerationError,
    GenerationFailedError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
)
from ..base import OnEarly, OnProgress, ignore
from ..http_session import HttpSession
from .endings import guesses
from .feed import Feed
from .messages import Ended, Message, ended
from .server import JobPlace, Server
from .tracker import Tracker
from .values import Graph

__all__ = ["ComfyUiJob", "Follower"]

# Seconds between two requests for the history: while events come, without them, and first after the
# job has ended.
_CALM, _BLIND, _OVER = 2.0, 0.4, 0.01
_SENDS = 3


@dataclass(slots=True)
class ComfyUiJob:
    """A graph on its way; sent again under another name if the server loses it.

    Attributes:
        picture: the server's name of the NPC's picture, "" if there is none.
        prefix: the start of the file name of the clip.
    """

    graph: Graph
    tracker: Tracker
    number: float | None
    picture: str
    prefix: str
    prompt_id: str = ""
    losses: int = 0
    pause: float = _OVER
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Follower:
    """Runs jobs on a server.

    Args:
        reconnect_timeout: seconds to wait for a lost server before its jobs fail.
        once: whether no job is sent twice, because each one costs money.
        output: the node whose clip is wanted; "" for any.
    """

    def __init__(
        self,
        session: HttpSession,
        server: Server,
        feed: Feed,
        client_id: str,
        *,
        reconnect_timeout: float,
        once: bool,
        output: str,
    ):
        self._session = session
        self._server = server
        self._feed = feed
        self._client_id = client_id
        self._reconnect_timeout = reconnect_timeout
        self._once = once
        self._output = output

    async def done(self, job: ComfyUiJob, tell: OnProgress, on_early: OnEarly) -> Ended:
        """Runs a job to its end; cancelling this cancels it on the server too."""

        def hear(message: Message) -> None:
            job.tracker.feed(message)
            tell(job.tracker.fraction)
            if message.preview is not None:
                on_early(message.preview)
            if job.tracker.is_over:
                job.news.set()  # the history may be written after this event

        for _ in range(1 if self._once else _SENDS):
            job.prompt_id = str(uuid.uuid4())
            job.losses = self._feed.losses
            job.tracker.begin_again()
            self._feed.listen(job.prompt_id, hear)
            try:
                await self._send(job)
                outcome = await self._await_end(job)
            except asyncio.CancelledError:
                await self._server.give_up(job.prompt_id)
                raise
            finally:
                self._feed.forget(job.prompt_id)
            if outcome is not None:
                return outcome
        if self._once:
            raise GenerationFailedError(
                "ComfyUI restarted and lost the job. It is not sent again, because it costs money:"
                " see ComfyUI's log for the reason of the restart."
            )
        raise GenerationFailedError(
            f"ComfyUI lost the job {_SENDS} times: see its log for the reason."
        )

    async def _send(self, job: ComfyUiJob) -> None:
        """Puts the job into the server's queue, exactly once even if the response is lost."""
        sending = asyncio.ensure_future(self._submit(job))
        try:
            await unhurt(sending)
        except asyncio.CancelledError:
            # Only the response shows whether the server has the job, which must then be cancelled.
            await asyncio.wait({sending}, timeout=self._session.limits.connect_seconds)
            sending.cancel()
            with suppress(GenerationError, asyncio.CancelledError):
                await sending
            raise

    async def _submit(self, job: ComfyUiJob) -> None:
        lost_at: float | None = None
        while True:
            try:
                if lost_at is not None and await self._server.look(job.prompt_id) is not None:
                    return
                await self._server.submit(
                    job.graph, job.prompt_id, self._client_id, job.number, job.picture
                )
                return
            except GeneratorUnreachableError:
                now = time.perf_counter()
                lost_at = now if lost_at is None else lost_at
                if now - lost_at > self._reconnect_timeout:
                    raise
                await asyncio.sleep(_BLIND)

    async def _await_end(self, job: ComfyUiJob) -> Ended | None:
        """The result of the job; None if the server has lost it."""
        lost_at: float | None = None
        was_lost = has_run = False
        while True:
            await self._wait_for_news(job)
            try:
                found = await self._server.look(job.prompt_id)
            except GenerationError as error:
                # The job continues, whatever a proxy answers in between.
                now = time.perf_counter()
                was_lost = was_lost or isinstance(error, GeneratorUnavailableError)
                lost_at = now if lost_at is None else lost_at
                if now - lost_at > self._reconnect_timeout:
                    raise
                continue
            lost_at = None
            has_run = has_run or found is JobPlace.RUNNING or job.tracker.has_begun
            if found is None:
                may_be_lost = was_lost or self._feed.losses != job.losses
                return await self._without_history(job, has_run=has_run, may_be_lost=may_be_lost)
            if not isinstance(found, JobPlace):
                return ended(found, self._output, job.picture)

    async def _without_history(
        self, job: ComfyUiJob, *, has_run: bool, may_be_lost: bool
    ) -> Ended | None:
        """The result of a job that is missing in the history; None if the server has lost the job.

        Raises:
            GenerationError: it was removed from the queue, or its clip cannot be found.
        """
        if job.tracker.has_succeeded:
            return ended({"outputs": job.tracker.outputs}, self._output)
        if may_be_lost and not self._once:
            return None
        for file in guesses(job.graph, job.prefix):
            if await self._server.fetch(file, ignore) is not None:
                return Ended(file, None, 0.0)
        if may_be_lost:
            return None
        if has_run:
            raise GenerationFailedError(
                "ComfyUI's history was cleared before the clip was fetched, and its file was not"
                " found: clear the history only while no job runs."
            )
        raise GenerationCancelledError("Somebody removed the job from ComfyUI's queue.")

    async def _wait_for_news(self, job: ComfyUiJob) -> None:
        if job.tracker.is_over:
            # The history is written a moment later.
            seconds, job.pause = job.pause, min(_BLIND, 2 * job.pause)
        else:
            seconds = _CALM if self._feed.is_open else _BLIND
        with suppress(TimeoutError):
            await asyncio.wait_for(job.news.wait(), seconds)
        job.news.clear()
