from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.layering import arranged, clear_of

from tests.core.npc_video.graph.document.texts import FILES

NAMES = [f"n{index}" for index in range(12)]
SIZES = st.dictionaries(
    st.sampled_from(NAMES), st.tuples(st.integers(1, 300), st.integers(1, 300)), max_size=12
)
WIRES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=30)


def overlaps(one, other, positions, sizes):
    (x, y), (u, v) = positions[one], positions[other]
    (w, h), (s, t) = sizes[one], sizes[other]
    return x < u + s and u < x + w and y < v + t and v < y + h


RECTS = st.lists(st.tuples(*[st.integers(0, 50)] * 2, *[st.integers(1, 50)] * 2), max_size=20)


@given(RECTS, st.tuples(st.integers(0, 50), st.integers(0, 50)))
def test_a_new_node_covers_no_other(rects, at):
    x, y = clear_of(at, (20, 10), rects, 5)
    assert x == at[0]
    assert y >= at[1]
    assert all(
        x >= left + width or left >= x + 20 or y >= top + height or top >= y + 10
        for left, top, width, height in rects
    )
    if not any(
        x < left + width and left < x + 20 and at[1] < top + height and top < at[1] + 10
        for left, top, width, height in rects
    ):
        assert y == at[1]


@given(SIZES, WIRES)
def test_no_two_nodes_overlap(sizes, wires):
    positions = arranged(sizes, wires)
    assert positions.keys() == sizes.keys()
    assert not any(overlaps(a, b, positions, sizes) for a, b in combinations(sizes, 2))
    assert all(x >= 0 and y >= 0 for x, y in positions.values())
    assert positions == arranged(dict(sizes), iter(wires))


@given(SIZES, WIRES)
def test_wires_lead_to_the_right_where_there_is_no_circle(sizes, wires):
    forward = [(a, b) for a, b in wires if NAMES.index(a) < NAMES.index(b)]
    positions = arranged(sizes, forward)
    for a, b in forward:
        if a in sizes and b in sizes:
            assert positions[a][0] + sizes[a][0] < positions[b][0]


def test_a_circle_is_opened_where_it_is_entered():
    sizes = dict.fromkeys("dcba", (100, 50))
    positions = arranged(sizes, [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("a", "a")])
    assert sorted(positions, key=lambda node: positions[node][0]) == ["a", "b", "c", "d"]


def test_wires_do_not_cross_that_need_not():
    sizes = dict.fromkeys(["a", "b", "c", "z", "y", "x"], (100, 50))
    positions = arranged(sizes, [("a", "x"), ("b", "y"), ("c", "z")])
    assert [positions[node][1] for node in "abc"] == [positions[node][1] for node in "xyz"]


def test_nodes_without_wires_are_in_rows_below():
    sizes = dict.fromkeys([f"n{index}" for index in range(30)], (200, 50))
    positions = arranged(sizes, [("n0", "n1")])
    bottom = max(positions["n0"][1], positions["n1"][1]) + 50
    others = [positions[f"n{index}"] for index in range(2, 30)]
    assert all(y > bottom for _, y in others)
    assert len({y for _, y in others}) > 1
    assert len({x for x, _ in others}) > 1


@pytest.mark.parametrize("text", FILES)
def test_files_are_arranged(text):
    document = GraphDocument.read(text)
    sizes = dict.fromkeys(document.nodes, (180.0, 90.0))
    wires = [(wire.source, wire.target) for wire in document.wires.values()]
    positions = arranged(sizes, wires)
    assert all(positions[a][0] < positions[b][0] for a, b in wires)


def test_a_row_of_a_thousand_nodes_needs_no_deep_stack():
    names = [str(index) for index in range(3000)]
    positions = arranged(dict.fromkeys(names, (10, 10)), list(pairwise(names))[::-1])
    assert positions["2999"][0] > positions["0"][0]


def test_nothing_is_arranged_as_nothing():
    assert arranged({}, [("a", "b")]) == {}
