from pathlib import Path

import pytest
from npc_video.shipping.engine import Engine

from tests.harness.projects import NAME, make_project
from tests.harness.suite import SuiteRun, run_suite
from tools.engine import find


@pytest.fixture(scope="session")
def engine() -> Engine:
    found = find()
    assert found is not None, "`python3 run.py engine` gets a Godot"
    return found


@pytest.fixture
def play(engine: Engine, tmp_path: Path):
    """Runs one test, or those named, of a project made of the text of its Python file."""

    def run(text: str, *names: str, seconds: float = 60.0) -> SuiteRun:
        project = make_project(tmp_path / "project", {"tests/test_it.py": text})
        return run_suite(engine, project, names or (NAME,), seconds=seconds)

    return run
