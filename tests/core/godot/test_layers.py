"""The rooms of the bridge and their one direction."""

from pathlib import Path

import godot

from tests.harness.layers import faults_of, unexplained_imports

BRIDGE = Path(godot.__file__).parent
# The lowest first.
ROOMS = ("_generated",)


def test_the_bridge_is_built_in_one_direction():
    assert not faults_of(BRIDGE, ROOMS)


def test_an_import_in_a_function_says_what_it_saves():
    assert not unexplained_imports(BRIDGE)
