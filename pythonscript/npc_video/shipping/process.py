"""Runs child processes that never outlive us: a time limit, Ctrl-C or SIGTERM stops them.

`foreground` is for a tool that owns the terminal (pytest, ruff). `stream` is for the engine, which
starts processes of its own: an editor gives each game that it plays a session of its own.
"""

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

if sys.platform == "win32":
    from .job_object import JobObject

_POLL_S = 0.1  # seconds between checks; Windows cannot interrupt a longer wait with Ctrl-C
_PROCESSES = Path("/proc")  # each with its variables, where there is such a folder
_RUN_NAME = "NPC_VIDEO_RUN"  # a variable that all processes of a run inherit
_LAST_WORDS_S = 5.0  # seconds for output still in the pipe, and for a child to end by itself


@dataclass(frozen=True)
class Finished:
    """The result of a streamed child.

    Attributes:
        exit_code: As the operating system returned it, negative for a signal; None if the time
            limit stopped it.
        output: Standard output and standard error together.
    """

    exit_code: int | None
    output: str


def foreground(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> int:
    """Runs a tool on our own terminal and returns its exit code."""
    process = subprocess.Popen(command, cwd=cwd, env=env)
    try:
        return process.wait()
    except KeyboardInterrupt:
        _await_end(process)  # the terminal sent it the same Ctrl-C: let it clean up
        raise
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
            _await_end(process)
            process.kill()


def stream(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    seconds: float | None,
    on_line: Callable[[str], None],
) -> Finished:
    """Runs a child in a group of its own, and passes each line of its output to `on_line` at once.

    All that the child has started ends with it; on macOS, only what stayed in its group.

    Args:
        command: Program and arguments.
        cwd: Its working folder.
        env: Its whole environment.
        seconds: Time limit, after which all are killed; None for no limit.
        on_line: Called from another thread, without the line's end.
    """
    lines: list[str] = []
    run_name = uuid.uuid4().hex
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**env, _RUN_NAME: run_name},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        process_group=None if sys.platform == "win32" else 0,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    assert process.stdout is not None
    end_group = _group_of(process)

    def pump(pipe: TextIO) -> None:
        with pipe:
            for line in pipe:
                lines.append(line.rstrip("\r\n"))
                on_line(lines[-1])

    reader = threading.Thread(target=pump, args=(process.stdout,), daemon=True)
    reader.start()
    try:
        exit_code = _wait(process, seconds)
    finally:
        end_group()
        _end_strays(run_name)
        process.kill()  # also without a group; a process that has ended is left alone
        process.wait()
        reader.join(_LAST_WORDS_S)
    return Finished(exit_code, "\n".join(lines))


def _group_of(process: subprocess.Popen[str]) -> Callable[[], None]:
    """Returns a function that kills a child and its group, also after the child has ended."""
    if sys.platform == "win32":
        return JobObject(process.pid).close

    def kill() -> None:
        # The group is empty; macOS answers "not permitted" if it holds only a zombie.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    return kill


def _end_strays(run_name: str) -> None:
    """Kills the processes of a run that have left its group, until there are no more."""
    sought = f"{_RUN_NAME}={run_name}".encode()
    while found := [int(folder.name) for folder in _marked(sought)]:
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_POLL_S)


def _marked(variable: bytes) -> Iterator[Path]:
    """Yields the folders of the running processes that have a variable; one that ended has none."""
    for folder in _PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            if variable in (folder / "environ").read_bytes().split(b"\0"):
                yield folder


def _wait(process: subprocess.Popen[str], seconds: float | None) -> int | None:
    deadline = None if seconds is None else time.perf_counter() + seconds
    while deadline is None or time.perf_counter() < deadline:
        try:
            return process.wait(_POLL_S)
        except subprocess.TimeoutExpired:
            continue
    return None


def _await_end(process: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(_LAST_WORDS_S)
