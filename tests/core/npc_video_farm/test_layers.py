"""The rooms of the farm and their one direction."""

from pathlib import Path

import npc_video_farm
import pytest

from tests.harness.layers import faults_of, faults_with, unexplained_imports

FARM = Path(npc_video_farm.__file__).parent
SHARED = (
    "errors",
    "variables",
    "figures",
    "tenants",
    "tokens",
    "jobs",
    "wire",
    "generators",
    "process",
)
ROOMS = ("store", "gateway", "worker", "brain", "fleet", "commands")


def test_the_farm_is_built_in_one_direction():
    assert not faults_of(FARM, SHARED + ROOMS)


def test_every_name_in_the_order_is_there():
    assert all((FARM / f"{name}.py").exists() for name in SHARED)
    assert all((FARM / room / "__init__.py").exists() for room in ROOMS)


@pytest.mark.parametrize(
    ("file", "planted", "fault"),
    [
        ("jobs.py", "from .store import valkey", "from a room above"),
        ("errors.py", "from .jobs import Ask", "from a room above"),
    ],
)
def test_an_import_against_it_would_be_noticed(tmp_path, file, planted, fault):
    found = faults_with(planted, file, FARM, SHARED + ROOMS, tmp_path)
    assert any(fault in each for each in found)


def test_an_import_in_a_function_says_what_it_saves():
    assert not unexplained_imports(FARM)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_tells_what_it_is_for(room):
    assert (FARM / room / "__init__.py").read_text("utf-8").startswith('"""')
