"""Each example project is shown, played and documented, and its graphs have no mistakes."""

import re

import pytest
from npc_video import load_metadata

from tools.example_shots import SHOTS
from tools.paths import EXAMPLES, ROOT

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/project.godot"))
GRAPHS = sorted(EXAMPLES.glob("*/*.npcgraph.json"))
PLAYER = re.compile(
    r'^\[node name="\w+" type="NpcVideoPlayer".*?(?=^\[|\Z)', re.MULTILINE | re.DOTALL
)


def test_all_are_shown_played_and_documented() -> None:
    users = {path.stem for path in (ROOT / "tests/engine/examples").glob("*.gd")} - {"user"}
    page = (ROOT / "docs/examples.md").read_text("utf-8")
    pictures = re.findall(r"\(pictures/example_(\w+)\.webp\)", page)
    assert NAMES
    assert NAMES == sorted(SHOTS) == sorted(users) == sorted(pictures)
    assert all((EXAMPLES / name / "README.md").is_file() for name in NAMES)


def test_the_demo_around_them_does_not_see_them() -> None:
    assert (EXAMPLES / ".gdignore").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_its_files_are_those_that_the_documentation_names(name: str) -> None:
    page = (EXAMPLES / name / "README.md").read_text("utf-8")
    rows = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    for file in re.findall(r"`([^`]+)`", rows):
        assert (EXAMPLES / name / file).exists(), file


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.name)
def test_its_graph_has_no_mistakes(path) -> None:
    load_metadata(path.read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_its_players_make_clips_also_when_it_is_exported(name: str) -> None:
    # An empty backend makes none there.
    text = "".join(path.read_text("utf-8") for path in (EXAMPLES / name).glob("*.tscn"))
    players = PLAYER.findall(text)
    assert players
    assert all("\nbackend = SubResource(" in player for player in players)
