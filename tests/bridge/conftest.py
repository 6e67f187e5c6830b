import json
from pathlib import Path
from typing import Any

import pytest
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, run_project

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


@pytest.fixture(scope="module")
def edited(
    request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> EngineRun:
    """A session of the editor with the module's `FILES`, in which a plugin looks around."""
    project = make_project(tmp_path_factory.mktemp("project"), request.module.FILES)
    run_project(engine, project, "--headless", "--import", seconds=120.0)
    return run_project(engine, project, "--headless", "--editor", seconds=120.0)


@pytest.fixture(scope="module")
def found(edited: EngineRun) -> dict[str, Any]:
    """The JSON object that the plugin printed behind "@found "."""
    line = next((line for line in edited.log.splitlines() if line.startswith("@found ")), None)
    assert line is not None, edited.log
    seen: dict[str, Any] = json.loads(line.removeprefix("@found "))
    return seen
