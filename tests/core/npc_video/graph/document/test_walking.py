import json

from hypothesis import given
from hypothesis import strategies as st
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.walking import along, beside, following

from tests.core.npc_video.graph.graphs import metadata

PLACES = {"a": (0.0, 0.0), "b": (100.0, 10.0), "c": (90.0, 300.0), "d": (0.0, 200.0)}
POINTS = st.tuples(st.integers(-500, 500), st.integers(-500, 500))


def test_the_nearest_node_in_a_direction():
    assert beside(PLACES, "a", (1.0, 0.0)) == "b"
    assert beside(PLACES, "a", (0.0, 1.0)) == "d"
    assert beside(PLACES, "b", (-1.0, 0.0)) == "a"
    assert beside(PLACES, "a", (-1.0, 0.0)) == ""


def test_along_a_wire_and_back():
    nodes = {"p": ("input.pressure", {}), "out": ("video.output", {})}
    document = GraphDocument.read(
        json.dumps(metadata(nodes, "p.value > gone.a", "p.value > out.intensity"))
    )
    assert along(document, "p", forward=True) == "out"
    assert along(document, "out", forward=False) == "p"
    assert along(document, "out", forward=True) == ""


@given(st.dictionaries(st.text(min_size=1), POINTS, max_size=8), st.sampled_from([1, -1]))
def test_steps_lead_over_all_nodes_once(places, step):
    seen, node = [], following(places, "", step)
    while node:
        seen.append(node)
        node = following(places, node, step)
    assert sorted(seen) == sorted(places)
    assert seen == sorted(seen, key=places.__getitem__, reverse=step < 0) or len(
        set(places.values())
    ) < len(places)
