"""The rooms of the bridge and their one direction."""

from pathlib import Path

import godot
import pytest

from tests.harness.layers import faults_of, faults_with, unexplained_imports

BRIDGE = Path(godot.__file__).parent
# The lowest first.
ROOMS = ("_generated", "_ffi", "_variant", "_object", "_class", "_register", "_runtime")


def test_the_bridge_is_built_in_one_direction():
    assert not faults_of(BRIDGE, ROOMS)


@pytest.mark.parametrize(
    ("file", "planted", "fault"),
    [
        ("_ffi/names.py", "from .._object.lives import wrap", "from a room above"),
        ("_class/globals.py", "from .. import exposed", "from a room above"),
        ("_object/registry.py", "from .objects import EngineObject", "a circle"),
        ("_variant/encode.py", "def f():\n    from .calls import call_by_name", "a circle"),
    ],
)
def test_an_import_against_it_would_be_noticed(tmp_path, file, planted, fault):
    found = faults_with(planted, file, BRIDGE, ROOMS, tmp_path)
    assert any(fault in each for each in found)


def test_an_import_in_a_function_says_what_it_saves():
    assert not unexplained_imports(BRIDGE)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_tells_what_it_is_for_and_holds_nothing(room):
    source = (BRIDGE / room / "__init__.py").read_text("utf-8")
    assert source.startswith('"""')
    assert source.count('"""') == 2
    assert source.endswith('"""\n')
