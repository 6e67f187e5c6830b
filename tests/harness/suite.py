"""Runs the tests of a Godot project in one engine, and decides from its log how each one ended.

A test fails when it says so, when the engine logs an error during it that it did not announce, and
when its result never comes. What goes wrong outside of all tests (an error, a leak, a crash) is a
fault of the whole run.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npc_video.shipping.console import Failure
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, find_faults, run_project

from tools.screen import screen

BEGIN, END = "@begin ", "@end "  # printed by inside/engine_tests.py
START = Path(__file__).with_name("inside") / "start.gd"
_ERROR = re.compile(r"\s*(USER |SCRIPT |SHADER )*ERROR:")
_SCREEN = re.compile(r"^\[engine_tests\]\s*^screen=true$", re.MULTILINE)
_TAIL = 40  # lines of a log that tell why it ended


@dataclass(frozen=True)
class Outcome:
    """The end of one test.

    Attributes:
        problem: Why it failed; empty when it passed.
        log: What the engine printed meanwhile.
    """

    problem: str
    log: str


@dataclass(frozen=True)
class SuiteRun:
    """The end of a run.

    Attributes:
        outcomes: By name of the test; all that were asked for.
        faults: What went wrong outside of the tests.
        log: All that the engine printed.
    """

    outcomes: Mapping[str, Outcome]
    faults: tuple[str, ...]
    log: str


def run_suite(
    engine: Engine, project: Path, names: Sequence[str], *, seconds: float, start: str = str(START)
) -> SuiteRun:
    """Runs the tests called `names` (`tests/test_x.py::test_y`) of the project in this folder.

    A project whose `project.godot` says `screen=true` under `[engine_tests]` gets a window.

    Args:
        engine: The Godot that runs them.
        project: The folder.
        names: Of the tests.
        seconds: Time limit.
        start: The path of `START` as this engine reads it.

    Raises:
        Failure: it wants a screen and there is none.
    """
    arguments = ["--script", start, "--", *names]
    if not _SCREEN.search((project / "project.godot").read_text("utf-8")):
        return judge(names, run_project(engine, project, "--headless", *arguments, seconds=seconds))
    with screen() as env:
        if env is None:
            raise Failure(f"The tests of {project} need a screen: install Xvfb.")
        return judge(names, run_project(engine, project, *arguments, seconds=seconds, env=env))


def judge(names: Sequence[str], run: EngineRun) -> SuiteRun:
    """Reads the results out of the log of a run that was to do these tests."""
    outcomes: dict[str, Outcome] = {}
    outside: list[str] = []
    during: list[str] = []
    current = ""
    for line in run.log.splitlines():
        if line.startswith(BEGIN):
            current, during = line.removeprefix(BEGIN), []
        elif line.startswith(END):
            told = json.loads(line.removeprefix(END))
            outcomes[told["name"]] = Outcome(_problem(told, during), "\n".join(during))
            current = ""
        else:
            (during if current else outside).append(line)
    faults = tuple(_faults(run, outside))
    why = f"it has no result: the engine ended before ({'; '.join(faults) or 'see its log'})"
    tail = "\n".join(run.log.splitlines()[-_TAIL:])
    return SuiteRun({n: outcomes.get(n, Outcome(why, tail)) for n in names}, faults, run.log)


def _problem(told: Mapping[str, Any], lines: Iterable[str]) -> str:
    errors = [line.strip() for line in lines if _ERROR.match(line)]
    expected: Sequence[str] = told["expected"]
    problems = [told["error"] or ""]
    problems += [e for e in errors if not any(text in e for text in expected)]
    problems += [
        f"no error was logged with the expected text {text!r}"
        for text in expected
        if not any(text in error for error in errors)
    ]
    return "\n".join(filter(None, problems))


def _faults(run: EngineRun, outside: Sequence[str]) -> Iterator[str]:
    found = [line.strip() for line in outside if _ERROR.match(line)]
    yield from dict.fromkeys([*found, *find_faults(outside)])
    in_log = {line.strip() for line in run.log.splitlines()}
    bad_end = [fault for fault in run.faults if fault not in in_log]
    yield from bad_end
    if run.exit_code and not bad_end:
        yield f"exit code {run.exit_code}"
