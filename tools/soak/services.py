"""Provides video services over HTTP with changing behaviour, which record their jobs.

The course of each attempt is random; the mood sets the odds.
"""

import asyncio
import hashlib
import io
import json
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

import av
import numpy as np

from tests.core.npc_video.backends.serving import Server, answer, reset
from tools.soak.ledger import Attempt, End, Ledger

__all__ = ["MOODS", "VideoService", "make_clips"]

# The odds of each course of an attempt, by mood.
_WELL = {"whole": 4, "streamed": 2, "polled": 2, "linked": 1}
_SLOW = {"slow": 3, "late": 2, "trickle": 2}
_DEAD = {"never": 2, "reset": 2, "half_then_never": 1}
_BROKEN = {
    **dict.fromkeys(("cut", "garbage_page", "garbage_video", "garbage_json", "half_a_clip"), 2),
    **dict.fromkeys(("lost_job", "failed_job", "foreign", "compressed", "empty"), 1),
}
_BUSY = {"error_500": 2, "error_503": 2, "error_429": 3, "error_401": 1}
MOODS = {
    "well": _WELL,
    "slow": _WELL | _SLOW,
    "dead": _DEAD,
    "broken": _WELL | _BROKEN,
    "busy": _WELL | _BUSY,
    "mixed": _WELL | _SLOW | _DEAD | _BROKEN | _BUSY,
}
_SIZE, _FPS, _FRAMES = 128, 8, 16
_STREAMABLE = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}


