"""Prints Python exceptions in the engine's debugger and keeps them out of C.

Every function that the engine calls is `guarded`. An exception in it is printed as a script error
with its file, line and traceback, and the engine gets a default value. An exception that recurs,
for example in `_process`, is printed the 1st, 2nd, 3rd, 10th, 100th, … time.
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

# Hints for the end of an error's title, by type of error.
_advice: dict[type[BaseException], str] = {}

# Counts by type of the error, its text where no line of the game's Python led to it, and the lines.
_times: Counter[tuple[Any, ...]] = Counter()


def _is_worth_printing(times: int) -> bool:
    return times <= 3 or (set(str(times)) <= {"0", "1"} and str(times).count("1") == 1)


def _frames(trace: TracebackType | None) -> traceback.StackSummary:
    """The part of a traceback in the game's own files; the last line where there is none."""
    frames = traceback.extract_tb(trace)
    own = [frame for frame in frames if not frame.filename.startswith((_OWN_FILES, "<frozen "))]
    return traceback.StackSummary.from_list(own or frames[-1:])


def report(error: BaseException) -> None:
    """Prints `error` as a script error, unless it has been printed too often."""
    frames = _frames(error.__traceback__)
    last = frames[-1] if frames else traceback.FrameSummary("?", 0, "?")
    # What a script of the engine did wrong has no line here, only a text.
    text = str(error) if last.filename.startswith(_OWN_FILES) else ""
    key = type(error).__name__, text, *((frame.filename, frame.lineno) for frame in frames)
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
    """Appends `advice` to the title of every later error of this type."""
    _advice[kind] = advice


def _story(error: BaseException) -> str:
    """The traceback of `error`, after those of its causes."""
    before = _before(error)
    lines = []
    if before is not None:
        lines = [_story(before), "".join(traceback.format_exception_only(before)).strip(), "then"]
    return "\n".join([*lines, "".join(_frames(error.__traceback__).format()).rstrip()])


def _before(error: BaseException) -> BaseException | None:
    """The error that caused `error`, if Python would show it."""
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def warn(message: str, *, pops_up: bool = False) -> None:
    """Prints a warning of the bridge itself; the editor can also show it in its corner."""
    lib.gd_print_warning(message.encode("utf-8", "replace"), b"", b"godot", 0, pops_up)


def guarded(default: Any = None) -> Callable[[F], F]:
    """Decorates a function that the engine calls, so that it returns `default` on an exception."""

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
    """Reports errors of threads and finalisers, which Python would only write to stderr."""
    threading.excepthook = lambda arguments: _report_from_hook(arguments.exc_value)
    sys.unraisablehook = lambda arguments: _report_from_hook(arguments.exc_value)


def _report_from_hook(error: BaseException | None) -> None:
    # SystemExit ends a thread and is no error, as in any Python program.
    if error is not None and not isinstance(error, SystemExit):
        report(error)
