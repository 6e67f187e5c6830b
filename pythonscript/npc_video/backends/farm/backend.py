"""Clips from a farm: many games share its generators, and it decides whose clip is made first.

It has the API of a video service. In addition it hears why and by when a clip is wanted, and says
how long the request waited for its turn.
"""

import asyncio
import math
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace

import msgspec

from ...errors import (
    GenerationCancelledError,
    GenerationError,
    GenerationInvalidError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
    InvalidDataError,
)
from ...records import UNTAGGED_COLOURS, GeneratedClip, Purpose
from ..base import Health
from ..http.asked import Asked
from ..http.backend import HttpBackend
from ..http.fields import HttpFields
from ..http.jobs import RESTS
from ..http.rules import HttpJob, JobGoneError
from ..http_session import Limits
from ..token import Token

__all__ = ["SLOTS", "FarmBackend", "FarmFacts"]

SLOTS = 4
"""The clips that one game has at a farm at the same time.

The farm decides their order, so this need not be the number of its workers. It suffices for the
reactions of several NPCs, and leaves a crowded farm few clips that are made ahead in vain.
"""

_FARM = "api/farm"
# Short, because the farm holds each request until there is news.
_POLL_SECONDS = 0.03
_PATCH_SECONDS = 5.0
# Clips to bake wait as long as players are served.
_BAKE_SECONDS = 86400.0
# How often a clip is requested whose ticket the farm loses.
_TIMES = 2
# The statuses of a ticket whose job has failed.
_FAILED = (413, 422, 451)
_LONGEST_NAME = 64


class _Generator(msgspec.Struct):
    name: str
    slots: int = 0


class _Farm(msgspec.Struct):
    generators: list[_Generator]
    ready: bool
    first: str = ""
    clips_from: str = ""


@dataclass(frozen=True, slots=True)
class FarmFacts:
    """The facts about a farm that makes clips.

    Attributes:
        generators: their names, and the clips that each makes at the same time, at least one.
        first: the generator of requests that name none; it may have no worker at the moment.
        clips_from: the other origin from which it lets clips be fetched; "" if there is none.
    """

    generators: Mapping[str, int]
    first: str
    clips_from: str


