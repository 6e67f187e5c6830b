import io

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.errors import ClipLimitError, DamagedClipError, MediaError, UnsupportedClipError
from npc_video.media.container import MediaLimits
from npc_video.media.picture_file import decode_preview

KINDS = {"image/jpeg": ("mjpeg", "yuvj420p"), "image/png": ("png", "rgb24")}


def file_of(pixels, media_type="image/png"):
    codec, form = KINDS[media_type]
    file = io.BytesIO()
    with av.open(file, "w", format="image2pipe") as output:
        stream = output.add_stream(codec, rate=1)
        stream.height, stream.width = pixels.shape[:2]
        stream.pix_fmt = form
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=form)
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def pixels_of(preview):
    pixels = np.frombuffer(preview.pixels, np.uint8)
    return pixels.reshape(preview.height, preview.width, 3).astype(int)


@pytest.mark.parametrize("media_type", KINDS)
def test_shows_what_is_in_the_file(media_type):
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[:] = 200, 100, 50
    preview = decode_preview(file_of(pixels, media_type), media_type)
    assert (preview.width, preview.height) == (400, 300)
    assert np.abs(pixels_of(preview) - pixels).max() <= 4


def test_a_small_one_is_enlarged_without_steps():
    ramp = np.linspace(0, 255, 16).astype(np.uint8)
    pixels = np.repeat(ramp[None, :, None], 12, 0).repeat(3, 2)
    preview = decode_preview(file_of(pixels), "image/png")
    assert (preview.width, preview.height) == (16 * 22, 12 * 22)
    steps = np.diff(pixels_of(preview)[preview.height // 2, :, 0])
    assert steps.max() <= 3, "16 levels would go up by 17 at once"


def test_a_large_one_is_refused():
    data = file_of(np.zeros((64, 65, 3), np.uint8))
    with pytest.raises(DamagedClipError):
        decode_preview(data, "image/png", MediaLimits(max_pixels=64 * 64))
    with pytest.raises(ClipLimitError):
        decode_preview(data, "image/png", MediaLimits(max_bytes=10))


def test_a_thin_one_is_not_enlarged_beyond_the_limit():
    preview = decode_preview(
        file_of(np.zeros((2, 3000, 3), np.uint8)), "image/png", MediaLimits(max_pixels=100_000)
    )
    assert (preview.width, preview.height) == (12000, 8)


def test_other_types_are_refused():
    with pytest.raises(UnsupportedClipError, match="image/gif"):
        decode_preview(b"GIF89a", "image/gif")


@pytest.mark.parametrize("media_type", KINDS)
@given(data=st.binary(max_size=300), at=st.integers(0, 400))
def test_damage_gives_a_picture_or_a_typed_error(media_type, data, at):
    whole = file_of(np.full((40, 40, 3), 90, np.uint8), media_type)
    for damaged in (data, whole[:at] + data, whole[:at] + data + whole[at + len(data) :]):
        try:
            preview = decode_preview(damaged, media_type, MediaLimits(max_pixels=1 << 16))
        except MediaError:
            continue
        assert len(preview.pixels) == preview.width * preview.height * 3
