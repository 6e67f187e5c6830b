"""Python exceptions in the engine's debugger, and none of them in C.

Every function that the engine calls is `guarded`: an exception is printed as a script error with
the file and line where it happened, and the engine gets a default. One that comes again and again,
from `_process` say, is printed at its 1st, 2nd, 3rd, 10th, 100th, … time.
"""

from __future__ import annotations

import functools
import traceback
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from _pythonscript import lib

F = TypeVar("F", bound=Callable[..., Any])
_OWN_FILES = __file__.rpartition("_report")[0]

_times: Counter[tuple[str, str, int]] = Counter()


def _is_worth_printing(times: int) -> bool:
    return times <= 3 or (set(str(times)) <= {"0", "1"} and str(times).count("1") == 1)


def _place(trace: TracebackType | None) -> tuple[str, str, int]:
    """Function, file and line of the innermost frame that is not the bridge's own."""
    frames = traceback.extract_tb(trace)
    if not frames:
        return "?", "?", 0
    frame = next((f for f in reversed(frames) if not f.filename.startswith(_OWN_FILES)), frames[-1])
    return frame.name, frame.filename, frame.lineno or 0


def report(error: BaseException) -> None:
    """Prints `error` as a script error, unless it has been printed often enough."""
    function, file, line = _place(error.__traceback__)
    key = type(error).__name__, file, line
    _times[key] += 1
    times = _times[key]
    if not _is_worth_printing(times):
        return
    title = "".join(traceback.format_exception_only(error)).strip()
    if times > 1:
        title = f"{title} ({times} times)"
    full = "".join(traceback.format_exception(error)).strip()
    lib.gd_print_script_error_with_message(
        full.encode("utf-8", "replace"),
        title.encode("utf-8", "replace"),
        function.encode("utf-8", "replace"),
        file.encode("utf-8", "replace"),
        line,
        0,
    )


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
