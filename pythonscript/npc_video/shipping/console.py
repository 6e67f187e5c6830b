"""Prints for the developer at the terminal: progress on stderr, and one sentence for each failure.

Standard output stays free for results, such as the demo's closing line of JSON.
"""

import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

# The command of a checkout. On Windows `python3` opens the Store's page of Python.
RUN_PY = "py run.py" if sys.platform == "win32" else "python3 run.py"

UNREAD = 141
"""The exit code of a command whose output nobody reads any more, as shells report it."""

# The errors of a pipe that nobody reads. On Windows a wrong path is EINVAL too, but has a name.
_NOBODY_READS = (errno.EPIPE, errno.EINVAL) if sys.platform == "win32" else (errno.EPIPE,)


class Failure(Exception):
    """One sentence that says what is wrong and what to do; shown without a traceback."""


def print_anything() -> None:
    """Makes `print` replace characters that the console or pipe cannot encode with a question mark.

    Windows' pipes encode a few hundred characters, and any other one would raise. Standard error
    escapes such characters by itself.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def say_progress(done: float, doing: str) -> None:
    """Says how much of a long work is done, 0 to 1, and what is being done."""
    say(f"{done:4.0%} {doing}")


def until_unread(work: Callable[[], int]) -> int:
    """Runs a command, and ends it silently when the reader of its output has ended.

    `npc-video doctor | head` has such a reader: it ends after ten lines. Output is flushed before
    this returns, because later only the interpreter could report an error.

    Returns:
        the result of `work`, or UNREAD.
    """
    try:
        try:
            return work()
        finally:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
    except OSError as error:
        if not is_unread(error):
            raise
        return UNREAD


def is_unread(error: OSError) -> bool:
    """Tells whether an error means that nobody reads the output; then drops the rest of it."""
    if error.filename is not None or error.errno not in _NOBODY_READS:
        return False
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and _is_stuck(stream):
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), stream.fileno())
    return True


def _is_stuck(stream: TextIO) -> bool:
    try:
        stream.flush()
    except OSError:
        return True
    return False
