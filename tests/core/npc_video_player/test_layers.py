"""The rooms of the player and their one direction."""

from pathlib import Path

import godot
import pytest

from tests.harness.layers import faults_of, faults_with, unexplained_imports

PLAYER = Path(godot.__file__).parents[1] / "npc_video_player"
# The lowest first.
ROOMS = (
    *("properties", "canvas", "clips", "resources", "sharing", "screen", "stats", "player"),
    *("zones", "baking", "editor"),
)


def test_the_player_is_built_in_one_direction():
    assert not faults_of(PLAYER, ROOMS)


@pytest.mark.parametrize(
    ("file", "planted", "fault"),
    [
        ("screen/screen.py", "from ..player.director import Director", "from a room above"),
        ("canvas/theme.py", "from .. import NpcVideoPlayer", "from a room above"),
        ("player/director.py", "from .player import NpcVideoPlayer", "a circle"),
        ("clips/reel.py", "def f():\n    from .reels import Reels", "a circle"),
    ],
)
def test_an_import_against_it_would_be_noticed(tmp_path, file, planted, fault):
    found = faults_with(planted, file, PLAYER, ROOMS, tmp_path)
    assert any(fault in each for each in found)


def test_an_import_in_a_function_says_what_it_saves():
    assert not unexplained_imports(PLAYER)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_tells_what_it_is_for(room):
    assert (PLAYER / room / "__init__.py").read_text("utf-8").startswith('"""')
