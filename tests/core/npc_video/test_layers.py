"""The rooms of the brain and their one direction."""

from pathlib import Path

import npc_video
import pytest

from tests.harness.layers import faults_of, faults_with, unexplained_imports

BRAIN = Path(npc_video.__file__).parent
# Modules that all rooms share, the lowest first.
SHARED = (
    *("errors", "prompts", "records", "quality", "misspelt", "saved", "timeline"),
    *("awaiting", "background", "held_files", "worker"),
)
# From a touch to the clip that answers it, then what authors of games do beforehand.
ROOMS = (
    *("touch", "templates", "graph", "live", "face", "npc", "prediction"),
    *("media", "cache", "portrait", "scheduling", "backends", "generation"),
    *("baking", "shipping", "doctor"),
)


def test_the_brain_is_built_in_one_direction():
    assert not faults_of(BRAIN, SHARED + ROOMS)


def test_every_name_in_the_order_is_there():
    assert all((BRAIN / f"{name}.py").exists() for name in SHARED)
    assert all((BRAIN / room / "__init__.py").exists() for room in ROOMS)


@pytest.mark.parametrize(
    ("file", "planted", "fault"),
    [
        ("records.py", "from .media.layout import Plane", "from a room above"),
        ("graph/reading.py", "def f():\n    from ..npc import evaluator", "from a room above"),
        ("backends/base.py", "from .. import manager", "from a room above"),
        ("scheduling/line.py", "from ..generation.jobs import Job", "from a room above"),
        ("media/layout.py", "from .decode import Frame", "a circle"),
        ("errors.py", "from .records import VideoParams", "a circle"),
    ],
)
def test_an_import_against_it_would_be_noticed(tmp_path, file, planted, fault):
    found = faults_with(planted, file, BRAIN, SHARED + ROOMS, tmp_path)
    assert any(fault in each for each in found)


def test_an_import_in_a_function_says_what_it_saves():
    assert not unexplained_imports(BRAIN)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_tells_what_it_is_for(room):
    assert (BRAIN / room / "__init__.py").read_text("utf-8").startswith('"""')
