"""Makes pytest see the tests inside Godot projects one by one, as `tests/conftest.py` asks it to.

The tests of a project are the functions `test_…` in its `tests/test_*.py` and `tests/test_*.gd`.
Their names are read without running anything; the first that is due runs one engine for all that
were selected. What is wrong with the run as a whole is reported when the last one is taken down.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from npc_video.shipping.console import RUN_PY, Failure
from npc_video.shipping.godot import import_project

from tests.harness.suite import SuiteRun, run_suite
from tools.engine import find

_RUN_S = 1200.0
_GDSCRIPT_TEST = re.compile(r"^func (test_\w+)")


def test_names(file: Path) -> Iterator[tuple[str, int]]:
    """The tests in a file of Python or GDScript, each with its line, counted from 0."""
    text = file.read_text("utf-8")
    if file.suffix == ".gd":
        for number, line in enumerate(text.splitlines()):
            if match := _GDSCRIPT_TEST.match(line):
                yield match[1], number
        return
    for node in ast.parse(text, file).body:
        # One that is `async` cannot run, and fails; it must not be passed over.
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            yield node.name, node.lineno - 1


class Suite:
    """The tests of one project, and their run once that is needed."""

    def __init__(self, project: Path):
        self.project = project
        self.done: SuiteRun | str = ""  # or why there is none

    def items(self, session: pytest.Session) -> list["EngineItem"]:
        return [i for i in session.items if isinstance(i, EngineItem) and i.suite is self]

    def run(self, session: pytest.Session) -> SuiteRun:
        """Fails each test where there is no engine, or it cannot be made ready."""
        if not self.done:
            try:
                engine = find()
                if engine is None:
                    raise Failure(f"Godot was not found: `{RUN_PY} engine` gets one.")
                import_project(engine, self.project)
                names = [item.inside_name for item in self.items(session)]
                self.done = run_suite(engine, self.project, names, seconds=_RUN_S)
            except Failure as failure:
                self.done = str(failure)
        if isinstance(self.done, str):
            why, self.done = self.done, "The engine did not run: see the project's first test."
            pytest.fail(why, pytrace=False)
        return self.done


_SUITES = pytest.StashKey[dict[Path, Suite]]()


class EngineFile(pytest.File):
    """A file of tests that run inside the engine."""

    def collect(self) -> Iterator["EngineItem"]:
        project = self.path.parent.parent
        suite = self.config.stash.setdefault(_SUITES, {}).setdefault(project, Suite(project))
        found = list(test_names(self.path))
        if not found:
            raise self.CollectError(f"{self.path} holds no function test_…")
        for name, line in found:
            yield EngineItem.from_parent(self, name=name, suite=suite, line=line)


class EngineItem(pytest.Item):
    """A test that runs inside the engine."""

    def __init__(self, *, suite: Suite, line: int, **kwargs: object):
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.suite = suite
        self.line = line
        self.inside_name = f"{self.path.relative_to(suite.project).as_posix()}::{self.name}"

    def runtest(self) -> None:
        outcome = self.suite.run(self.session).outcomes[self.inside_name]
        self.add_report_section("call", "engine", outcome.log)
        if outcome.problem:
            pytest.fail(outcome.problem, pytrace=False)

    def teardown(self) -> None:
        run = self.suite.done
        is_last = self.suite.items(self.session)[-1] is self
        if is_last and isinstance(run, SuiteRun) and run.faults:
            self.add_report_section("teardown", "engine", run.log)
            faults = "\n".join(run.faults)
            pytest.fail(f"The run had faults outside of its tests:\n{faults}", pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.line, self.inside_name


def _is_inside(file: Path) -> bool:
    return file.parent.name == "tests" and (file.parent.parent / "project.godot").is_file()


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> EngineFile | None:
    """In place of pytest's own module, which would import it."""
    return EngineFile.from_parent(parent, path=module_path) if _is_inside(module_path) else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> EngineFile | None:
    if file_path.match("test_*.gd") and _is_inside(file_path):
        return EngineFile.from_parent(parent, path=file_path)
    return None
