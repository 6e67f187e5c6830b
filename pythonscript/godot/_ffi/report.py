"""Python exceptions in the engine's debugger, and none of them in C.

Every function that the engine calls is `guarded`: an exception is printed as a script error with
the file and line where it happened and the calls that led there, and the engine gets a default.
One that comes again and again, from `_process` say, is printed at its 1st, 2nd, 3rd, 10th, 100th,
… time.
"""

from __future__ import annotations

import functools
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from _pythonscript import lib

F = TypeVar("F", bound=Callable[..., Any])
_OWN_FILES = __file__.rpartition("_ffi")[0]

# What to do about an error of a type, for the end of its title.
_advice: dict[type[BaseException], str] = {}

# By type of the error and the lines that led to it.
_times: Counter[tuple[Any, ...]] = Counter()


def _is_worth_printing(times: int) -> bool:
    return times <= 3 or (set(str(times)) <= {"0", "1"} and str(times).count("1") == 1)


def _frames(trace: TracebackType | None) -> traceback.StackSummary:
    """The game's own part of a traceback; the last line where there is none."""
    frames = traceback.extract_tb(trace)
    own = [frame for frame in frames if not frame.filename.startswith((_OWN_FILES, "<frozen "))]
    return traceback.StackSummary.from_list(own or frames[-1:])


def report(error: BaseException) -> None:
    """Prints `error` as a script error, unless it has been printed often enough."""
    frames = _frames(error.__traceback__)
    last = frames[-1] if frames else traceback.FrameSummary("?", 0, "?")
    key = type(error).__name__, *((frame.filename, frame.lineno) for frame in frames)
    _times[key] += 1
    times = _times[key]
    if not _is_worth_printing(times):
        return
    title = "".join(traceback.format_exception_only(error)).strip()
    title += _advice.get(type(error), "")
    if times > 1:
        title = f"{title} ({times} times)"
    shown = title
    if len(frames) > 1 or _before(error) is not None:
        shown = f"{title}\n{_story(error)}"
    lib.gd_print_script_error_with_message(
        title.encode("utf-8", "replace"),
        shown.encode("utf-8", "replace"),
        last.name.encode("utf-8", "replace"),
        last.filename.encode("utf-8", "replace"),
        last.lineno or 0,
        0,
    )


def advise(kind: type[BaseException], advice: str) -> None:
    """Adds `advice` to the title of each error of this type, from now on."""
    _advice[kind] = advice


def _story(error: BaseException) -> str:
    """How it came to `error`: the lines that led there, those of its causes before them."""
    before = _before(error)
    lines = []
    if before is not None:
        lines = [_story(before), "".join(traceback.format_exception_only(before)).strip(), "then"]
    return "\n".join([*lines, "".join(_frames(error.__traceback__).format()).rstrip()])


def _before(error: BaseException) -> BaseException | None:
    """What led to `error`, unless that is of no interest."""
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def warn(message: str) -> None:
    """A warning of the bridge itself."""
    lib.gd_print_warning(message.encode("utf-8", "replace"), b"", b"godot", 0, 0)


def guarded(default: Any = None) -> Callable[[F], F]:
    """Makes a function safe to be called by the engine: it returns `default` on an exception."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def call(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except BaseException as error:
                report(error)
                return default

        return call  # type: ignore[return-value]

    return decorate


def install() -> None:
    """Has errors reported that Python would only write to stderr: in threads and finalisers."""
    threading.excepthook = lambda arguments: _report_from_hook(arguments.exc_value)
    sys.unraisablehook = lambda arguments: _report_from_hook(arguments.exc_value)


def _report_from_hook(error: BaseException | None) -> None:
    # SystemExit ends a thread without being an error, as in any Python program.
    if error is not None and not isinstance(error, SystemExit):
        report(error)
