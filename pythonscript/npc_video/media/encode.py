"""Encodes frames to a clip: a VP9 file in WebM, in memory.

Among the encoders that PyAV ships on every platform without a copyleft licence, libvpx disturbs a
game least. It uses one thread, releases the interpreter lock and opens at once. SVT-AV1 makes files
of two thirds the size. But its many threads take the game's cores in bursts, and opening it holds
the interpreter lock for 8 ms. The clip starts with its only key frame, so a loop restarts by
decoding from there.
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
    # Constant quality at which flat backgrounds have no visible blocks at 8 frames per second.
    "crf": "28",
    "b": "0",
}

_WITH_ALPHA = {"auto-alt-ref": "0"}  # libvpx does not support it together with alpha


def encode_clip(
    frames: Iterable[NDArray[np.uint8]],
    width: int,
    height: int,
    fps: int,
    *,
    has_alpha: bool = False,
) -> bytes:
    """The file of `frames` at `fps` frames per second, tagged as BT.709, limited range.

    Args:
        frames: pictures as I420 in those colours, shape (height · 3 / 2, width); taken one at a
            time.
        width, height: pixels, even, at least 4.
        fps: 1 to 240.
        has_alpha: whether each picture has `height` more rows with its alpha, 0 to 255; colours are
            not premultiplied.

    Raises:
        GenerationError: the encoder fails; the text gives its reason.
    """
    file = io.BytesIO()
    try:
        with av.open(file, "w", format="webm") as container:
            options = _OPTIONS | _WITH_ALPHA if has_alpha else _OPTIONS
            stream = container.add_stream("libvpx-vp9", rate=fps, options=options)
            stream.width, stream.height = width, height
            stream.pix_fmt = "yuva420p" if has_alpha else "yuv420p"
            context = stream.codec_context
            context.gop_size = 10_000
            context.color_range = ColorRange.MPEG
            context.colorspace = Colorspace.ITU709
            context.color_primaries = ColorPrimaries.BT709
            context.color_trc = ColorTrc.BT709
            for index, picture in enumerate(frames):
                frame = _frame(picture, width, height, has_alpha=has_alpha)
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


def _frame(
    picture: NDArray[np.uint8], width: int, height: int, *, has_alpha: bool
) -> av.VideoFrame:
    if not has_alpha:
        return av.VideoFrame.from_ndarray(picture, format="yuv420p")
    frame = av.VideoFrame(width, height, "yuva420p")
    data, start = picture.ravel(), 0
    for plane in frame.planes:
        rows, columns = plane.height, plane.width
        into = np.frombuffer(plane, np.uint8).reshape(rows, plane.line_size)  # type: ignore[call-overload]
        into[:, :columns] = data[start : start + rows * columns].reshape(rows, columns)
        start += rows * columns
    return frame
