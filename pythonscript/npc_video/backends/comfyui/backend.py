"""Clips from a ComfyUI server, whatever happens to the connection.

`_prepare` sends what a job needs, `Follower` waits for its end, and the clip is fetched until it is
complete.
"""

import asyncio
import itertools
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace

from ...errors import GenerationError, GenerationInvalidError
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
from ..http_session import HttpSession, Limits
from ..job_slots import JobSlots
from ..origin import origin_of, short_origin
from ..received import received_clip
from ..token import Token
from .custom import CustomWorkflow
from .endings import File
from .feed import Feed
from .fetching import fetched
from .following import ComfyUiJob, Follower
from .messages import PictureGoneError
from .node_catalogue import Check, NodeCatalogue, classes_in
from .picture import fitted, max_side
from .sample import models_in, sample
from .server import Server
from .tracker import Tracker
from .values import Graph, Values, Workflow

__all__ = ["ComfyUiBackend"]

_SOCKET_SECONDS = 2.0
# One runs and one waits, so that the server is never idle between two jobs, and an urgent one has
# no more than that before it.
_MAX_JOBS = 2
# Servers number jobs from 0 on and run lower ones first.
_FIRST_URGENT = -1_000_000


class ComfyUiBackend(Backend):
    """Generates clips on a ComfyUI server.

    Args:
        url: of the server, such as "http://127.0.0.1:8188".
        workflow: a model from `MODELS`, or a `CustomWorkflow`.
        token: for a server behind a proxy that asks for one.
        token_header: the header in which it is sent.
        token_prefix: the word before it there.
        certificates: trusted in addition to the usual ones: the content of a PEM file.
        headers: sent with every request.
        reconnect_timeout: seconds to wait for a lost server before its jobs fail.
        finish_started: whether every started clip is finished and none is started twice, because
            each one costs money.
        loopable: whether clips end with the NPC's picture, as they start with it, if the workflow
            can do that. Any clip can then follow any other.
        untagged_colours: of files that name none; those of SaveVideo and most other nodes are
            "bt601".

    Raises:
        InvalidDataError: `url` is not a web address, or a value is not valid.
    """

    def __init__(
        self,
        url: str,
        workflow: Workflow,
        *,
        token: Token | None = None,
        token_header: str = "Authorization",
        token_prefix: str = "Bearer",
        certificates: bytes = b"",
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        reconnect_timeout: float = 30.0,
        finish_started: bool = False,
        loopable: bool = True,
        untagged_colours: str = UNTAGGED_COLOURS[0],
    ):
        self._untagged_colours = check_untagged_colours(untagged_colours)
        self._session = HttpSession(
            url,
            token=token,
            headers=headers,
            limits=limits,
            token_header=token_header,
            token_prefix=token_prefix,
            certificates=certificates,
        )
        self._server = Server(self._session)
        self._workflow = workflow
        own = workflow if isinstance(workflow, CustomWorkflow) else None
        self._output = own.output if own is not None else ""
        self._advice = own.advice if own is not None else ()
        self._reconnect_timeout = reconnect_timeout
        self._finish_started = finish_started
        self._loopable = loopable
        self._client_id = str(uuid.uuid4())
        self._feed = Feed(self._session, self._client_id)
        self._job_slots = JobSlots()
        self._urgent_numbers = itertools.count(_FIRST_URGENT)
        self._follower = Follower(
            self._session,
            self._server,
            self._feed,
            self._client_id,
            reconnect_timeout=reconnect_timeout,
            once=finish_started,
            output=self._output,
        )
        self._catalogue: NodeCatalogue | None = None
        self._checking = asyncio.Lock()
        self._uploads: dict[tuple[str, int], str] = {}
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
        """Identifies the workflow, whichever server runs it."""
        fingerprint = fingerprint_of("comfyui", self._workflow.build(self._sample()))
        return coloured_fingerprint(fingerprint, self._untagged_colours)

    @property
    def place(self) -> str:
        return short_origin(origin_of(self._server.url))

    async def health(self) -> Health:
        """Checks whether the server answers and has what the workflow needs."""
        version = ""
        try:
            version = await self._server.version()
            graph = self._workflow.build(self._sample())
            catalogue = await self._server.catalogue(classes_in(graph), version)
        except GenerationError as error:
            return replace(Health.of_error(error, version), loopable=self._loopable_in_words())
        graph = catalogue.resolve(graph)
        found = catalogue.check(graph, self._output)
        problems = tuple(f"{problem}." for problem in found.problems)
        doubts = tuple(f"ComfyUI may refuse the workflow: {doubt}." for doubt in found.doubts)
        advice = (*self._advice, *doubts)
        models = models_in(graph)
        return Health(
            not problems,
            version,
            models,
            problems,
            answers=True,
            advice=advice,
            loopable=self._loopable_in_words(),
        )

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        started = time.perf_counter()
        tell = _rising(on_progress)
        tell(0.0)
        if request.image is None and self._workflow.needs_image:
            error = GenerationInvalidError(
                "The workflow starts from the NPC's picture: set npc_base_image."
            )
            error.is_of_request = True
            raise error
        # Urgent ones go at once: they overtake what waits at the server, and each other never.
        max_jobs, number = _MAX_JOBS, None
        if request.is_urgent:
            max_jobs, number = sys.maxsize, float(next(self._urgent_numbers))
        async with self._job_slots.take(max_jobs, is_urgent=request.is_urgent):
            file, seconds = await self._make(request, number, tell, on_early)
        made = time.perf_counter()
        waiting = max(0.0, made - started - seconds)
        data = await self._fetch(file, on_early)

        async def received() -> GeneratedClip:
            return await received_clip(
                request,
                data,
                seed=request.params.seed,
                generation_seconds=seconds,
                waiting_seconds=waiting,
                transfer_seconds=time.perf_counter() - made,
                untagged_colours=self._untagged_colours,
            )

        try:
            clip = await received()
        except GenerationInvalidError:
            # A proxy may have cut it off without an error.
            before, data = data, await self._fetch(file, ignore)
            if data == before:
                raise
            clip = await received()
        tell(1.0)
        return clip

    async def close(self) -> None:
        await self._feed.close()
        await self._session.close()

    async def _fetch(self, file: File, on_early: OnEarly) -> bytes:
        return await fetched(
            self._server, file, on_early, self._untagged_colours, self._reconnect_timeout
        )

    def _sample(self) -> Values:
        return replace(sample(), ends_in_image=self._loopable)

    def _loopable_in_words(self) -> str:
        can = self._workflow.can_end_in_image
        if can is None:
            return "as the workflow makes them"
        if not can:
            return "no, the model takes no picture to end in"
        return "yes" if self._loopable else "no, loopable is off"

    # ---- Before ----

    async def _make(
        self, request: GenerationRequest, number: float | None, tell: OnProgress, on_early: OnEarly
    ) -> tuple[File, float]:
        """Generates a clip's file; returns it and the seconds that it took.

        Raises:
            GenerationError: there is no file.
        """
        for is_last in (False, True):
            job = await self._prepare(request, number, anew=is_last)
            try:
                outcome = await self._follower.done(job, tell, on_early)
                if outcome.file is None:
                    raise outcome.error or GenerationInvalidError("The workflow made no video.")
                return outcome.file, outcome.seconds
            except PictureGoneError:
                if is_last:
                    raise
        raise AssertionError

    async def _prepare(
        self, request: GenerationRequest, number: float | None, *, anew: bool
    ) -> ComfyUiJob:
        """Makes the job of a request; uploads its picture if the server lacks it, or if `anew`."""
        values = Values.of(request, "", f"npc_video/{uuid.uuid4().hex}")
        if request.image is not None:
            picture = await self._upload(request.image, max_side(values), anew=anew)
            values = replace(values, image=picture, ends_in_image=self._loopable)
        graph = await self._checked(self._workflow.build(values))
        await self._feed.open(_SOCKET_SECONDS)
        return ComfyUiJob(graph, Tracker(graph), number, values.image, values.prefix)

    async def _upload(self, image: NpcImage, side: int, *, anew: bool) -> str:
        if anew or self._uploads_of != self._feed.losses:
            # A restarted server may have lost the uploads.
            self._uploads.clear()
            self._uploads_of = self._feed.losses
        key = (image.digest, side)
        if key not in self._uploads:
            smaller = await asyncio.to_thread(fitted, image, side)
            self._uploads[key] = await self._server.upload(smaller)
        return self._uploads[key]

    async def _checked(self, graph: Graph) -> Graph:
        """The graph with the server's own names of its models.

        Raises:
            GenerationInvalidError: the server lacks nodes or models; all are named.
        """
        found = Check()
        for is_new in (False, True):
            catalogue = await self._known(graph, anew=is_new)
            resolved = catalogue.resolve(graph)
            found = catalogue.check(resolved, self._output)
            if not found.problems:
                return resolved
        # The problems remain after the catalogue was read again.
        text = "; ".join(map(str, found.problems))
        raise GenerationInvalidError(f"ComfyUI cannot run the workflow: {text}.")

    async def _known(self, graph: Graph, *, anew: bool) -> NodeCatalogue:
        async with self._checking:
            classes = classes_in(graph)
            if self._catalogue is None or anew or any(c not in self._catalogue for c in classes):
                version = await self._server.version()
                self._catalogue = await self._server.catalogue(classes, version)
            return self._catalogue


def _rising(on_progress: OnProgress) -> OnProgress:
    """Reports progress only if it increases."""
    most = -1.0

    def tell(part: float) -> None:
        nonlocal most
        if part > most:
            most = part
            on_progress(part)

    return tell
