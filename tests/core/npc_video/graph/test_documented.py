import re

from npc_video.graph import load_metadata

from tools.node_pages import GRAPH, NODES, nodes_page, with_templates

DOC = GRAPH.read_text("utf-8")
EXAMPLE, SECTIONS = re.findall(r"```json\n(.*?)```", DOC, re.DOTALL)


def test_the_pages_of_nodes_and_templates_are_those_of_the_code():
    assert NODES.read_text("utf-8") == nodes_page(), "run python -m tools.node_pages"
    assert with_templates(DOC) == DOC, "run python -m tools.node_pages"


def test_the_example_can_be_loaded():
    assert load_metadata(EXAMPLE).npc.name == "Cat"


def test_the_sections_are_shown_with_their_defaults():
    shown, default = load_metadata(SECTIONS), load_metadata({})
    for section in ("npc", "video_gen", "interaction", "debug"):
        assert getattr(shown, section) == getattr(default, section)