class FarmBackend(HttpBackend):
    """Generates clips on a farm.

    Equal requests of all games run once there, and so does one that is sent again. So a clip whose
    ticket is lost, as when the farm was restarted, is requested anew.

    What a ticket is for is told again if the farm was away. That nobody wants it is told once: the
    farm drops a ticket that was not polled for 45 seconds, and the game that sent it may be over.

    Args:
        url: the address of the farm's gateway.
        token: from the keeper of the farm, or from the game's server.
        token_header: as of `HttpBackend`.
        token_prefix: as of `HttpBackend`.
        certificates: as of `HttpBackend`.
        headers: as of `HttpBackend`.
        untagged_colours: as of `HttpBackend`.
        generator: its name at the farm; "" for the farm's first one.
        slots: the clips that this game has there at the same time, at least one.
        allowed_origins: other origins from which the farm lets clips be fetched, such as its S3.
        finish_started: whether the farm's clips cost money. Then they are never cancelled, nor made
            by another generator when the farm is lost.
        limits: `generate_seconds` limits the wait for a clip, except in baking.

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
        generator: str = "",
        slots: int = SLOTS,
        allowed_origins: Collection[str] = (),
        limits: Limits | None = None,
        finish_started: bool = False,
        untagged_colours: str = UNTAGGED_COLOURS[0],
    ):
        if slots < 1:
            raise InvalidDataError(f"slots: {slots!r} must be at least 1.")
        super().__init__(
            url,
            token=token,
            token_header=token_header,
            token_prefix=token_prefix,
            certificates=certificates,
            headers=headers,
            fields=HttpFields(extra={"generator": generator} if generator else {}),
            poll_seconds=_POLL_SECONDS,
            idempotency_header="Idempotency-Key",
            allowed_origins=allowed_origins,
            limits=limits,
            slots=slots,
            finish_started=finish_started,
            untagged_colours=untagged_colours,
        )
        self._generator = generator
        self._telling: dict[Asked, asyncio.Task[None]] = {}

    @property
    def _gone(self) -> tuple[int, ...]:
        return 404, 410, 504

    async def health(self) -> Health:
        """Checks the token, the farm's readiness, the generator's name and where clips are."""
        try:
            farm = await self._farm()
        except GenerationError as error:
            return Health.of_error(error)
        names = tuple(each.name for each in farm.generators)
        problem = self._problem(names, is_ready=farm.ready)
        if not problem and farm.clips_from:
            try:
                self._session.resolve(farm.clips_from)
            except GenerationError as error:
                problem = str(error)
        problems = (problem,) if problem else ()
        return Health(not problem, models=names, problems=problems, answers=True)

    async def facts(self) -> FarmFacts:
        """Asks the farm about itself.

        Raises:
            GenerationError: there is no farm, it refuses the token, or it cannot make clips.
        """
        farm = await self._farm()
        names = tuple(each.name for each in farm.generators)
        if problem := self._problem(names, is_ready=farm.ready):
            raise GenerationInvalidError(problem)
        slots = {each.name: max(1, each.slots) for each in farm.generators}
        return FarmFacts(slots, farm.first or names[0], farm.clips_from)

    # ---- What differs from other services ----

    def _turn(self, asked: Asked) -> AbstractAsyncContextManager[None]:
        return nullcontext()  # the farm has the queue

    def _headers(self, asked: Asked) -> dict[str, str]:
        name = asked.request.preset.name
        can_send = name.isascii() and name.isprintable() and len(name) <= _LONGEST_NAME
        return _urgency(asked) | ({"Npc-Preset": name} if can_send else {})

    async def _promoted(self, asked: Asked) -> None:
        if asked.job is not None:
            await self._tell(asked, asked.job)

    def _limit(self, asked: Asked) -> float:
        is_baked = asked.request.purpose is Purpose.BAKE
        return _BAKE_SECONDS if is_baked else super()._limit(asked)

    async def _data(self, asked: Asked, job: HttpJob, started: float) -> bytes:
        job.is_known = True  # the farm names no ticket that it may not know yet
        if asked.told is not asked.request.purpose:
            await self._tell(asked, job)
        try:
            return await super()._data(asked, job, started)
        except GenerationError as error:
            job.is_ended = error.status in _FAILED
            raise
        finally:
            self._tell_no_more(asked)

    async def _generate(self, asked: Asked) -> GeneratedClip:
        """Requests the clip anew if the farm loses the ticket."""
        lost: GenerationError = GenerationError()
        for _ in range(_TIMES):
            try:
                return await super()._generate(asked)
            except (JobGoneError, GenerationCancelledError) as error:
                lost = error
            except GenerationError as error:
                error.has_begun = error.has_begun and self._finish_started
                raise
            asked.begin_anew()
        if isinstance(lost, JobGoneError):
            raise GeneratorUnreachableError(
                f"The farm does not make the clip at the moment. {lost.__cause__}"
            ) from lost
        raise lost

    async def _finish(
        self, asked: Asked, job: HttpJob, started: float | None = None
    ) -> GeneratedClip:
        clip = await super()._finish(asked, job, started)
        elapsed = clip.generation_seconds
        waited = min(elapsed, _seconds(job.said, "npc-waited") or 0.0)
        made = _seconds(job.said, "npc-generated")
        made = elapsed - waited if made is None else made
        return replace(clip, waiting_seconds=waited, generation_seconds=made)

    async def _tell(self, asked: Asked, job: HttpJob) -> None:
        """Tells the farm what a ticket is for; if it is away, it is told beside the polls."""
        self._tell_no_more(asked)
        if job.is_made or not job.status_url:
            return
        asked.told = asked.request.purpose
        if not await self._has_heard(asked, job) and asked in self._asked:
            self._telling[asked] = asyncio.create_task(self._tell_again(asked, job))

    async def _tell_again(self, asked: Asked, job: HttpJob) -> None:
        """Tells it as often as a lost poll is repeated: after that, the clip is lost as well."""
        for rest in RESTS:
            await asyncio.sleep(rest)
            if await self._has_heard(asked, job):
                return

    def _tell_no_more(self, asked: Asked) -> None:
        if telling := self._telling.pop(asked, None):
            telling.cancel()

    async def _has_heard(self, asked: Asked, job: HttpJob) -> bool:
        """Tells the farm what a ticket is for; False if another try may help."""
        try:
            await self._session.ask(
                "PATCH", job.status_url, headers=_urgency(asked), seconds=_PATCH_SECONDS
            )
        except GenerationError as error:
            return not isinstance(error, GeneratorUnavailableError)
        return True

    async def _farm(self) -> _Farm:
        """The facts about the farm.

        Raises:
            GenerationError: they do not come.
        """
        try:
            answer = await self._session.ask("GET", _FARM)
            return msgspec.convert(answer.json(), _Farm)
        except msgspec.ValidationError as error:
            raise self._no_farm() from error
        except GenerationError as error:
            if error.status == 404:
                raise self._no_farm() from error
            raise

    def _no_farm(self) -> GenerationInvalidError:
        return GenerationInvalidError(
            f"There is no farm at {self.place}: check url, or use the kind http for another"
            " service."
        )

    def _problem(self, names: Collection[str], *, is_ready: bool) -> str:
        if not names:
            return "The farm has no worker: start one there with `npc-video farm worker`."
        if self._generator and self._generator not in names:
            return str(InvalidDataError.of_unknown(self._generator, names, "generator: "))
        if not is_ready:
            return "The farm begins nothing: see there what `npc-video farm doctor` reports."
        return ""


def _urgency(asked: Asked) -> dict[str, str]:
    headers, deadline = {"Npc-Purpose": asked.request.purpose.word}, asked.deadline
    return headers if deadline is None else headers | {"Npc-Deadline": f"{deadline:.3f}"}


def _seconds(headers: Mapping[str, str], name: str) -> float | None:
    """The seconds in a header; None if there are none."""
    try:
        seconds = float(headers.get(name, ""))
    except ValueError:
        return None
    return seconds if 0.0 <= seconds < math.inf else None
