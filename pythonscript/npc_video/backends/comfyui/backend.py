"""Clips from a ComfyUI server: one job after the other, whatever happens to the connection.

What the server's history says counts; the websocket only tells sooner. A job whose server is lost
waits for it, and is sent again when the server comes back without it.
"""

import asyncio
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ...awaiting import unhurt
from ...errors import (
    GenerationCancelledError,
    GenerationError,
    GenerationFailedError,
    GenerationInvalidError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
)
from ...records import UNTAGGED_COLOURS, GeneratedClip, check_untagged_colours
from ..base import (
    Backend,
    Capabilities,
    GenerationRequest,
    Health,
    NpcImage,
    OnEarly,
    OnProgress,
    ignore,
)
from ..fingerprint import coloured_fingerprint, fingerprint_of
from ..received import received_clip, tell_parts
from ..token import Token
from ..wire import Limits, Wire
from .catalogue import Catalogue, classes_in
from .feed import Feed
from .messages import Message, ended
from .places import Places
from .sample import models_in, sample
from .server import Place, Server
from .tracker import Tracker
from .values import Graph, Values, Workflow

__all__ = ["ComfyUiBackend"]

_SOCKET_SECONDS = 2.0
# Between two looks at the history, seconds: while events come, without them, and first when the
# job has ended.
_CALM, _BLIND, _OVER = 2.0, 0.4, 0.01
_SENDS = 3


@dataclass(slots=True)
class _Job:
    """One graph on its way; sent again under another name if the server loses it."""

    graph: Graph
    tracker: Tracker
    number: float | None
    prompt_id: str = ""
    losses: int = 0
    pause: float = _OVER
    news: asyncio.Event = field(default_factory=asyncio.Event)


