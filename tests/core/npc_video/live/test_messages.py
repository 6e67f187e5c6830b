"""Messages of a running game survive the way to the editor."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video import NpcResponseEvaluator, ToolInteraction, VideoParams
from npc_video.errors import InvalidDataError
from npc_video.graph import NodeTrace, TracedTurn
from npc_video.live.messages import LiveNpc, digest_of, turn_of, turn_text
from npc_video.templates import TEMPLATES, template_text

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
traces = st.dictionaries(
    st.text(),
    st.builds(NodeTrace, st.dictionaries(st.text(), plain, max_size=3), plain),
    max_size=3,
)
TOUCH = ToolInteraction("feather", "soft", pressure=0.25, zone="belly", pattern="zigzag")


@given(traces, st.floats(0.0, 1e6))
def test_a_turn_comes_as_it_was(trace, at):
    answer = VideoParams(expression="happy", loras=("a:0.5",), seed=7)
    turn = TracedTurn(at, TOUCH, answer, trace)
    assert turn_of(turn_text(turn)) == turn


@pytest.mark.parametrize("name", TEMPLATES)
def test_so_do_those_of_all_templates(name):
    evaluator = NpcResponseEvaluator(template_text(name), clock=lambda: 0.0)
    for at in range(3):
        turn = evaluator.traced_at(TOUCH, float(at))
        if turn is not None:
            came = turn_of(turn_text(turn))
            assert (came.answer, came.touch, came.at) == (turn.answer, turn.touch, turn.at)
            assert json.loads(turn_text(came)) == json.loads(turn_text(turn))


def test_values_that_json_has_not_come_too():
    turn = TracedTurn(0.0, TOUCH, VideoParams(), {"n": NodeTrace({"a": math.inf, "b": (1, 2)})})
    assert turn_of(turn_text(turn)).trace["n"].outputs == {"a": math.inf, "b": [1, 2]}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 1}', "[" * 100_000])
def test_anything_else_is_no_turn(text):
    with pytest.raises(InvalidDataError):
        turn_of(text)


def test_an_npc_comes_as_it_was():
    npc = LiveNpc("17", "Ember", "/root/Main/Ember", "res://ember.npcgraph.json", digest_of("{}"))
    assert LiveNpc.from_strings(npc.strings()) == npc


def test_an_npc_of_another_version_is_refused():
    with pytest.raises(InvalidDataError, match="another version"):
        LiveNpc.from_strings(["17", "Ember"])


def test_texts_differ_by_their_digests():
    assert digest_of("{}") == digest_of("{}") != digest_of("{} ")
