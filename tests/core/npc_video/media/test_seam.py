import asyncio
import struct
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from npc_video.backends.base import GenerationRequest, NpcImage
from npc_video.backends.received import received_clip
from npc_video.cache.clip_file import file_name, pack, unpack
from npc_video.media.decode import ClipDecoder
from npc_video.media.encode import encode_clip
from npc_video.media.seam import is_seamless
from npc_video.media.transition import SEAM
from npc_video.records import QUALITY_PRESETS, VideoParams

COUNT, FPS = 9, 8


def scene(width, height, shift=0, seed=3):
    """Soft shapes in all colours, so far to the right."""
    waves = np.random.default_rng(seed).uniform(0.5, 3.0, (3, 2))
    rows, columns = np.mgrid[0:height, 0:width] / max(width, height) * 2.0 * np.pi
    columns = columns - shift / 10.0
    levels = [np.sin(x * columns) * np.cos(y * rows) for x, y in waves]
    return np.rint(127.5 + 100.0 * np.stack(levels, axis=-1)).astype(np.uint8)


def file_of(pixels, kind="png"):
    form = {3: "rgb24", 4: "rgba"}[pixels.shape[2]]
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=form)
    if kind == "mjpeg":
        frame = frame.reformat(format="yuvj420p")
    encoder = av.CodecContext.create(kind, "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, frame.format.name
    encoder.time_base, frame.pts = Fraction(1), 0
    return b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)]))


def clip_of(pictures):
    """An MP4-like clip of RGB pictures, coded as `encode_clip` says."""
    height, width, _ = pictures[0].shape
    planes = (
        av.VideoFrame.from_ndarray(np.ascontiguousarray(each), format="rgb24")
        .reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        .to_ndarray()
        for each in pictures
    )
    return encode_clip(planes, width, height, FPS)


def moving(first, last, count=COUNT):
    """A clip from one shift of the scene to another one, far away in between."""
    shifts = [first, *(30.0 + 10.0 * index for index in range(count - 2)), last]
    return clip_of([scene(96, 64, shift) for shift in shifts])


def seamless(clip, picture, media_type="image/png"):
    decoder = ClipDecoder(clip, "video/webm")
    try:
        return is_seamless(decoder, picture, media_type)
    finally:
        decoder.close()


PORTRAIT = file_of(scene(192, 128))


def test_a_clip_that_begins_and_ends_in_the_picture():
    assert seamless(moving(0, 0), PORTRAIT)
    assert not seamless(moving(0, 40), PORTRAIT)
    assert not seamless(moving(40, 0), PORTRAIT)
    assert not seamless(moving(40, 40), PORTRAIT)


def test_one_picture_is_no_clip_that_another_one_follows():
    assert not seamless(clip_of([scene(96, 64)]), PORTRAIT)


def test_a_picture_of_another_kind_and_size():
    assert seamless(moving(0, 0), file_of(scene(384, 256), "mjpeg"), "image/jpeg")
    assert seamless(moving(0, 0), file_of(scene(48, 32)))


@pytest.mark.parametrize("size", [(96, 128), (192, 64), (130, 64)])
def test_of_a_picture_of_another_shape_the_middle_counts(size):
    """As ComfyUI crops it."""
    around = np.zeros((size[1], size[0], 3), np.uint8)
    top, left = (size[1] - 64) // 2, (size[0] - 96) // 2
    around[top : top + 64, left : left + 96] = scene(96, 64)
    assert seamless(moving(0, 0), file_of(around))
    assert not seamless(moving(0, 0), file_of(np.roll(around, 40, axis=(0, 1))))


def test_saturated_colours_count_as_the_clip_codes_them():
    """Of green BT.601 has a luma that is 33 levels below that of BT.709."""
    green = np.zeros((64, 96, 3), np.uint8)
    green[..., 1] = 255
    assert seamless(clip_of([green] * COUNT), file_of(green))


def test_a_picture_that_is_to_be_turned_is_seen_as_it_is_shown():
    """As telephones write them, and as ComfyUI reads them."""
    lying = file_of(np.rot90(scene(192, 128)), "mjpeg")
    tag = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    said = b"Exif\0\0" + tag
    turned = lying[:2] + b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said + lying[2:]
    assert seamless(moving(0, 0), turned, "image/jpeg")
    assert not seamless(moving(0, 0), lying, "image/jpeg")


def test_what_lies_below_the_transparent_is_left_alone():
    """The clip is opaque: who makes it sees the colours and no alpha."""
    pixels = np.dstack([scene(96, 64), np.zeros((64, 96), np.uint8)])
    assert seamless(moving(0, 0), file_of(pixels))


def test_a_little_may_differ():
    def grey(level):
        return np.full((64, 96, 3), level, np.uint8)

    assert seamless(clip_of([grey(100)] * COUNT), file_of(grey(100 + int(SEAM) - 2)))
    assert not seamless(clip_of([grey(100)] * COUNT), file_of(grey(100 + int(SEAM) + 3)))


def test_what_cannot_be_read_is_not_seamless():
    assert not seamless(moving(0, 0), b"\x89PNG\r\n\x1a\nno picture")
    assert not seamless(moving(0, 0), PORTRAIT, "image/gif")
    whole = moving(0, 0)
    assert not seamless(whole[: len(whole) * 3 // 4], PORTRAIT)


def received(clip, image):
    request = GenerationRequest(VideoParams(), QUALITY_PRESETS["realtime"], image=image)
    return asyncio.run(received_clip(request, clip, seed=1, generation_seconds=1.0))


def test_clips_tell_whether_they_are():
    image = NpcImage.of(PORTRAIT)
    assert received(moving(0, 0), image).seamless
    assert not received(moving(0, 40), image).seamless
    assert not received(moving(0, 0), None).seamless


@pytest.mark.parametrize("is_seamless", [True, False])
def test_clips_on_disk_keep_it(is_seamless):
    clip = replace(received(moving(0, 0), None), seamless=is_seamless)
    _, content = pack(clip.params.cache_key(), clip)
    _, read = unpack(file_name(content), content)
    assert read == clip


def test_clips_that_were_kept_before_are_not_seamless():
    clip = replace(received(moving(0, 0), None), seamless=True)
    _, content = pack(clip.params.cache_key(), clip)
    old = content.replace(b'"seamless": true, ', b"")
    assert old != content
    _, read = unpack(file_name(old), old)
    assert not read.seamless
