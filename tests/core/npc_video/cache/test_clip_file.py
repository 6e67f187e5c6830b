import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.cache.clip_file import describe, file_name, pack, parse_header, restore, unpack
from npc_video.errors import InvalidDataError
from npc_video.records import GeneratedClip, VideoParams

from .clips import key_of, make_clip

_numbers = st.floats(allow_nan=False, allow_infinity=False)
_params = st.builds(
    VideoParams,
    intensity=st.floats(0.0, 1.0),
    loras=st.lists(st.text()).map(tuple),
    seed=st.integers(-(2**64), 2**64),
    **{
        name: st.text()
        for name in ("prompt", "expression", "animation", "emotion", "style", "npc_id")
    },
)
_clips = st.builds(
    GeneratedClip,
    data=st.binary(),
    media_type=st.text(),
    width=st.integers(),
    height=st.integers(),
    fps=_numbers,
    duration=_numbers,
    preset=st.text(),
    params=_params,
    generation_seconds=_numbers,
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(_clips, st.text())
def test_a_clip_comes_back_as_it_was(clip: GeneratedClip, fingerprint: str) -> None:
    key = clip.params.cache_key(fingerprint)
    header, content = pack(key, clip)
    assert unpack(file_name(content), content) == (key, clip)
    assert parse_header(header)[0] == key


@given(_clips, st.data())
def test_a_changed_file_is_refused(clip: GeneratedClip, data: st.DataObject) -> None:
    _, content = pack(key_of(clip), clip)
    other = bytearray(content)
    at = data.draw(st.integers(0, len(content) - 1))
    other[at] ^= data.draw(st.integers(1, 255))
    for changed in (bytes(other), content[:at], content + b"x"):
        with pytest.raises(InvalidDataError):
            unpack(file_name(content), changed)


@given(_json)
def test_any_json_is_read_or_refused_with_a_reason(value: Any) -> None:
    with pytest.raises(InvalidDataError):
        restore(value)
    with pytest.raises(InvalidDataError):
        parse_header(json.dumps(value))


def test_a_clip_keeps_the_colours_of_its_writer() -> None:
    clip = replace(make_clip(), untagged_colours="bt709")
    _, content = pack(key_of(clip), clip)
    assert unpack(file_name(content), content)[1] == clip
    description = json.loads(json.dumps(describe(key_of(clip), clip)))
    with pytest.raises(InvalidDataError, match="untagged_colours"):
        restore(description | {"untagged_colours": "rgb"})
    # As caches have it that were written before there was a choice.
    del description["untagged_colours"]
    assert restore(description)[1].untagged_colours == "bt601"


def test_a_clip_with_an_infinite_time_is_refused() -> None:
    clip = make_clip(seconds=math.inf)
    with pytest.raises(InvalidDataError, match="finite"):
        pack(key_of(clip), clip)


@pytest.mark.parametrize("header", ["", "{", "[" * 100_000, "\ud800", '{"version": 2}'])
def test_what_is_no_description_is_refused(header: str) -> None:
    with pytest.raises(InvalidDataError):
        parse_header(header)


@pytest.mark.parametrize("field", ["key", "width", "preset", "params", "fps", "media_type"])
@pytest.mark.parametrize("value", [None, True, [[1]], float("nan")])
def test_a_wrong_or_missing_field_is_named(field: str, value: Any) -> None:
    clip = make_clip()
    description = json.loads(json.dumps(describe(key_of(clip), clip)))
    with pytest.raises(InvalidDataError, match=field):
        restore(description | {field: value})
    with pytest.raises(InvalidDataError, match=field):
        restore({name: item for name, item in description.items() if name != field})
