"""The values of a turn by node and port."""

import json

import pytest
from npc_video import NpcResponseEvaluator
from npc_video.graph.tracing import in_few_letters
from npc_video.records import ToolInteraction
from npc_video.templates import TEMPLATES, template_text

TURNS = [("feather", 0.2, 0.0), ("poke", 0.9, 1.0), ("feather", 0.4, 3.5), ("treat", 0.5, 60.0)]


def evaluator(text):
    return NpcResponseEvaluator(json.loads(text), clock=lambda: 0.0)


def touch(tool, pressure):
    return ToolInteraction(tool, tool, pressure=pressure, zone="cheek")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_traced_turn_has_the_same_answer(name):
    plain, traced = evaluator(template_text(name)), evaluator(template_text(name))
    for tool, pressure, now in TURNS:
        answer = plain.evaluate_at(touch(tool, pressure), now)
        found = traced.traced_at(touch(tool, pressure), now)
        assert (found and found.answer) == answer
    assert traced.to_dict() == plain.to_dict()


GRAPH = {
    "responseGraph": {
        "nodes": [
            {"id": "press", "type": "input.pressure", "data": {}},
            {"id": "sum", "type": "state.accumulator", "data": {"initialValue": 0.5}},
            {
                "id": "mood",
                "type": "state.machine",
                "data": {
                    "states": [
                        {"id": "calm", "expression": "neutral"},
                        {"id": "cross", "expression": "angry"},
                    ],
                    "transitions": [{"from": "calm", "to": "cross", "threshold": 0.7}],
                },
            },
            {"id": "out", "type": "video.output", "data": {}},
        ],
        "connections": [
            {"from": "press", "fromPort": "value", "to": "mood", "toPort": "intensity"},
            {"from": "mood", "fromPort": "expression", "to": "out", "toPort": "expression"},
            {"from": "press", "fromPort": "value", "to": "sum", "toPort": "input"},
            {"from": "sum", "fromPort": "value", "to": "out", "toPort": "intensity"},
        ],
    }
}


def test_it_has_outputs_and_memory_of_each_node():
    npc = evaluator(json.dumps(GRAPH))
    assert npc.traced_at(touch("hand", 0.1), 0.0).at == 0.0
    turn = npc.traced_at(touch("hand", 0.9), 2.5)
    assert (turn.at, turn.touch) == (2.5, touch("hand", 0.9))
    trace = turn.trace
    assert trace["press"].outputs["value"] == 0.9
    assert trace["press"].cell is None
    assert trace["mood"].cell == "cross"
    assert trace["mood"].outputs["expression"] == "angry"
    assert trace["sum"].cell == trace["sum"].outputs["value"] > 0.5


def test_there_is_none_of_a_turn_that_is_refused():
    document = {**GRAPH, "interaction": {"enabledTools": ["hand"]}}
    assert evaluator(json.dumps(document)).traced_at(touch("stick", 0.9), 1.0) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.1 + 0.2, "0.3"),
        (1.0, "1"),
        (1500, "1500"),
        (None, "–"),
        (False, "false"),
        (("tap", "hold"), "tap, hold"),
        ("x" * 24, "x" * 24),
        ("x" * 25, "x" * 23 + "…"),
    ],
)
def test_values_in_few_letters(value, words):
    assert in_few_letters(value) == words
