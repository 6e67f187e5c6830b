"""What the developer at the terminal reads: progress on stderr, and one sentence for each failure.

Standard output stays free for results, such as the demo's closing line of JSON.
"""

import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

# How a developer with a checkout starts it. On Windows `python3` opens the Store's page of Python.
RUN_PY = "py run.py" if sys.platform == "win32" else "python3 run.py"

UNREAD = 141
"""The exit code of a command whose output nobody reads any more, as of all programs in shells."""

# Of a pipe that nobody reads. Wrong paths are invalid too on Windows, but have a name.
_NOBODY_READS = (errno.EPIPE, errno.EINVAL) if sys.platform == "win32" else (errno.EPIPE,)


class Failure(Exception):
    """One sentence that says what is wrong and what to do; shown without a traceback."""


def print_anything() -> None:
    """Have `print` show what the console or the pipe has no character for as a question mark.

    Windows' pipes know a few hundred characters, and the first other one would be an error.
    Standard error shows them as escapes by itself.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def say_progress(done: float, doing: str) -> None:
    """Says how much of a long work is done, 0 to 1, and what is being done."""
    say(f"{done:4.0%} {doing}")


def until_unread(work: Callable[[], int]) -> int:
    """Does the work of a command, and ends it in silence when what reads its output has ended.

    That is what `npc-video doctor | head` does after ten lines. Output is written out before this
    returns, as later only the interpreter could say that it cannot be.

    Returns:
        what `work` returns, or UNREAD.
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
    """Whether an error means that nobody reads our output; what is left is then thrown away."""
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
