"""Clips for tests of playing, each made so that its pictures tell what it is and where it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from npc_video.records import GeneratedClip, VideoParams
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS, COUNT = 256, 192, 8, 24

FILES = Path(__file__).parents[2] / "data" / "media"
"""Clips that other tools wrote; `README.md` there says how each was made."""

Picture = NDArray[np.uint8]


def clip_of(name: str) -> GeneratedClip:
    """One of `FILES`, as a generator might have sent it that was asked for 3 s of 64×64."""
    kind = "video/webm" if name.endswith("webm") else "video/mp4"
    params = VideoParams(expression=name)
    return GeneratedClip(
        (FILES / name).read_bytes(), kind, 64, 64, 8.0, 3.0, "realtime", params, 0.0
    )


def grey(level: Callable[[int], int]) -> Iterable[Picture]:
    """Pictures of one shade each."""
    for index in range(COUNT):
        yield np.full((HEIGHT, WIDTH, 3), level(index), np.uint8)


def gradients() -> Iterable[Picture]:
    """All of the colours, without hard edges: those depend on how chroma is filtered."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    for index in range(COUNT):
        yield np.stack(
            [
                columns * 255 // (WIDTH - 1),
                rows * 255 // (HEIGHT - 1),
                np.full_like(rows, index * 255 // (COUNT - 1)),
            ],
            axis=-1,
        ).astype(np.uint8)


def make_clip(
    pictures: Iterable[Picture],
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    muxing: dict[str, str] | None = None,
    matrix: int | None = None,
    full_range: bool | None = None,
    sound: NDArray[np.int16] | None = None,
    alpha: int | None = None,
    **params: Any,
) -> GeneratedClip:
    """A clip of RGB pictures.

    Args:
        muxing: options for writing the file.
        matrix: number of FFmpeg's AVColorSpace to convert and to tag with; None: neither.
        full_range: the range to convert to and to tag with.
        sound: samples of 48 kHz, mono.
        params: of `VideoParams`.
    """
    container = "webm" if codec.startswith("libvpx") else "mp4"
    shown = list(pictures)
    height, width, _ = shown[0].shape
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=muxing or {}) as output:
        stream = output.add_stream(codec, rate=FPS, options=options or {})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        if matrix is not None:
            stream.codec_context.colorspace = matrix
        if full_range is not None:
            stream.codec_context.color_range = 2 if full_range else 1
        heard = None
        if sound is not None:
            heard = output.add_stream("aac" if container == "mp4" else "libopus", rate=48000)
            assert isinstance(heard, av.AudioStream)
            heard.layout = "mono"
        for index, picture in enumerate(shown):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format=pixels,
                dst_colorspace=matrix,
                dst_color_range=None if full_range is None else (2 if full_range else 1),
            )
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if heard is not None and sound is not None:
            samples = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
            samples.sample_rate, samples.pts, samples.time_base = 48000, 0, Fraction(1, 48000)
            output.mux(heard.encode(samples))
            output.mux(heard.encode(None))
    return GeneratedClip(
        file.getvalue(),
        f"video/{container}",
        width,
        height,
        float(FPS),
        COUNT / FPS,
        "realtime",
        VideoParams(**params),
        0.0,
    )
