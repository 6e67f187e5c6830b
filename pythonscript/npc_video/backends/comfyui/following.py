"""Following a job at a server, until it has ended.

What the server's history says counts; the websocket only tells sooner. A job whose server is lost
waits for it, and is sent again when the server comes back without it. A clip that is made is not
given up: where the history is gone, what was told of the job counts, and its file is looked for.
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

# Between two looks at the history, seconds: while events come, without them, and first when the
# job has ended.
_CALM, _BLIND, _OVER = 2.0, 0.4, 0.01
_SENDS = 3


@dataclass(slots=True)
class ComfyUiJob:
    """One graph on its way; sent again under another name if the server loses it.

    Attributes:
        picture: what the server calls the NPC's picture, "" if it has none.
        prefix: what the name of the clip's file begins with.
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
    """Has jobs done by a server.

    Args:
        reconnect_timeout: seconds for which a lost server is waited for before its jobs fail.
        once: no job is sent twice, as each one costs money.
        output: the node whose clip is wanted; "" for that of any.
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
        """How the job ended; if it is cancelled here, so it is at the server."""

        def hear(message: Message) -> None:
            job.tracker.feed(message)
            tell(job.tracker.fraction)
            if message.preview is not None:
                on_early(message.preview)
            if job.tracker.is_over:
                job.news.set()  # this may be the event after which the history is written

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
                "ComfyUI was started again and lost the job, which is not sent twice as it costs"
                " money: look into its log for why it crashes."
            )
        raise GenerationFailedError(
            f"ComfyUI lost the job {_SENDS} times: look into its log for why it crashes."
        )

    async def _send(self, job: ComfyUiJob) -> None:
        """Puts the job into the server's queue, once even if the answer is lost."""
        sending = asyncio.ensure_future(self._submit(job))
        try:
            await unhurt(sending)
        except asyncio.CancelledError:
            # Whether the server has the job, and it must be taken back, shows in its answer.
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
        """How the job ended; None if the server has lost it."""
        lost_at: float | None = None
        was_lost = has_run = False
        while True:
            await self._wait_for_news(job)
            try:
                found = await self._server.look(job.prompt_id)
            except GenerationError as error:
                # The job goes on, whatever a gate before the server answers now and then.
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
        """How a job ended that the server knows nothing of any more; None if that has lost it.

        Raises:
            GenerationError: it was taken out of the queue, or its clip cannot be found.
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
                "ComfyUI's history was cleared before the clip was fetched, and the clip is not"
                " where it should be: clear the history only while nothing is made."
            )
        raise GenerationCancelledError("Somebody took the job out of ComfyUI's queue.")

    async def _wait_for_news(self, job: ComfyUiJob) -> None:
        if job.tracker.is_over:
            # The history is written a moment later.
            seconds, job.pause = job.pause, min(_BLIND, 2 * job.pause)
        else:
            seconds = _CALM if self._feed.is_open else _BLIND
        with suppress(TimeoutError):
            await asyncio.wait_for(job.news.wait(), seconds)
        job.news.clear()
