"""Measures the rate at which clips are decoded into pictures, against bare PyAV.

Prints a table, and its figures once more as one line of JSON: frames per second of `ClipDecoder`
with `PictureLayout.pack`, divided by those of `av`'s own `decode` of the same clip, which keeps
nothing. Both run in turns on one thread, and the median of the turns' ratios is taken.
"""

import io
import json
import statistics
import time
from fractions import Fraction

import av
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from npc_video.media.decode import ClipDecoder

_SIZE, _FPS, _FRAMES = 512, 24, 72
_TURNS = 15
_CODECS = {
    "H.264": ("libx264", "mp4", "video/mp4", {}),
    "VP9": ("libvpx-vp9", "webm", "video/webm", {"deadline": "realtime", "cpu-used": "5"}),
}


def main() -> None:
    figures = {codec: _rates(codec) for codec in _CODECS}
    print(f"{'frames/s':<10}{'PyAV':>8}{'ours':>8}{'ratio':>8}")
    for codec, (bare, ours, ratio) in figures.items():
        print(f"{codec:<10}{bare:>8.0f}{ours:>8.0f}{ratio:>8.3f}")
    lowest = min(ratio for _, _, ratio in figures.values())
    print(json.dumps({"decode_ratio": round(lowest, 3), "turns": _TURNS}))


def measure() -> float:
    """Returns our rate divided by that of bare PyAV, for the codec with the lower ratio."""
    return min(_rates(codec)[2] for codec in _CODECS)


def _rates(codec: str) -> tuple[float, float, float]:
    """Returns frames per second of bare PyAV and of ours, the best of all turns, and the ratio."""
    data, media_type = _make(codec), _CODECS[codec][2]
    turns = [(_bare(data), _ours(data, media_type)) for _ in range(_TURNS)]
    bare, ours = (min(times) for times in zip(*turns, strict=True))
    return _FRAMES / bare, _FRAMES / ours, statistics.median(a / b for a, b in turns)


def _make(codec: str) -> bytes:
    encoder, container, _, options = _CODECS[codec]
    painter = EmberPainter(_SIZE, _SIZE)
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(encoder, rate=_FPS, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = _SIZE, _SIZE, "yuv420p"
        for index in range(_FRAMES):
            picture = painter.paint(pose("happy", "neutral", "bounce", 1.0, index / _FRAMES))
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, _FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def _bare(data: bytes) -> float:
    started = time.perf_counter()
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        count = sum(1 for _ in container.decode(stream))
        seconds = time.perf_counter() - started
    assert count == _FRAMES
    return seconds


def _ours(data: bytes, media_type: str) -> float:
    started = time.perf_counter()
    decoder = ClipDecoder(data, media_type)  # which demuxes the packets of the file
    layout = decoder.info.layout
    columns, rows = layout.size
    memory = memoryview(bytearray(columns * rows * layout.sample_bytes))
    for frame in decoder.frames():
        layout.pack(frame.planes, memory)
    seconds = time.perf_counter() - started
    decoder.close()
    return seconds


if __name__ == "__main__":
    main()
