"""HTTP requests to a ComfyUI server."""

import asyncio
from collections.abc import Awaitable, Collection
from contextlib import suppress
from dataclasses import asdict
from enum import Enum
from typing import Any
from urllib.parse import quote

from ...errors import ClipTooLargeError, GenerationError, GenerationInvalidError
from ..base import NpcImage
from ..http.rules import patiently
from ..http_session import HttpResponse, HttpSession, OnPart
from .endings import File
from .messages import rejection
from .node_catalogue import NodeCatalogue
from .values import Graph
from .version import numbers_of

__all__ = ["JobPlace", "Server", "interrupts_only_its_own"]

_FOLDER = "npc_video"
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
# The oldest version known to stop only the job that `/interrupt` names; older ones stop whichever
# runs.
_TARGETED = (0, 3, 75)
_GIVE_UP_SECONDS = 3.0
# Status codes of proxies that do not reach the server, and seconds before each retry.
_OF_GATES, _GATE_RESTS = (502, 504), (0.2, 0.5, 1.0)
_GIVE_UP_ROUNDS = 5


class JobPlace(Enum):
    """The position of a job that has not ended."""

    PENDING = "queue_pending"
    RUNNING = "queue_running"
    UNKNOWN = ""


class Server:
    """One server; what it is asked is limited by `session`."""

    def __init__(self, session: HttpSession):
        self._session = session
        self._version: str | None = None

    @property
    def url(self) -> str:
        return self._session.url

    async def version(self) -> str:
        """The server's version, requested each time; "" if it does not say."""
        stats = (await self._ask("GET", "system_stats")).json()
        system = stats.get("system") if isinstance(stats, dict) else None
        version = system.get("comfyui_version") if isinstance(system, dict) else None
        self._version = str(version or "")
        return self._version

    async def catalogue(self, classes: Collection[str], version: str) -> NodeCatalogue:
        """The descriptions of these nodes; those of all would be many megabytes."""
        names = sorted(classes)
        answers = await asyncio.gather(
            *(self._ask("GET", f"object_info/{quote(name, safe='')}") for name in names)
        )
        nodes: dict[str, Any] = {}
        for answer in answers:
            found = answer.json()
            nodes |= found if isinstance(found, dict) else {}
        absent = [name for name in names if name not in nodes]
        return NodeCatalogue(nodes, version, await self._replaced(absent))

    async def _replaced(self, absent: Collection[str]) -> Collection[str]:
        """Those of the missing classes for which the server substitutes others."""
        if not absent:
            return ()
        with suppress(GenerationInvalidError):  # older servers do not have this endpoint
            known = (await self._ask("GET", "node_replacements")).json()
            return [name for name in absent if isinstance(known, dict) and name in known]
        return ()

    async def upload(self, image: NpcImage) -> str:
        """Uploads a picture; returns its name for graphs.

        The name is the digest, so that the server does not keep a picture twice.
        """
        name = f"{image.digest}.{_ENDINGS[image.media_type]}"
        try:
            answer = await self._ask(
                "POST",
                "upload/image",
                files={"image": (name, image.data, image.media_type)},
                data={"type": "input", "subfolder": _FOLDER},
            )
        except ClipTooLargeError as error:
            raise ClipTooLargeError(
                f"The NPC's picture of {len(image.data)} bytes is too large for the proxy before"
                " ComfyUI: allow larger uploads there (nginx: client_max_body_size), or make the"
                " picture smaller."
            ) from error
        found = answer.json()
        given = found.get("name") if isinstance(found, dict) else None
        folder = found.get("subfolder") if isinstance(found, dict) else None
        if not isinstance(given, str):
            raise GenerationInvalidError("ComfyUI took the NPC's picture, but returned no name.")
        return f"{folder}/{given}" if folder else given

    async def submit(
        self, graph: Graph, prompt_id: str, client_id: str, number: float | None, picture: str
    ) -> None:
        """Puts a job into the queue; a lower number runs earlier, None after all others.

        Args:
            picture: the server's name of the NPC's picture, "" if there is none.

        Raises:
            PictureGoneError: the server has lost the picture.
            GenerationInvalidError: it refuses the graph; the text names the nodes.
        """
        body: dict[str, Any] = {"prompt": graph, "prompt_id": prompt_id, "client_id": client_id}
        if number is not None:
            body["number"] = number
        answer = await self._session.ask("POST", "prompt", json=body, accept=(400,))
        if answer.status == 400:
            raise rejection(answer.json(), picture)

    async def look(self, prompt_id: str) -> Any:
        """The state of a job: a `JobPlace`, its history entry after its end, or None if unknown.

        The history does not list waiting and running jobs, and a job may move from the queue to the
        history between the two requests.
        """
        entry = await self._entry(prompt_id)
        place = None if entry is not None else await self._place(prompt_id)
        if entry is None and place is None:
            entry = await self._entry(prompt_id)
        return entry if entry is not None else place

    async def fetch(self, file: File, on_part: OnPart) -> bytes | None:
        """The content of a job's file; None if it does not exist, or not yet."""
        answer = await self._session.ask(
            "GET",
            "view",
            params=asdict(file),
            seconds=self._session.limits.generate_seconds,
            max_bytes=self._session.limits.max_bytes,
            on_part=on_part,
            accept=(404,),
        )
        return answer.body if answer.status != 404 else None

    async def give_up(self, prompt_id: str) -> None:
        """Removes a job from the queue, or stops it, and no other; ignores errors."""
        with suppress(GenerationError, TimeoutError):
            async with asyncio.timeout(_GIVE_UP_SECONDS):
                for _ in range(_GIVE_UP_ROUNDS):
                    # The job may start between the two requests.
                    await self._session.ask("POST", "queue", json={"delete": [prompt_id]})
                    place = await self._place(prompt_id)
                    if place in (JobPlace.RUNNING, JobPlace.UNKNOWN):
                        await self._interrupt(prompt_id)
                    if place is not JobPlace.PENDING:
                        return

    async def _ask(self, method: str, path: str, **content: Any) -> HttpResponse:
        """Sends a request that may be repeated, with retries while a proxy fails."""

        def ask() -> Awaitable[HttpResponse]:
            return self._session.ask(method, path, **content)

        return await patiently(ask, _GATE_RESTS, lambda error: error.status in _OF_GATES)

    async def _interrupt(self, prompt_id: str) -> None:
        version = self._version or await self.version()
        if interrupts_only_its_own(version):
            await self._session.ask("POST", "interrupt", json={"prompt_id": prompt_id})

    async def _entry(self, prompt_id: str) -> Any:
        history = (await self._session.ask("GET", f"history/{prompt_id}")).json()
        return history.get(prompt_id) if isinstance(history, dict) else None

    async def _place(self, prompt_id: str) -> JobPlace | None:
        answer = await self._session.ask("GET", "queue", accept=(404,))
        if answer.status == 404:
            return JobPlace.UNKNOWN  # a gate that hides it; the history will tell
        queue = answer.json()
        for place in JobPlace:
            jobs = queue.get(place.value) if isinstance(queue, dict) else None
            for job in jobs if isinstance(jobs, list) else ():
                if isinstance(job, list) and len(job) > 1 and job[1] == prompt_id:
                    return place
        return None


def interrupts_only_its_own(version: str) -> bool:
    """Whether a server of this version interrupts only the job that is named."""
    return numbers_of(version) >= _TARGETED
