"""Pictures for tests, as files."""

from fractions import Fraction

import av
import numpy as np
from av.video.frame import VideoFrame

CODECS = {"image/png": "png", "image/jpeg": "mjpeg", "image/webp": "libwebp"}


def picture_file(pixels, media_type="image/png"):
    """The file of (height, width, 3 or 4) values of 8 bits."""
    shape = "rgba" if pixels.shape[2] == 4 else "rgb24"
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels, np.uint8), format=shape)
    context = av.CodecContext.create(CODECS[media_type], "w")
    wanted = {"image/png": shape, "image/jpeg": "yuvj420p", "image/webp": "yuva420p"}[media_type]
    frame = frame.reformat(format=wanted)
    context.width, context.height, context.pix_fmt = frame.width, frame.height, wanted
    context.time_base = Fraction(1, 25)
    packets = [*context.encode(frame), *context.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def plain(colour, width=64, height=64):
    return np.full((height, width, len(colour)), colour, np.uint8)


def cut_out(colour=(200, 60, 40), width=64, height=96, hidden=(0, 255, 0)):
    """A figure of one colour that stands on the lower edge; `hidden` is below what is not seen."""
    pixels = plain((*hidden, 0), width, height)
    pixels[height // 3 :, width // 4 : -width // 4] = (*colour, 255)
    return pixels


def face(side=96):
    """A square face: skin, and dark eyes in the boxes of `EYES`."""
    pixels = plain((230, 190, 160), side, side)
    for left, top, width, height in EYES:
        rows = slice(round(top * side), round((top + height) * side))
        columns = slice(round(left * side), round((left + width) * side))
        pixels[rows, columns] = 20
    return pixels


EYES = ((0.25, 0.35, 0.125, 0.125), (0.625, 0.35, 0.125, 0.125))
