"""Moves and removes files that another program may have open, which Windows refuses.

An editor, an antivirus or a second game mostly reads for a moment. So if Windows refuses, it is
tried again for about a second. Other systems move and remove open files.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

__all__ = ["is_held", "put_in_place", "remove", "replace"]

_HELD = {5, 32}  # Windows errors: access denied, as for a library in use, and sharing violation
_TRIES, _PAUSE_SECONDS = 50, 0.02
_REPLACED = ".replaced"


def is_held(error: OSError) -> bool:
    """Whether Windows refused because another program has the file open."""
    return getattr(error, "winerror", None) in _HELD


def replace(source: Path, target: Path) -> None:
    """Moves a file to `target`, and replaces a file that is there.

    Raises:
        OSError: it cannot be moved, or another program keeps one of the two open.
    """
    _patiently(lambda: source.replace(target))


def remove(path: Path) -> bool:
    """Removes a file; False if it is still there because another program keeps it open.

    Raises:
        OSError: it cannot be removed for another reason.
    """
    try:
        _patiently(lambda: path.unlink(missing_ok=True))
    except OSError as error:
        if not is_held(error):
            raise
        return False
    return True


def put_in_place(source: Path, target: Path) -> None:
    """Moves a library to `target`, even while a program uses the one that is there.

    Windows cannot replace a library in use, but can rename it. The old one then stays beside the
    new one until a later call can remove it.

    Raises:
        OSError: the folder cannot be written to; or a program uses one of the two in a way that
            prevents even renaming, which `is_held` recognises.
    """
    for leftover in target.parent.glob(f"*{_REPLACED}"):
        _try_once(partial(leftover.unlink, missing_ok=True))
    if _try_once(lambda: source.replace(target)):
        return
    aside = target.with_name(f"{target.name}.{time.time_ns()}{_REPLACED}")
    replace(target, aside)
    try:
        replace(source, target)
    except BaseException:
        replace(aside, target)
        raise


def _try_once(action: Callable[[], object]) -> bool:
    """Runs `action`; False if another program has the file open."""
    try:
        action()
    except OSError as error:
        if not is_held(error):
            raise
        return False
    return True


def _patiently(action: Callable[[], object]) -> None:
    for _ in range(_TRIES):
        if _try_once(action):
            return
        time.sleep(_PAUSE_SECONDS)
    action()