class ComfyUiBackend(Backend):
    """Has clips made by a ComfyUI server.

    Args:
        url: of the server, such as "http://127.0.0.1:8188".
        workflow: what to run there: one of the chains that ship, or a `CustomWorkflow`.
        token: for a server behind a gate, sent as "Authorization: Bearer …".
        headers: sent with every question.
        patience: seconds for which a lost server is waited for before its jobs fail.
        finish_started: no clip is given up once it has begun, as each one costs money.
        untagged_colours: of files that name none; SaveVideo's are "bt601", as other nodes' mostly.

    Raises:
        InvalidDataError: `url` is no web address, or a value is not valid.
    """

    def __init__(
        self,
        url: str,
        workflow: Workflow,
        *,
        token: Token | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        patience: float = 30.0,
        finish_started: bool = False,
        untagged_colours: str = UNTAGGED_COLOURS[0],
    ):
        self._untagged_colours = check_untagged_colours(untagged_colours)
        self._wire = Wire(url, token=token, headers=headers, limits=limits)
        self._server = Server(self._wire)
        self._workflow = workflow
        self._patience = patience
        self._finish_started = finish_started
        self._client_id = str(uuid.uuid4())
        self._feed = Feed(self._wire, self._client_id)
        self._places = Places()
        self._catalogue: Catalogue | None = None
        self._checking = asyncio.Lock()
        self._uploads: dict[str, str] = {}
        self._uploads_of = 0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            uses_image=True,
            uses_text=self._workflow.uses_text,
            previews=True,
            streams=True,
            finish_started=self._finish_started,
        )

    @property
    def fingerprint(self) -> str:
        """Of the workflow, whichever server runs it."""
        fingerprint = fingerprint_of("comfyui", self._workflow.build(sample()))
        return coloured_fingerprint(fingerprint, self._untagged_colours)

    async def health(self) -> Health:
        """Whether it is there, and has what the workflow needs."""
        version = ""
        try:
            version = await self._server.version()
            graph = self._workflow.build(sample())
            catalogue = await self._server.catalogue(classes_in(graph))
        except GenerationError as error:
            return Health.of_error(error, version)
        graph = catalogue.resolve(graph)
        problems = tuple(f"{problem}." for problem in catalogue.check(graph))
        return Health(not problems, version, models_in(graph), problems, answers=True)

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        started = time.perf_counter()
        on_progress(0.0)
        if request.image is None and self._workflow.needs_image:
            raise GenerationInvalidError(
                "The workflow starts from the NPC's picture: set npc_base_image."
            )
        async with self._places.take(is_urgent=request.is_urgent) as number:
            job = await self._prepare(request, number)
            entry = await self._done(job, on_progress, on_early)
            outcome = ended(entry)
            if outcome.error is not None or outcome.file is None:
                raise outcome.error or GenerationInvalidError("The workflow made no video.")
        made = time.perf_counter()
        tell = tell_parts(on_early, self._untagged_colours)
        data = await self._server.fetch(outcome.file, tell)
        transfer = time.perf_counter() - made
        clip = await received_clip(
            request,
            data,
            seed=request.params.seed,
            generation_seconds=outcome.seconds,
            waiting_seconds=max(0.0, made - started - outcome.seconds),
            transfer_seconds=transfer,
            untagged_colours=self._untagged_colours,
        )
        on_progress(1.0)
        return clip

    async def close(self) -> None:
        await self._feed.close()
        await self._wire.close()

    # ---- Before ----

    async def _prepare(self, request: GenerationRequest, number: float | None) -> _Job:
        image = await self._upload(request.image) if request.image is not None else ""
        name = f"npc_video/{uuid.uuid4().hex}"
        graph = await self._checked(self._workflow.build(Values.of(request, image, name)))
        await self._feed.open(_SOCKET_SECONDS)
        return _Job(graph, Tracker(graph), number)

    async def _upload(self, image: NpcImage) -> str:
        if self._uploads_of != self._feed.losses:
            # A server that was started again may have lost them.
            self._uploads.clear()
            self._uploads_of = self._feed.losses
        name = self._uploads.get(image.digest)
        if name is None:
            name = self._uploads[image.digest] = await self._server.upload(image)
        return name

    async def _checked(self, graph: Graph) -> Graph:
        """The graph with the server's names for its models.

        Raises:
            GenerationInvalidError: the server lacks nodes or models; all are named.
        """
        for is_new in (False, True):
            catalogue = await self._known(graph, anew=is_new)
            resolved = catalogue.resolve(graph)
            problems = catalogue.check(resolved)
            if not problems:
                return resolved
        # Not even in what the server has now.
        text = "; ".join(map(str, problems))
        raise GenerationInvalidError(f"ComfyUI cannot run the workflow: {text}.")

    async def _known(self, graph: Graph, *, anew: bool) -> Catalogue:
        async with self._checking:
            classes = classes_in(graph)
            if self._catalogue is None or anew or any(c not in self._catalogue for c in classes):
                await self._server.version()
                self._catalogue = await self._server.catalogue(classes)
            return self._catalogue

    # ---- While it runs ----

    async def _done(self, job: _Job, on_progress: OnProgress, on_early: OnEarly) -> Any:
        """The job's entry in the history; if the job is cancelled, so it is at the server."""

        def hear(message: Message) -> None:
            before = job.tracker.fraction
            job.tracker.feed(message)
            if job.tracker.fraction > before:
                on_progress(job.tracker.fraction)
            if message.preview is not None:
                on_early(message.preview)
            if job.tracker.is_over:
                job.news.set()  # this may be the event after which the history is written

        for _ in range(_SENDS):
            job.prompt_id = str(uuid.uuid4())
            job.losses, job.tracker.is_over = self._feed.losses, False
            self._feed.listen(job.prompt_id, hear)
            try:
                await self._send(job)
                entry = await self._await_end(job)
            except asyncio.CancelledError:
                await self._server.give_up(job.prompt_id)
                raise
            finally:
                self._feed.forget(job.prompt_id)
            if entry is not None:
                return entry
        raise GenerationFailedError(
            f"ComfyUI lost the job {_SENDS} times: look into its log for why it crashes."
        )

    async def _send(self, job: _Job) -> None:
        """Puts the job into the server's queue, once even if the answer is lost."""
        sending = asyncio.ensure_future(self._submit(job))
        try:
            await unhurt(sending)
        except asyncio.CancelledError:
            # Whether the server has the job, and it must be taken back, shows in its answer.
            await asyncio.wait({sending}, timeout=self._wire.limits.connect_seconds)
            sending.cancel()
            with suppress(GenerationError, asyncio.CancelledError):
                await sending
            raise

    async def _submit(self, job: _Job) -> None:
        lost_at: float | None = None
        while True:
            try:
                if lost_at is not None and await self._server.look(job.prompt_id) is not None:
                    return
                await self._server.submit(job.graph, job.prompt_id, self._client_id, job.number)
                return
            except GeneratorUnreachableError:
                now = time.perf_counter()
                lost_at = now if lost_at is None else lost_at
                if now - lost_at > self._patience:
                    raise
                await asyncio.sleep(_BLIND)

    async def _await_end(self, job: _Job) -> Any:
        """The entry in the history; None if the server does not know the job any more."""
        lost_at: float | None = None
        was_lost = False
        while True:
            await self._wait_for_news(job)
            try:
                found = await self._server.look(job.prompt_id)
            except GeneratorUnavailableError:
                now = time.perf_counter()
                was_lost, lost_at = True, now if lost_at is None else lost_at
                if now - lost_at > self._patience:
                    raise
                continue
            lost_at = None
            if found is None and not was_lost and self._feed.losses == job.losses:
                raise GenerationCancelledError("Somebody took the job out of ComfyUI's queue.")
            if not isinstance(found, Place):
                return found

    async def _wait_for_news(self, job: _Job) -> None:
        if job.tracker.is_over:
            # The history is written a moment later.
            seconds, job.pause = job.pause, min(_BLIND, 2 * job.pause)
        else:
            seconds = _CALM if self._feed.is_open else _BLIND
        with suppress(TimeoutError):
            await asyncio.wait_for(job.news.wait(), seconds)
        job.news.clear()
