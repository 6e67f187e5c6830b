"""Runs Godot on a project, and finds errors in its log.

Godot exits with 0 after script errors, missing libraries and leaks, so the log decides.
"""

import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from .console import RUN_PY, Failure, say
from .engine import Engine
from .process import Finished, stream
from .project_files import list_extension

_LEAK = re.compile(
    r"ObjectDB instances leaked"
    r"|RIDs? .*\bleaked"
    r"|RID allocations? .*\bleaked"
    r"|Leaked instance:"
    r"|resources still in use at exit"
    r"|Orphan StringName"
)
_FAULT = re.compile(
    r"SCRIPT ERROR:"
    r"|Can't open (GDExtension )?dynamic library"
    r"|Error loading extension"
    r"|GDExtension (dynamic library not found|entry point|initialization function)"
    r"|handle_crash:"
    rf"|{_LEAK.pattern}"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WINDOWS_CRASH = 0x8000_0000  # exit codes from here on are NTSTATUS errors
_IMPORT_S = 300.0


@dataclass(frozen=True)
class EngineRun:
    """The result of running the engine.

    Attributes:
        exit_code: The engine's, negative for a signal; None if the time limit stopped it.
        log: Everything it printed, without colours.
        faults: The lines that report errors, leaks or a crash, and a line for a time-out.
    """

    exit_code: int | None
    log: str
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.exit_code == 0 and not self.faults


def run_project(
    engine: Engine,
    project: Path,
    *arguments: str,
    seconds: float | None,
    env: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> EngineRun:
    """Runs `project` with further engine arguments; the engine never outlives this call.

    Args:
        engine: The Godot to use.
        project: Folder of a project.godot.
        arguments: For the engine; those after `--` reach the game.
        seconds: Time limit; None for a run that a person ends.
        env: Variables beside ours and the engine's own, such as a screen's.
        on_line: Called with each line of the log as it comes, on another thread.
    """
    command = ("--path", str(project), *arguments)
    return run_program(engine, *command, folder=project, seconds=seconds, env=env, on_line=on_line)


def run_program(
    engine: Engine,
    *arguments: str,
    folder: Path,
    seconds: float | None,
    env: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> EngineRun:
    """Runs the engine, or a game made of it, in `folder`; it never outlives this call.

    The arguments are those of `run_project`.
    """
    finished = stream(
        [engine.path, *engine.args, *arguments],
        cwd=folder,
        env={**os.environ, **engine.env, **(env or {})},
        seconds=seconds,
        on_line=lambda line: on_line(_COLOUR.sub("", line)),
    )
    log = _COLOUR.sub("", finished.output)
    faults = (*find_faults(log.splitlines()), *_bad_end(finished, seconds))
    return EngineRun(finished.exit_code, log, faults)


def import_project(engine: Engine, project: Path) -> None:
    """Makes the engine import the project's assets, unless nothing changed since the last import.

    Raises:
        Failure: An extension of the project is missing, or the import failed; the message names it
            or the first fault.
    """
    _check_extensions(project)
    stamp = project / ".godot" / "imported_by"
    known = stamp.exists() and stamp.read_text("utf-8") == engine.version
    if known and _newest_change(project) < stamp.stat().st_mtime_ns:
        return
    # Without a screen, Godot 4.6 crashes when it finds a new extension now:
    # https://github.com/godotengine/godot/issues/111048
    for extension in _extensions(project):
        list_extension(project, extension)
    say(f"Importing the assets of {project.name}…")
    run = run_project(engine, project, "--headless", "--import", seconds=_IMPORT_S)
    if not run.ok:
        reason = run.faults[0] if run.faults else f"exit code {run.exit_code}"
        say(run.log)
        raise Failure(f"Godot could not import {project} ({reason}): see its log above.")
    stamp.write_text(engine.version, "utf-8")


def is_leak(fault: str) -> bool:
    """Tells whether a fault is only an object that was left at the end."""
    return _LEAK.search(fault) is not None


def find_faults(lines: Iterable[str]) -> Iterator[str]:
    """Yields the lines of a log that report an error, a leak or a crash."""
    return (line.strip() for line in lines if _FAULT.search(line))


def find_errors(lines: Iterable[str]) -> Iterator[str]:
    """Yields the lines of an editor's log that report any error, each with its source.

    The editor also tries Vulkan. A failure of that, without a graphics card, is no error.
    """
    for line, place in pairwise([*lines, ""]):
        if re.match(r"\s*(USER )?ERROR:", line) and "(drivers/vulkan/" not in place:
            yield f"{line.strip()} {place.strip()}"


def _check_extensions(project: Path) -> None:
    """Refuses a project without its extensions: the engine would forget them, and then crash."""
    known = project / ".godot" / "extension_list.cfg"
    for line in known.read_text("utf-8").splitlines() if known.exists() else ():
        extension = project / line.removeprefix("res://")
        if not extension.exists():
            raise Failure(
                f"{extension} is not there yet: run `{RUN_PY} test engine` first, which"
                " links the addon into its projects."
            )


def _extensions(project: Path) -> Iterator[str]:
    """Yields the extensions that the engine will find in a project, by their paths in it."""
    for folder, subfolders, files in os.walk(project, followlinks=True):
        if ".gdignore" in files:
            subfolders.clear()
            continue
        subfolders[:] = sorted(name for name in subfolders if name[0] != ".")
        for name in sorted(files):
            if name.endswith(".gdextension"):
                yield f"res://{Path(folder, name).relative_to(project).as_posix()}"


def _bad_end(finished: Finished, seconds: float | None) -> Iterator[str]:
    code = finished.exit_code
    if code is None:
        yield f"stopped after the time limit of {seconds:g} s"
    elif code < 0:
        yield f"ended by {signal.Signals(-code).name}"
    elif code >= _WINDOWS_CRASH:
        yield f"crashed with code {code:#x}"


def _newest_change(project: Path) -> int:
    """Returns the newest change of the project's own files in ns, without built libraries."""
    newest = 0
    for folder, subfolders, files in os.walk(project, followlinks=True):
        subfolders[:] = [name for name in subfolders if name[0] != "." and name != "bin"]
        for name in files:
            newest = max(newest, (Path(folder) / name).lstat().st_mtime_ns)
    return newest
