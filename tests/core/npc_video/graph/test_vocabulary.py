import pytest
from npc_video.graph import load_metadata
from npc_video.graph.vocabulary import known_tools, known_zones
from npc_video.templates import TEMPLATES, template_text


def metadata(nodes, connections, **interaction):
    output = {"id": "output", "type": "video.output", "data": {}}
    lines = [
        {"id": f"c{n}", "from": a, "fromPort": p, "to": b, "toPort": q}
        for n, (a, p, b, q) in enumerate(connections)
    ]
    graph = {"nodes": [*nodes, output], "connections": lines}
    return load_metadata({"interaction": interaction, "responseGraph": graph})


def node(node_id, kind, **data):
    return {"id": node_id, "type": kind, "data": data}


def test_what_the_rules_list_comes_first() -> None:
    npc = metadata(
        [node("zone", "input.zone"), node("map", "logic.switch", cases={"nose": "a", "ear": "b"})],
        [("zone", "zone", "map", "selector"), ("map", "value", "output", "expression")],
        enabledTools=["brush", {"id": "hand"}],
        zones=["ear", {"id": "back"}],
    )
    assert known_tools(npc) == ["brush", "hand"]
    assert known_zones(npc) == ["ear", "back", "nose"]


def test_ids_and_types_of_tools_are_told_apart() -> None:
    npc = metadata(
        [
            node("tool", "input.tool"),
            node("by_id", "logic.switch", cases={"quill": "happy"}),
            node("by_type", "logic.compare", operator="==", threshold="feather"),
            node("level", "logic.compare", operator=">", threshold=0.5),
        ],
        [
            ("tool", "tool", "by_id", "selector"),
            ("tool", "toolType", "by_type", "a"),
            ("tool", "tool", "level", "a"),
            ("by_id", "value", "output", "expression"),
            ("by_type", "result", "output", "emotion"),
            ("level", "result", "output", "animation"),
        ],
    )
    assert sorted(known_tools(npc)) == ["feather", "quill"]
    assert known_zones(npc) == []


def test_a_preference_is_for_tools_unless_it_is_fed() -> None:
    preference = node("liking", "input.preference", values={"nose": 1.0})
    fed = metadata(
        [preference, node("zone", "input.zone")],
        [("zone", "zone", "liking", "key"), ("liking", "value", "output", "intensity")],
    )
    alone = metadata([preference], [("liking", "value", "output", "intensity")])
    assert (known_tools(fed), known_zones(fed)) == ([], ["nose"])
    assert (known_tools(alone), known_zones(alone)) == (["nose"], [])


def test_a_memory_tells_the_keys_apart_that_it_begins_with() -> None:
    npc = metadata(
        [node("zone", "input.zone"), node("memory", "state.memory", initial={"ribs": 1, "ear": 2})],
        [("zone", "zone", "memory", "key"), ("memory", "value", "output", "intensity")],
    )
    assert known_zones(npc) == ["ribs", "ear"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_knows_a_tool_or_a_zone(name: str) -> None:
    npc = load_metadata(template_text(name))
    assert known_tools(npc) or known_zones(npc)


def test_an_npc_without_a_graph_has_some_too() -> None:
    assert known_tools(load_metadata({"npc": {"name": "Ember"}}))
