import json
import re
import sys
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from npc_video.backends.base import GenerationRequest
from npc_video.backends.http.fields import HttpFields
from npc_video.records import QUALITY_PRESETS, VideoParams
from npc_video_farm.errors import FarmError
from npc_video_farm.store.keys import job_key

PRESET = QUALITY_PRESETS["fast"]


def key_of(**fields):
    body = HttpFields().body(GenerationRequest(VideoParams(npc_id="ada"), PRESET))
    return job_key("game", "faces", "f1", json.dumps(body | fields).encode(), "fast", 3.0)


def test_a_key_names_a_file_anywhere():
    assert re.fullmatch(r"[0-9a-f]{64}", key_of())


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": "smile"},
        {"negative_prompt": "blurred"},
        {"expression": "happy"},
        {"emotion": "joy"},
        {"animation": "nod"},
        {"intensity": 0.7},
        {"seed": 1},
        {"loras": ["ink"]},
        {"style": "oil"},
        {"image": "data:image/png;base64,AAAA"},
        {"width": 256},
        {"height": 256},
        {"fps": 24},
        {"steps": 4},
        {"cfg_scale": 1.0},
        {"duration": 2.0},
        {"npc_id": "bob"},
        {"something_new": True},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_changes_the_picture_changes_the_key(other):
    assert key_of(**other) != key_of()


@pytest.mark.parametrize(
    "changed",
    [
        ("other", "faces", "f1", b"{}", "fast", 3.0),
        ("game", "bodies", "f1", b"{}", "fast", 3.0),
        ("game", "faces", "f2", b"{}", "fast", 3.0),
        ("game", "faces", "f1", b"{}", "best", 3.0),
        ("game", "faces", "f1", b"{}", "fast", 4.0),
        ("gamef", "aces", "f1", b"{}", "fast", 3.0),
    ],
)
def test_so_does_what_makes_it(changed):
    assert job_key(*changed) != job_key("game", "faces", "f1", b"{}", "fast", 3.0)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"prompt": "a  smile,, warm"}, {"prompt": " a smile, warm "}),
        ({"intensity": 0.52}, {"intensity": 0.5}),
        ({"seed": 8, "steps": 8}, {"steps": 8.0, "seed": 8}),
        ({"intensity": 1}, {"intensity": 1.0}),
    ],
)
def test_what_makes_no_difference_makes_none(first, second):
    assert key_of(**first) == key_of(**second)


def test_a_part_of_one_prompt_does_not_move_to_the_other():
    assert key_of(prompt="a", negative_prompt="b") != key_of(prompt="b", negative_prompt="a")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@example({"intensity": sys.float_info.max})
@example({"seed": 10**400})
@given(st.dictionaries(st.text() | st.sampled_from(["prompt", "intensity", "image"]), values))
def test_any_object_has_one_key_or_is_refused(fields):
    body = json.dumps(fields)
    turned = json.dumps(dict(reversed(fields.items())), indent=1)
    try:
        first = job_key("game", "faces", "", body.encode(), "fast", 3.0)
    except FarmError:
        return
    assert job_key("game", "faces", "", turned.encode(), "fast", 3.0) == first


@given(st.binary(max_size=50))
def test_bytes_are_an_object_or_refused(body):
    with suppress(FarmError):
        job_key("game", "faces", "", body, "fast", 3.0)


@pytest.mark.parametrize("body", [b"[]", b"1", b'{"seed": NaN}', b'{"a":' * 100_000, b"\xff"])
def test_what_is_no_object_is_told(body):
    with pytest.raises(FarmError, match="JSON"):
        job_key("game", "faces", "", body, "fast", 3.0)
