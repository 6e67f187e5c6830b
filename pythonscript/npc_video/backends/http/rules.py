"""Rules for polling a video service, and the record of one job."""

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
from ..http_session import HttpResponse
from ..refusals import retry_after

__all__ = ["HttpJob", "JobGoneError", "JobRules", "Priority", "patiently"]

# Pauses between polls are a part of the elapsed time, so that little time is lost by polling late;
# they have a lower and an upper limit. The last number is the upper limit in shortest pauses.
_PAUSE_PART, _SHORTEST_PAUSE, _LONGEST_PAUSE, _PAUSE_FACTOR = 0.02, 0.03, 1.0, 4.0
_LONGEST_WISH = 30.0
_LONGEST_POLL = 300.0

_T = TypeVar("_T")


class JobGoneError(GenerationInvalidError):
    """The service does not know a job, or no longer knows it."""


@dataclass(frozen=True, slots=True)
class Priority:
    """The header that tells a service how urgent a clip is.

    Attributes:
        header: its name, "" for none.
        urgent: its value for a clip that a player waits for; "" leaves the header out.
        ahead: its value for a clip that is made ahead.

    Raises:
        InvalidDataError: there is a value, but no header.
    """

    header: str = ""
    urgent: str = ""
    ahead: str = ""

    def __post_init__(self) -> None:
        if (self.urgent or self.ahead) and not self.header:
            raise InvalidDataError("priority: name the header in `header`.")

    def headers(self, request: GenerationRequest) -> dict[str, str]:
        said = self.urgent if request.is_urgent else self.ahead
        return {self.header: said} if self.header and said else {}


@dataclass(frozen=True, slots=True)
class JobRules:
    """Rules for requests about jobs; paths may contain "{id}".

    Attributes:
        path: for starting jobs.
        status_path: for polling a job if the service does not send a status URL.
        result_path: of the clip of a finished job, or of the response that names it.
        cancel_method: for cancelling a job; "" if the service does not support it.
        cancel_path: for cancelling a job; "" for the status URL, unless the service names another.
        poll_seconds: the shortest pause between two polls, from which pauses grow fourfold; None
            for short pauses at first, and one second at most.
        priority: the header for urgency.
        idempotency_header: for a key by which the service recognises a job that is sent again.
        gone: the statuses with which it says that it does not know a job.

    Raises:
        InvalidDataError: a value is outside its range.
    """

    path: str
    status_path: str = ""
    result_path: str = ""
    cancel_method: str = "DELETE"
    cancel_path: str = ""
    poll_seconds: float | None = None
    priority: Priority = field(default_factory=Priority)
    idempotency_header: str = ""
    gone: tuple[int, ...] = (404, 410)

    def __post_init__(self) -> None:
        if self.cancel_method not in ("", "DELETE", "POST", "PUT", "PATCH", "GET"):
            raise InvalidDataError(
                f"cancel_method: {self.cancel_method[:20]!r} is unknown: use DELETE, POST, PUT,"
                " PATCH or GET, or nothing if jobs cannot be cancelled."
            )
        if self.poll_seconds is not None and not 0.0 < self.poll_seconds <= _LONGEST_POLL:
            raise InvalidDataError(
                f"poll_seconds: {self.poll_seconds:g} is outside the range above 0 up to"
                f" {_LONGEST_POLL:g}."
            )

    def pause(self, headers: Mapping[str, str], elapsed: float) -> float:
        """Seconds until the next poll; as the service asks, if it does."""
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
        base: the address to which others are relative.
        id: the service's id of it.
        status_url, result_url, cancel_url: addresses for requests about it; "" if there is none.
        video_url: the address of its clip, or the clip itself as text.
        body: its clip.
        said: the service's headers with that clip.
        seed: of the noise.
        is_known: whether the service has confirmed it since it was begun.
        unnamed: the fields of a response that reports the clip as made, without its address.
        is_made: whether its clip is made and can be fetched.
        made_at: when that was noticed, by `time.perf_counter`.
        is_ended: whether the service says that it is cancelled.
        losses: how often the finished clip did not arrive.
    """

    base: str
    id: str = ""
    status_url: str = ""
    result_url: str = ""
    cancel_url: str = ""
    video_url: str = ""
    body: bytes = b""
    said: Mapping[str, str] = field(default_factory=dict)
    unnamed: str = ""
    seed: int | None = None
    is_known: bool = False
    is_made: bool = False
    made_at: float = 0.0
    is_ended: bool = False
    losses: int = 0

    def take(self, answer: HttpResponse) -> None:
        """Takes the clip that a response is."""
        self.body, self.said, self.is_made = answer.body, answer.said, True


async def patiently(
    ask: Callable[[], Awaitable[_T]],
    rests: tuple[float, ...],
    may_pass: Callable[[GenerationError], bool],
) -> _T:
    """Retries after errors that may pass, once for each rest.

    A server that asks for a pause is working, so that does not count as a retry. The caller must
    set a time limit.
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
