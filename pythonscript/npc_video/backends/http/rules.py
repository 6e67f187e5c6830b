"""How a video service has its jobs asked for: rules, and what is known of one job."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ...errors import (
    GenerationError,
    GenerationInvalidError,
    GeneratorOverloadedError,
    InvalidDataError,
)
from ..base import GenerationRequest
from ..refusals import retry_after

__all__ = ["HttpJob", "JobGoneError", "JobRules", "Priority", "patiently"]

# Between two questions whether a clip is there yet: a part of the time that it has taken, so that
# little is lost to asking late, from the shortest pause to so many times that.
_PAUSE_PART, _SHORTEST_PAUSE, _LONGEST_PAUSE, _PAUSE_FACTOR = 0.02, 0.03, 1.0, 4.0
_LONGEST_WISH = 30.0
_LONGEST_POLL = 300.0

_T = TypeVar("_T")


class JobGoneError(GenerationInvalidError):
    """The service does not know a job, or not any more."""


@dataclass(frozen=True, slots=True)
class Priority:
    """The header that tells a service how urgent a clip is.

    Attributes:
        header: its name, "" for none.
        urgent: what it says of a clip that somebody waits for; "" leaves the header out.
        ahead: the same of one that is made ahead.

    Raises:
        InvalidDataError: there is something to say, and no header.
    """

    header: str = ""
    urgent: str = ""
    ahead: str = ""

    def __post_init__(self) -> None:
        if (self.urgent or self.ahead) and not self.header:
            raise InvalidDataError("priority: name the header that is to say it, in header.")

    def headers(self, request: GenerationRequest) -> dict[str, str]:
        said = self.urgent if request.is_urgent else self.ahead
        return {self.header: said} if self.header and said else {}


@dataclass(frozen=True, slots=True)
class JobRules:
    """How a service is asked for the jobs that it has begun; paths may hold "{id}".

    Attributes:
        path: where jobs are begun.
        status_path: where to ask for a job whose status URL the service does not tell.
        result_path: where the clip of a job that is done lies, or the answer that names it.
        cancel_method: how a job is given up; "" for a service that has no such thing.
        cancel_path: where; "" for the status URL, unless the service names another.
        poll_seconds: the shortest pause between two questions about a job, from where pauses grow
            to four times as much; None for soon at first, and a second at most.
        priority: how urgent a clip is.
        idempotency_header: of a key by which the service knows that a job was sent before.

    Raises:
        InvalidDataError: a value is outside of its range.
    """

    path: str
    status_path: str = ""
    result_path: str = ""
    cancel_method: str = "DELETE"
    cancel_path: str = ""
    poll_seconds: float | None = None
    priority: Priority = field(default_factory=Priority)
    idempotency_header: str = ""

    def __post_init__(self) -> None:
        if self.cancel_method not in ("", "DELETE", "POST", "PUT", "PATCH", "GET"):
            raise InvalidDataError(
                f"cancel_method: {self.cancel_method[:20]!r} is none: use DELETE, POST, PUT, PATCH"
                " or GET, or nothing where jobs cannot be given up."
            )
        if self.poll_seconds is not None and not 0.0 < self.poll_seconds <= _LONGEST_POLL:
            raise InvalidDataError(
                f"poll_seconds: {self.poll_seconds:g} is outside the range above 0 up to"
                f" {_LONGEST_POLL:g}."
            )

    def pause(self, headers: Mapping[str, str], elapsed: float) -> float:
        """Seconds until the next question; what the service wishes, if it says so."""
        shortest = _SHORTEST_PAUSE if self.poll_seconds is None else self.poll_seconds
        longest = _LONGEST_PAUSE if self.poll_seconds is None else _PAUSE_FACTOR * shortest
        wished = retry_after(headers)
        if wished is not None:
            return min(max(wished, shortest), max(_LONGEST_WISH, longest))
        return min(longest, max(shortest, _PAUSE_PART * elapsed))


@dataclass(slots=True)
class HttpJob:
    """A job that a service has begun.

    Attributes:
        base: what the addresses are relative to.
        id: its name at the service.
        status_url, result_url, cancel_url: where to ask for it; "" if there is no such place.
        video_url: where its clip is, or the clip itself as text.
        body: its clip.
        seed: what the service drew its noise from.
        is_known: the service has answered for it since it was begun.
        unnamed: the fields of an answer that says that the clip is made, and not where it is.
        is_made: its clip is done, and can be fetched.
        made_at: when that was seen, of `time.perf_counter`.
        is_ended: the service says that it has been given up.
        losses: how often its clip was made and did not come.
    """

    base: str
    id: str = ""
    status_url: str = ""
    result_url: str = ""
    cancel_url: str = ""
    video_url: str = ""
    body: bytes = b""
    unnamed: str = ""
    seed: int | None = None
    is_known: bool = False
    is_made: bool = False
    made_at: float = 0.0
    is_ended: bool = False
    losses: int = 0


async def patiently(
    ask: Callable[[], Awaitable[_T]],
    rests: tuple[float, ...],
    may_pass: Callable[[GenerationError], bool],
) -> _T:
    """Asks again after errors that may pass, as often as there are rests.

    A server that says when it wants to be asked again is there: that is none of these times, so
    whoever calls this has a limit of his own.
    """
    left = list(rests)
    while True:
        try:
            return await ask()
        except GenerationError as error:
            wished = error.retry_after if isinstance(error, GeneratorOverloadedError) else None
            if not may_pass(error) or (wished is None and not left):
                raise
            rest = left.pop(0) if wished is None else min(max(wished, rests[0]), _LONGEST_WISH)
        await asyncio.sleep(rest)
