import re
from pathlib import Path

import npc_video
from npc_video.graph.nodes import NODE_TYPES

DOC = (Path(__file__).parents[4] / "docs" / "graph.md").read_text("utf-8")


def test_every_type_of_node_is_documented():
    assert set(re.findall(r"`((?:[a-z]+)\.(?:[a-z]+))`", DOC)) - {
        "data.threshold",
        "data.value",
        "data.key",
    } == set(NODE_TYPES)


def test_the_example_can_be_loaded():
    (example,) = re.findall(r"```json\n(.*?)```", DOC, re.DOTALL)
    assert npc_video.load_metadata(example).npc.name == "Cat"
