import re
from pathlib import Path

from npc_video.graph import load_metadata

from tools.node_table import with_tables

DOC = (Path(__file__).parents[4] / "docs" / "graph.md").read_text("utf-8")
EXAMPLE, SECTIONS = re.findall(r"```json\n(.*?)```", DOC, re.DOTALL)


def test_the_tables_of_nodes_and_templates_are_those_of_the_code():
    assert with_tables(DOC) == DOC, "run python -m tools.node_table"


def test_the_example_can_be_loaded():
    assert load_metadata(EXAMPLE).npc.name == "Cat"


def test_the_sections_are_shown_with_their_defaults():
    shown, default = load_metadata(SECTIONS), load_metadata({})
    for section in ("npc", "video_gen", "interaction", "debug"):
        assert getattr(shown, section) == getattr(default, section)
