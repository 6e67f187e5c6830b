"""Portraits for upload, as cameras and painters save them."""

import struct
import zlib
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.base import NpcImage
from npc_video.backends.comfyui.picture import fitted
from npc_video.media.container import MediaLimits
from npc_video.media.orientation import UPRIGHT, orientation_of
from npc_video.media.picture_file import decode_picture

RED, BLUE = (220, 30, 30), (30, 30, 220)
# How a photo lies in the file for its red half to be seen on top, by what Exif says of it: the
# side of the file's rows that is red (Exif 2.3, 4.6.4 A).
LIES = {1: "top", 2: "top", 3: "bottom", 4: "bottom", 5: "left", 6: "left", 7: "right", 8: "right"}


def halves(red, length=200, breadth=120):
    """Rows of pixels that are red on one side, and blue on the other."""
    shape = (length, breadth) if red in ("top", "bottom") else (breadth, length)
    rows = np.full((*shape, 3), BLUE, np.uint8)
    half = length // 2
    parts = {
        "top": np.s_[:half],
        "bottom": np.s_[half:],
        "left": np.s_[:, :half],
        "right": np.s_[:, half:],
    }
    rows[parts[red]] = RED
    return rows


def encoded(rows, codec, pixels):
    frame = av.VideoFrame.from_ndarray(rows, format="rgb24").reformat(format=pixels)
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, pixels
    encoder.time_base, frame.pts = Fraction(1), 0
    return b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)]))


def tiff(orientation, order=">"):
    """An Exif structure with a tag before the one that counts."""
    head = {">": b"MM\0*", "<": b"II*\0"}[order]
    entries = struct.pack(f"{order}HHIHH", 0x0100, 3, 1, 6, 0)
    entries += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return head + struct.pack(f"{order}IH", 8, 2) + entries + bytes(4)


def jpeg(orientation, order=">"):
    data = encoded(halves(LIES[orientation]), "mjpeg", "yuvj444p")
    said = b"Exif\0\0" + tiff(orientation, order)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said + data[2:]


def png(orientation):
    data = encoded(halves(LIES[orientation]), "png", "rgb24")
    said = tiff(orientation)
    chunk = struct.pack(">I", len(said)) + b"eXIf" + said
    chunk += struct.pack(">I", zlib.crc32(b"eXIf" + said))
    return data[:33] + chunk + data[33:]


def seen(image):
    picture = decode_picture(image.data, image.media_type, MediaLimits())
    return picture.reformat(format="rgb24").to_ndarray().astype(int)


@pytest.mark.parametrize("orientation", LIES)
@pytest.mark.parametrize("make", [jpeg, lambda each: jpeg(each, "<"), png])
def test_a_photo_is_sent_upright(make, orientation):
    smaller = fitted(NpcImage.of(make(orientation)), 50)
    assert smaller.media_type == "image/png"
    rows = seen(smaller)
    assert rows.shape == (50, 30, 3)
    assert abs(rows[5] - RED).max() < 30
    assert abs(rows[-5] - BLUE).max() < 30
    assert orientation_of(smaller.data) == UPRIGHT


def test_one_that_is_small_is_left_to_the_server():
    image = NpcImage.of(jpeg(6))
    assert fitted(image, 200) is image


def test_what_is_see_through_stays_so():
    rows = np.zeros((80, 80, 4), np.uint8)
    rows[:40] = 255
    frame = av.VideoFrame.from_ndarray(rows, format="rgba")
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 80, 80, "rgba"
    encoder.time_base, frame.pts = Fraction(1), 0
    data = b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)]))
    smaller = decode_picture(fitted(NpcImage.of(data), 20).data, "image/png", MediaLimits())
    alpha = smaller.to_ndarray()[:, :, 3]
    assert (alpha[0, 0], alpha[-1, -1]) == (255, 0)


def test_what_cannot_be_read_is_left_to_the_server():
    image = NpcImage.of(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert fitted(image, 10) is image


@given(st.binary(), st.sampled_from([b"Exif\0\0", b"eXIf", b"EXIF\0\0\0\0"]))
def test_any_exif_is_read_or_passed_over(data, mark):
    for head in (b"", b"MM\0*", b"II*\0"):
        assert orientation_of(mark + head + data) in range(1, 9)
