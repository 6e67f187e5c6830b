"""Logs errors of a game's own code, with their lines and only once."""

import logging
import traceback

__all__ = ["log_broken"]

_log = logging.getLogger(__name__)
_told: set[tuple[object, ...]] = set()


def log_broken(what: str, error: BaseException) -> None:
    """Logs `what` and the traceback of `error`, unless a similar error was logged before.

    Errors of one type from the same lines are similar.
    """
    lines = traceback.extract_tb(error.__traceback__)
    kind = (type(error), *((line.filename, line.lineno) for line in lines))
    if kind not in _told:
        _told.add(kind)
        _log.error(what, exc_info=error)
