"""Inputs that depend on the values of a node, as the server describes them."""

import pytest
from npc_video.backends.comfyui.description import Description


def inputs(spec, given=None, group="required"):
    """The kinds of the inputs of a node with one described input `it`."""
    described = Description({"input": {group: {"it": spec}}})
    return {name: each.kind for name, each in described.inputs(given or {}).items()}


CHOICE = [
    "COMFY_DYNAMICCOMBO_V3",
    {
        "options": [
            {"key": "plain", "inputs": {}},
            {"key": "scaled", "inputs": {"required": {"width": ["INT"]}}},
        ]
    },
]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"it": "scaled"}, {"it.width": "INT"}),
        ({"it": "plain"}, {}),
        ({"it": "unknown"}, {}),
        ({"it": 1}, {}),
        ({}, {}),
    ],
)
def test_a_choice_brings_inputs_of_its_own(given, found):
    assert inputs(CHOICE, given) == found


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ({"prefix": "image"}, {"it.image0": "IMAGE"}),
        ({"names": ["a", "b", 3]}, {"it.a": "IMAGE"}),
        ({}, {}),
    ],
)
def test_a_list_grows_as_more_is_connected(template, found):
    spec = [
        "COMFY_AUTOGROW_V3",
        {"template": {"input": {"required": {"x": ["IMAGE"]}}, **template}},
    ]
    given = {"it.image0": ["1", 0], "it.a": ["1", 0], "it.other": ["1", 0]}
    assert inputs(spec, given) == found


def test_a_list_of_nothing_has_no_inputs():
    assert inputs(["COMFY_AUTOGROW_V3", {"template": {"prefix": "image"}}], {"it.image0": 1}) == {}


def test_a_slot_counts_once_it_is_connected():
    spec = [
        "COMFY_DYNAMICSLOT_V3",
        {"slotType": "MODEL", "inputs": {"optional": {"strength": ["FLOAT"]}}},
    ]
    assert inputs(spec) == {}
    assert inputs(spec, {"it": ["1", 0]}) == {"it": "MODEL", "it.strength": "FLOAT"}


@pytest.mark.parametrize("spec", [None, [], "INT", ["COMFY_OF_TOMORROW"]])
def test_what_is_not_understood_is_left_out(spec):
    assert inputs(spec, {"it": 1}) == {}


@pytest.mark.parametrize("group", ["required", "optional"])
def test_an_ordinary_input_is_one(group):
    assert inputs(["INT", {"min": 0}], group=group) == {"it": "INT"}
