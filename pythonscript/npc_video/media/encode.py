"""Frames to a clip: a VP9 file in WebM, made in memory.

Of the encoders that PyAV ships on every platform without a copyleft licence, libvpx disturbs a
game least: it is one thread that lets the interpreter go, and it opens at once. SVT-AV1 makes files
of two thirds the size, but its many threads come in bursts that take the game's cores, and it opens
for 8 ms with the interpreter held. The clip starts with its only key frame, so that a loop restarts
by decoding from there.
"""

import io
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np
from av.codec.codec import UnknownCodecError
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from ..errors import GenerationError

__all__ = ["MEDIA_TYPE", "encode_clip"]

MEDIA_TYPE = "video/webm"

_OPTIONS = {
    "deadline": "realtime",
    "cpu-used": "5",
    "threads": "1",
    # Constant quality at which flat backgrounds stay free of blocks at 8 frames per second.
    "crf": "28",
    "b": "0",
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
            stream = container.add_stream("libvpx-vp9", rate=fps, options=_OPTIONS)
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
            "This build of PyAV has no VP9 encoder: install the wheel from PyPI."
        ) from exc
    except av.FFmpegError as exc:
        raise GenerationError(f"The clip could not be encoded: {exc.strerror}.") from exc
    return file.getvalue()
