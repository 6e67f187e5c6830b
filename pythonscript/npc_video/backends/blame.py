"""Decides who caused a failure, and whether another generator may be asked.

A pool and a failover share these rules. A host that fails by its own fault is avoided for a while.
Only a job that has certainly not begun goes to another host at once.
"""

from ..errors import GenerationCancelledError, GenerationError, GeneratorUnavailableError
from .breaker import Breaker

__all__ = ["host_breaker", "is_of_host", "may_go_elsewhere", "say_where"]

_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 10.0, 300.0
# A server that answers one of these may know the job already: it has begun, or will.
_PERHAPS_TAKEN = (409, 425, 499)


def host_breaker() -> Breaker:
    """The circuit breaker of a host.

    One failure opens it, because a player may wait for each clip, and there is another host.
    """
    return Breaker(1, _PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)


def is_of_host(error: Exception) -> bool:
    """Whether other jobs would probably fail on that host too."""
    if not isinstance(error, GenerationError):
        return True  # a bug in the backend
    return not error.is_of_request and not isinstance(error, GenerationCancelledError)


def may_go_elsewhere(error: GenerationError) -> bool:
    """Whether the job may be sent to another generator without being paid for twice."""
    status = error.status
    is_declined = status is not None and 300 <= status < 500 and status not in _PERHAPS_TAKEN
    return not error.has_begun and (is_declined or isinstance(error, GeneratorUnavailableError))


def say_where(error: GenerationError, place: str) -> None:
    """Adds the generator's address to the error, unless it has it already."""
    if place not in str(error):
        error.args = (f"{place}: {error}", *error.args[1:])
