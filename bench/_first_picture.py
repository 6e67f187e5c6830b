"""Measures the part of a clip that a slow connection has delivered before its first picture."""

import asyncio
import io
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import av
from npc_video.backends.http.backend import HttpBackend
from npc_video.generation.events import Growing
from npc_video.manager import VideoGenerationManager
from npc_video.media.playback import Playback
from npc_video.records import VideoGenerationConfig, VideoParams

from bench import _ember
from tests.core.npc_video.backends.serving import answer, serving

_PARTS, _PAUSE = 40, 0.02
_RUNS = 8
_DEADLINE = 20.0


class _Memory:
    """A picture outside of an engine."""

    def __init__(self, columns: int, rows: int, sample_bytes: int):
        self._bytes = bytearray(columns * rows * sample_bytes)

    def writable(self) -> memoryview:
        return memoryview(self._bytes)


class _Memories:
    """Makes pictures of any size."""

    max_side = 1 << 14

    def __call__(self, columns: int, rows: int, sample_bytes: int) -> _Memory:
        return _Memory(columns, rows, sample_bytes)


def first_pictures() -> dict[str, list[float]]:
    """Returns the parts of the download time after which the first picture is ready.

    The clip is Ember in the preset "balanced", sent in equal parts within 0.8 s.
    """
    kinds = {"webm": _ember.clip("balanced").data, "mp4": _fragmented()}
    return {
        name: [asyncio.run(_run(data, f"video/{name}")) for _ in range(_RUNS)]
        for name, data in kinds.items()
    }


def _fragmented() -> bytes:
    """Returns the same pictures in H.264, with a fragment for each second."""
    file, flags = io.BytesIO(), "frag_keyframe+empty_moov+default_base_moof"
    with av.open(file, "w", format="mp4", options={"movflags": flags}) as output:
        options = {"preset": "fast", "tune": "zerolatency", "g": str(_ember.FPS)}
        stream = output.add_stream("libx264", rate=_ember.FPS, options=options)
        stream.width = stream.height = _ember.SIDE
        stream.pix_fmt = "yuv420p"
        for index, picture in enumerate(_ember.pictures()):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, _ember.FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


async def _run(data: bytes, media_type: str) -> float:
    sent: list[float] = []

    async def slowly(question: Any) -> None:
        whole = answer(body=data, media_type=media_type)
        question.writer.write(whole[: len(whole) - len(data)])
        size = -(-len(data) // _PARTS)
        for start in range(0, len(data), size):
            question.writer.write(data[start : start + size])
            await question.writer.drain()
            sent.append(time.perf_counter())
            await asyncio.sleep(_PAUSE)

    config = VideoGenerationConfig(preset="balanced", predictive=False, progressive=False)
    async with serving(slowly) as server, asyncio.timeout(_DEADLINE):
        manager = VideoGenerationManager(config, HttpBackend(server.url))
        with ThreadPoolExecutor(1) as decoder:
            manager.request(VideoParams(npc_id="ember"))
            playback = None
            while playback is None or not playback.is_ready:
                await asyncio.sleep(0.001)
                for event in manager.poll():
                    if isinstance(event, Growing):
                        playback = Playback(event.clip, decoder, _Memories(), growing=event.file)
                        playback.start()
            seen = time.perf_counter()
            while len(sent) < _PARTS:
                await asyncio.sleep(_PAUSE)
            playback.close()
        manager.close()
    return (seen - sent[0]) / (sent[-1] - sent[0])
