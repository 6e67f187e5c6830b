"""What is told of an interaction or a request that is answered as it is."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video import NpcResponseEvaluator, ToolInteraction, VideoParams
from npc_video.npc.doubts import Doubts
from npc_video.templates import read_template


def npc(**more: Any) -> NpcResponseEvaluator:
    return NpcResponseEvaluator({**read_template("guard"), **more})


def of_reaction(said: Mapping[str, Any]) -> list[str]:
    told: list[str] = []
    doubts = Doubts(told.append)
    for _ in range(2):
        doubts.of_interaction(said, ToolInteraction.from_dict(said), npc())
    return told


def of_request(
    said: Mapping[str, Any],
    answering: NpcResponseEvaluator | None = None,
    own: tuple[str, ...] = (),
) -> list[str]:
    told: list[str] = []
    doubts = Doubts(told.append)
    for _ in range(2):
        wanted = VideoParams.from_dict(said)
        doubts.of_request(said, wanted, answering or npc(), lambda: own)
    return told


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"tool": "fether"}, "The tool 'fether' is unknown; perhaps you mean 'feather'."),
        (
            {"tool": "hand", "zone": "chst"},
            "The zone 'chst' is unknown; perhaps you mean 'chest'.",
        ),
        (
            {"tool": "hand", "zone": None},
            "zone is null, so its default is used: give it a value, or leave it out.",
        ),
    ],
)
def test_an_interaction(said, sentence):
    assert of_reaction(said) == [sentence]


@pytest.mark.parametrize(
    "said",
    [
        {"tool": "hand"},
        {"tool": {"id": "feather_7", "type": "feather"}, "zone": "chest"},
        {"tool": {"id": "fether", "type": "feather"}},
        {"tool": "flute", "zone": "tail"},
        {"tool": "hand", "zone": "unknown"},
        {"tool": "hand", "zone": ""},
    ],
)
def test_nothing_is_told_of_an_interaction_that_is_right_or_of_the_game_s_own(said):
    assert of_reaction(said) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"expression": "hapy"}, "The expression 'hapy' is unknown; perhaps you mean"),
        (
            {"emotion": "anrgy"},
            "The emotion 'anrgy' is unknown; perhaps you mean 'angry'.",
        ),
        ({"animation": "bonce"}, "The animation 'bonce' is unknown; perhaps you mean"),
        ({"emotion": None}, "emotion is null, so its default is used"),
        (
            {"seed": -1},
            "The seed is -1, which generators read differently: use",
        ),
        ({"seed": 2**31}, "The seed is 2147483648"),
    ],
)
def test_a_request(said, sentence):
    (told,) = of_request(said)
    assert told.startswith(sentence)
    assert told.endswith(".")


def test_loras_are_compared_with_those_of_the_npc():
    answering = npc(videoGen={"style": {"loras": ["soft_light:0.5"]}})
    assert of_request({"loras": ["softlight:0.8", "grain"]}, answering) == [
        "The LoRA 'softlight' is unknown; perhaps you mean 'soft_light'."
    ]
    assert of_request({"loras": ["soft_light", "soft_light:2"]}, answering) == []


@pytest.mark.parametrize(
    "said",
    [{}, {"expression": "happy", "seed": 7}, {"expression": "smirk"}, {"loras": ["a"]}],
)
def test_nothing_is_told_of_a_request_that_is_right(said):
    assert of_request(said) == []


def test_words_of_the_npc_s_own_are_right():
    assert of_request({"expression": "hapy"}, own=("hapy",)) == []
    table = {
        "nodes": [
            {"id": "t", "type": "input.pressure"},
            {"id": "e", "type": "response.expression", "data": {"thresholds": {"0": "hapy"}}},
            {"id": "out", "type": "video.output"},
        ],
        "connections": [
            {"from": "t", "fromPort": "value", "to": "e", "toPort": "intensity"},
            {"from": "e", "fromPort": "expression", "to": "out", "toPort": "expression"},
        ],
    }
    said = {"expression": "hapy"}
    assert of_request(said, NpcResponseEvaluator({"responseGraph": table})) == []


def test_each_npc_is_told_of_apart():
    told: list[str] = []
    doubts = Doubts(told.append)
    for npc_id in ("a", "b", "a"):
        event = ToolInteraction("fether", "fether")
        doubts.of_interaction({}, event, npc(npc={"id": npc_id, "name": npc_id}))
    assert len(told) == 2


@given(st.text(), st.text())
def test_any_word_is_taken(tool, word):
    of_reaction({"tool": tool or "hand", "zone": word})
    of_request({"expression": word, "animation": tool})
