import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from npc_video.backends.base import GenerationRequest, NpcImage
from npc_video.backends.http.fields import HttpFields
from npc_video.errors import GenerationError, GenerationInvalidError
from npc_video.quality import typical_seconds
from npc_video.records import QUALITY_PRESETS, Purpose, QualityPreset, VideoParams
from npc_video_farm.worker.body import read_request

texts = st.text(max_size=20)
names = st.text(min_size=1, max_size=10)
PNG = b"\x89PNG\r\n\x1a\n"
presets = st.sampled_from([*QUALITY_PRESETS.values()]) | st.builds(
    lambda name, seconds, **own: QualityPreset(
        name, **own, min_seconds=seconds, max_seconds=seconds
    ),
    name=names,
    width=st.integers(1, 2048),
    height=st.integers(1, 2048),
    fps=st.integers(1, 240),
    steps=st.integers(1, 1000),
    cfg=st.floats(0, 100),
    seconds=st.sampled_from([0.5, 1.0, 2.0, 32.0]),
)
requests = st.builds(
    GenerationRequest,
    params=st.builds(
        VideoParams,
        prompt=texts,
        negative_prompt=texts,
        expression=texts,
        animation=texts,
        emotion=texts,
        intensity=st.floats(0, 1),
        loras=st.lists(names, max_size=3).map(tuple),
        seed=st.integers(0, 2**31 - 1),
        style=texts,
        npc_id=texts,
        npc_name=texts,
    ),
    preset=presets,
    clip_seconds=st.floats(0.1, 60),
    image=st.none() | st.binary(max_size=50).map(lambda data: NpcImage.of(PNG + data)),
)


def sent(request):
    body = HttpFields().body(request) | {"preset": request.preset.name, "generator": "video"}
    return json.dumps(body).encode()


@given(requests, st.sampled_from(Purpose), st.none() | st.floats(0, 100))
def test_a_request_arrives_as_it_was_sent(request, purpose, due_in):
    read = read_request(sent(request), typical_seconds(request.preset), purpose, due_in)
    assert read == replace(request, purpose=purpose, deadline=due_in)


def test_without_fields_it_is_the_usual_clip():
    assert read_request(b"{}", 4.0).params == VideoParams()


def test_a_preset_with_other_values_than_ours_takes_the_time_that_is_told():
    preset = read_request(b'{"preset": "fast", "width": 64}', 4.0).preset
    assert (preset.name, preset.width, preset.min_seconds, preset.max_seconds) == (
        *("fast", 64),
        *(4.0, 4.0),
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not as a farm reads it"),
        (b"[]", "object"),
        (b'{"promt": ""}', "promt"),
        (b'{"width": 0}', "width"),
        (b'{"width": "512"}', "width"),
        (b'{"duration": 61}', "duration"),
        (b'{"duration": 1e999}', "duration"),
        (b'{"loras": [""]}', "loras"),
        (b'{"image": "https://example.org/a.png"}', "data URL"),
        (b'{"image": "data:image/png;base64,@"}', "data URL"),
        (b'{"image": "data:image/png;base64,AAAAA"}', "damaged"),
        (b'{"image": "data:image/png;base64,AAAA"}', "PNG"),
        (b'{"prompt": "\xff"}', "not as a farm reads it"),
    ],
)
def test_what_is_wrong_is_named(body, said):
    with pytest.raises(GenerationInvalidError, match=said):
        read_request(body, 4.0)


@given(st.binary(max_size=200))
@example(b"[" * 10_000)
def test_any_bytes_are_read_or_refused(body):
    with suppress(GenerationError):
        read_request(body, 4.0)
