"""Errors of a game's own code, which its author wants to see with their lines, and once."""

import logging
import traceback

__all__ = ["log_broken"]

_log = logging.getLogger(__name__)
_told: set[tuple[object, ...]] = set()


def log_broken(what: str, error: BaseException) -> None:
    """Writes `what` and the traceback of `error` to the log, unless its like was written before.

    Alike are errors of one type from the same lines.
    """
    lines = traceback.extract_tb(error.__traceback__)
    kind = (type(error), *((line.filename, line.lineno) for line in lines))
    if kind not in _told:
        _told.add(kind)
        _log.error(what, exc_info=error)
