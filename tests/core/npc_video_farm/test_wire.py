"""The body of a request."""

import json
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.base import GenerationRequest, NpcImage
from npc_video.backends.http.fields import HttpFields
from npc_video.errors import InvalidDataError
from npc_video.quality import typical_seconds
from npc_video.records import QUALITY_PRESETS, VideoParams
from npc_video_farm.wire import read_body

PNG = NpcImage.of(b"\x89PNG\r\n\x1a\n and more")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def body_of(preset="fast", seconds=3.0, image=None, **params):
    request = GenerationRequest(VideoParams(**params), QUALITY_PRESETS[preset], seconds, image)
    return json.dumps(HttpFields().body(request)).encode()


@pytest.mark.parametrize("preset", QUALITY_PRESETS)
@pytest.mark.parametrize("image", [None, PNG])
def test_what_games_send_is_read(preset, image):
    body = read_body(body_of(preset, image=image, prompt="a laugh", loras=("a", "b"), seed=7))
    assert (body.prompt, body.model, body.seed) == ("a laugh", "a+b", 7)
    assert body.preset_name == body.covering_preset.name == preset
    assert body.usual_seconds == pytest.approx(typical_seconds(QUALITY_PRESETS[preset]))
    assert read_body(msgspec.json.encode(body)) == body


def test_a_longer_clip_takes_longer():
    short, long = read_body(body_of(seconds=3.0)), read_body(body_of(seconds=6.0))
    assert long.usual_seconds == pytest.approx(2 * short.usual_seconds)


def test_more_work_than_the_best_preset_takes_longer():
    best = read_body(body_of("quality"))
    more = msgspec.structs.replace(best, steps=best.steps * 3)
    assert more.covering_preset is None
    assert more.usual_seconds == pytest.approx(3 * best.usual_seconds)
    assert more.preset_name == "quality"


def test_a_preset_of_the_games_own_keeps_its_name():
    body = read_body(json.dumps({"preset": "tiny", "width": 64, "height": 64}).encode())
    assert body.preset_name == "tiny"
    assert body.covering_preset.name == "realtime"


@given(JSON)
def test_anything_else_is_refused(value):
    raw = json.dumps({"prompt": "a", "more": value}).encode()
    with pytest.raises(InvalidDataError):
        read_body(raw)


@given(st.binary(max_size=100))
def test_bytes_are_read_or_refused(raw):
    with suppress(InvalidDataError):
        read_body(raw)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("width", 0),
        ("width", 2049),
        ("height", "512"),
        ("fps", 0),
        ("steps", 10**6),
        ("duration", 0),
        ("duration", 61),
        ("intensity", 1.5),
        ("loras", [""]),
        ("loras", ["a"] * 33),
        ("prompt", "x" * 20_001),
        ("image", "http://169.254.0.1/secret"),
        ("image", "data:text/html;base64,AAAA"),
        ("image", "data:image/png;base64,A\nA"),
        ("preset", "x" * 65),
    ],
)
def test_a_field_outside_its_range_is_named(field, value):
    with pytest.raises(InvalidDataError, match=field):
        read_body(json.dumps({field: value}).encode())


def test_depth_does_no_harm():
    raw = b'{"prompt":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"
    with pytest.raises(InvalidDataError):
        read_body(raw)


def test_presets_by_work_are_presets_by_time():
    times = [typical_seconds(preset) for preset in QUALITY_PRESETS.values()]
    assert times == sorted(times)