def make_clips() -> list[bytes]:
    """Returns clips of two seconds of colours: MP4 readable from the front, other MP4, WebM."""
    return [
        _encoded("mp4", "libx264", {"g": "4"}, _STREAMABLE),
        _encoded("mp4", "libx264", {}, {}),
        _encoded("webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}, {}),
    ]


def _encoded(kind: str, codec: str, options: dict[str, str], muxing: dict[str, str]) -> bytes:
    file = io.BytesIO()
    rows, columns = np.mgrid[0:_SIZE, 0:_SIZE].astype(np.uint8)
    with av.open(file, "w", format=kind, options=muxing) as output:
        stream: Any = output.add_stream(codec, rate=_FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = _SIZE, _SIZE, "yuv420p"
        for index in range(_FRAMES):
            shade = np.full_like(rows, index * 255 // _FRAMES)
            frame = av.VideoFrame.from_ndarray(np.dstack((rows, columns, shade)), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, _FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


class VideoService:
    """A service; several that replace each other share a ledger.

    Attributes:
        mood: A key of `MOODS`.
        url: Its address, also while it is closed.
    """

    def __init__(self, seed: str, ledger: Ledger, clips: list[bytes]):
        self.mood = "well"
        self.ledger = ledger
        self._chance = random.Random(seed)
        self._clips = clips
        self._server = Server(self._handle)
        self._jobs: dict[str, tuple[Attempt, float, str]] = {}
        self._healed = asyncio.Event()
        self._watches: set[asyncio.Task[None]] = set()
        self._is_open = False

    @property
    def url(self) -> str:
        return str(self._server.url)

    async def open(self) -> None:
        """Listens, at the same port as before."""
        await self._server.start(getattr(self._server, "port", 0))
        self._is_open = True

    async def close(self) -> None:
        """Closes the port, and breaks all connections."""
        self._is_open = False
        await self._server.stop()
        for attempt, _, _ in self._jobs.values():
            attempt.finish(End.FAILED, time.perf_counter())
        self._jobs.clear()

    async def heal(self) -> None:
        """Behaves well from now on, and ends the waits for results that would never come."""
        self.mood = "well"
        self._healed.set()
        if not self._is_open:
            await self.open()

    # ---- Requests ----

    async def _handle(self, question: Any) -> bytes | None:
        if question.method == "POST":
            return await self._begin(question)
        folder, _, name = question.path.strip("/").partition("/")
        if folder == "jobs" and question.method == "DELETE":
            if job := self._jobs.pop(name, None):
                job[0].finish(End.GIVEN_UP, time.perf_counter())
            return _said(answer())
        if folder == "jobs":
            return await self._poll(question, name)
        if folder == "clips":
            return await self._fetch(question, name)
        return _said(answer(404))

    async def _begin(self, question: Any) -> bytes | None:
        body = json.dumps(question.json, sort_keys=True)
        odds = MOODS[self.mood]
        how = self._chance.choices(list(odds), list(odds.values()))[0]
        job = hashlib.sha256(body.encode()).hexdigest()[:12]
        attempt = self.ledger.begin(job, time.perf_counter(), how)
        act: Callable[[Any, Attempt], Awaitable[bytes | None]] | None
        act = getattr(self, f"_{how}", None)
        try:
            if act is not None:
                said: bytes | None = await act(question, attempt)
                return said
            return self._badly(how, attempt)
        except (ConnectionError, asyncio.CancelledError):
            attempt.finish(End.GIVEN_UP, time.perf_counter())
            raise

    # ---- Good ends ----

    async def _whole(self, question: Any, attempt: Attempt, seconds: float = 0.3) -> bytes | None:
        if not await self._waits(question, attempt, self._chance.uniform(0.0, seconds)):
            return None
        return self._deliver(question, attempt)

    async def _slow(self, question: Any, attempt: Attempt) -> bytes | None:
        return await self._whole(question, attempt, 6.0)

    async def _late(self, question: Any, attempt: Attempt) -> bytes | None:
        return await self._whole(question, attempt, 30.0)

    async def _streamed(self, question: Any, attempt: Attempt, rest: float = 0.02) -> bytes | None:
        clip = self._clip()
        question.writer.write(_head(len(clip)))
        for start in range(0, len(clip), 1500):
            question.writer.write(clip[start : start + 1500])
            await question.writer.drain()
            if not await self._waits(question, attempt, rest):
                return None
        self._delivered(question, attempt)
        return b""

    async def _trickle(self, question: Any, attempt: Attempt) -> bytes | None:
        return await self._streamed(question, attempt, 0.5)

    async def _polled(self, question: Any, attempt: Attempt) -> bytes | None:
        name = f"{len(self.ledger.attempts)}"
        self._jobs[name] = attempt, time.perf_counter() + self._chance.uniform(0.0, 4.0), "well"
        self._watch(question, attempt)
        return _said(answer(202, {"statusUrl": f"/jobs/{name}"}))

    async def _linked(self, question: Any, attempt: Attempt) -> bytes | None:
        name = f"{len(self.ledger.attempts)}"
        self._jobs[name] = attempt, 0.0, "well"
        self._watch(question, attempt)
        return _said(answer(200, {"videoUrl": f"/clips/{name}"}))

    # ---- Bad ends ----

    async def _never(self, question: Any, attempt: Attempt) -> bytes | None:
        if await self._waits(question, attempt, None):
            attempt.finish(End.FAILED, time.perf_counter())
        return None

    async def _half_then_never(self, question: Any, attempt: Attempt) -> bytes | None:
        clip = self._clip()
        question.writer.write(_head(len(clip)) + clip[: len(clip) // 2])
        return await self._never(question, attempt)

    async def _cut(self, question: Any, attempt: Attempt) -> bytes | None:
        clip = self._clip()
        question.writer.write(_head(len(clip)) + clip[: self._chance.randrange(len(clip))])
        await question.writer.drain()
        attempt.finish(End.FAILED, time.perf_counter())
        return None

    async def _reset(self, question: Any, attempt: Attempt) -> bytes | None:
        attempt.finish(End.FAILED, time.perf_counter())
        reset(question.writer)
        return None

    async def _lost_job(self, question: Any, attempt: Attempt) -> bytes | None:
        attempt.finish(End.FAILED, time.perf_counter())
        return _said(answer(202, {"statusUrl": "/jobs/unknown"}))

    async def _failed_job(self, question: Any, attempt: Attempt) -> bytes | None:
        name = f"{len(self.ledger.attempts)}"
        self._jobs[name] = attempt, time.perf_counter() + self._chance.uniform(0.0, 2.0), "failed"
        return _said(answer(202, {"statusUrl": f"/jobs/{name}"}))

    def _badly(self, how: str, attempt: Attempt) -> bytes:
        attempt.finish(End.FAILED, time.perf_counter())
        clip, noise = self._clip(), self._chance.randbytes(2000)
        answers = {
            "garbage_page": lambda: answer(200, b"<html>Welcome!</html>", "text/html"),
            "garbage_video": lambda: answer(200, noise, "video/mp4"),
            "garbage_json": lambda: answer(200, {"status": [1, None], "videoUrl": 7}),
            "half_a_clip": lambda: answer(200, clip[: len(clip) // 2], "video/mp4"),
            "foreign": lambda: answer(200, {"videoUrl": "http://127.0.0.1:9/clip.mp4"}),
            "compressed": lambda: answer(200, noise, "video/mp4", content_encoding="gzip"),
            "empty": lambda: answer(200, b"", "video/mp4"),
            "error_500": lambda: answer(500, b"Traceback (most recent call last)", "text/plain"),
            "error_503": lambda: answer(503),
            "error_429": lambda: answer(429, retry_after="1"),
            "error_401": lambda: answer(401),
        }
        return _said(answers[how]())

    # ---- Status requests ----

    async def _poll(self, question: Any, name: str) -> bytes | None:
        if name not in self._jobs:
            return _said(answer(404))
        if self.mood != "well" and self._chance.random() < 0.1:
            reset(question.writer)
            return None
        attempt, ready, end = self._jobs[name]
        if time.perf_counter() < ready:
            return _said(answer(200, {"status": "running", "progress": 50}))
        if end == "failed":
            del self._jobs[name]
            attempt.finish(End.FAILED, time.perf_counter())
            return _said(answer(200, {"status": "failed", "error": "out of memory"}))
        return _said(answer(200, {"status": "done", "videoUrl": f"/clips/{name}"}))

    async def _fetch(self, question: Any, name: str) -> bytes | None:
        if name not in self._jobs:
            return _said(answer(404))
        attempt, _, _ = self._jobs.pop(name)
        return self._deliver(question, attempt)

    # ---- Connections ----

    def _clip(self) -> bytes:
        return self._chance.choice(self._clips)

    def _deliver(self, question: Any, attempt: Attempt) -> bytes:
        self._delivered(question, attempt)
        return _said(answer(200, self._clip(), "video/mp4"))

    def _delivered(self, question: Any, attempt: Attempt) -> None:
        attempt.finish(End.DELIVERED, time.perf_counter())
        self._watch(question, attempt)

    def _watch(self, question: Any, attempt: Attempt) -> None:
        watch = asyncio.create_task(self._see_taken(question, attempt))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    async def _see_taken(self, question: Any, attempt: Attempt) -> None:
        """Detects a client that left during the answer: it has closed the connection."""
        await asyncio.sleep(1.0)
        if question.reader.at_eof() or question.reader.exception():
            attempt.finish(End.GIVEN_UP, time.perf_counter())

    async def _waits(self, question: Any, attempt: Attempt, seconds: float | None) -> bool:
        """Tells whether the client still waits after so long; without an end until healed."""
        self._healed.clear()
        gone = asyncio.ensure_future(_closed(question.reader))
        healed = asyncio.ensure_future(self._healed.wait())
        try:
            wanted = {gone} if seconds is not None else {gone, healed}
            await asyncio.wait(wanted, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                attempt.finish(End.GIVEN_UP, time.perf_counter())
            return not gone.done()
        finally:
            gone.cancel()
            healed.cancel()


async def _closed(reader: asyncio.StreamReader) -> bool:
    """Returns when the client closes the connection; it sends nothing before it has its answer."""
    with suppress(ConnectionError):
        while not reader.at_eof() and reader.exception() is None:
            await asyncio.sleep(0.02)
    return True


def _head(length: int) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: {length}\r\n\r\n".encode()
    )


def _said(answered: Any) -> bytes:
    return bytes(answered)
