"""Frames to a clip: an AV1 file in WebM, made in memory.

Of the encoders that PyAV ships on every platform without a copyleft licence, SVT-AV1 makes the
smallest files, about half the size of VP9, and the fastest to decode. The clip starts with its only
key frame, so that a loop restarts by decoding from there.
"""

import io
import os
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

# The encoder writes a banner to the error stream of the game unless its documented switch says no;
# it reads the switch when the first clip is encoded.
os.environ.setdefault("SVT_LOG", "1")

import av
from av.codec.codec import UnknownCodecError
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from ..errors import GenerationError

__all__ = ["MEDIA_TYPE", "encode_clip"]

MEDIA_TYPE = "video/webm"

_OPTIONS = {
    # The fastest preset whose flat backgrounds stay free of blocks at 8 frames per second.
    "preset": "8",
    "crf": "30",
    # One thread, no look-ahead and a small pyramid: the encoder leaves the game's other cores alone
    # and needs half of the memory, for the same size.
    "svtav1-params": "lp=1:lookahead=0:hierarchical-levels=2",
}


def encode_clip(frames: Iterable[NDArray[np.uint8]], width: int, height: int, fps: int) -> bytes:
    """The file that shows `frames` at `fps` per second, tagged as BT.709, limited range.

    Args:
        frames: pictures as I420 in those colours, shape (height · 3 / 2, width); taken one at a
            time.
        width, height: pixels, even, 4 or more.
        fps: 1 to 240.

    Raises:
        GenerationError: the encoder refuses; the error names its reason.
    """
    file = io.BytesIO()
    try:
        with av.open(file, "w", format="webm") as container:
            stream = container.add_stream("libsvtav1", rate=fps, options=_OPTIONS)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            context = stream.codec_context
            context.gop_size = 10_000
            context.color_range = ColorRange.MPEG
            context.colorspace = Colorspace.ITU709
            context.color_primaries = ColorPrimaries.BT709
            context.color_trc = ColorTrc.BT709
            for index, picture in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
                frame.colorspace, frame.color_range = Colorspace.ITU709, ColorRange.MPEG
                frame.pts, frame.time_base = index, Fraction(1, fps)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except UnknownCodecError as exc:
        raise GenerationError(
            "This build of PyAV has no SVT-AV1 encoder: install the wheel from PyPI."
        ) from exc
    except av.FFmpegError as exc:
        raise GenerationError(f"The clip could not be encoded: {exc.strerror}.") from exc
    return file.getvalue()
