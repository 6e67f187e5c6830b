"""Whose doing it is that a clip did not come, and whether another generator may be asked for it.

A pool and a failover keep to it alike: a host that fails by its own doing is left alone for a
while, and only what has plainly not begun goes to another one at once.
"""

from ..errors import GenerationCancelledError, GenerationError, GeneratorUnavailableError
from .breaker import Breaker

__all__ = ["host_breaker", "is_of_host", "may_go_elsewhere", "say_where"]

_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 10.0, 300.0
# A server declines with these what it may know already: it has begun, or will.
_PERHAPS_TAKEN = (409, 425, 499)


def host_breaker() -> Breaker:
    """What leaves a host alone whose last job failed by its own doing.

    One failure is enough, as each one may be a clip that a player waits for, and another host is
    there.
    """
    return Breaker(1, _PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)


def is_of_host(error: Exception) -> bool:
    """Whether other jobs would probably fail there as well."""
    if not isinstance(error, GenerationError):
        return True  # it broke
    return not error.is_of_request and not isinstance(error, GenerationCancelledError)


def may_go_elsewhere(error: GenerationError) -> bool:
    """Whether the same job may be sent to another generator, without being paid twice."""
    status = error.status
    is_declined = status is not None and 300 <= status < 500 and status not in _PERHAPS_TAKEN
    return not error.has_begun and (is_declined or isinstance(error, GeneratorUnavailableError))


def say_where(error: GenerationError, place: str) -> None:
    """Has the error name the generator that it comes from, one of several, if it does not yet."""
    if place not in str(error):
        error.args = (f"{place}: {error}", *error.args[1:])
