"""A gate before a server, as people run them: it passes questions on, or answers them itself."""

import asyncio
from contextlib import suppress
from urllib.parse import urlencode

from ..serving import Server


class Cut(bytes):
    """What is said before the line breaks off."""


class Gate:
    """Passes on what `answers` has no answer to.

    Attributes:
        answers: takes a question; returns the bytes of an answer, or None.
        passed: the questions that were passed on.
    """

    def __init__(self, port, answers=lambda question: None):
        self._port = port
        self.answers = answers
        self.passed = []
        self._server = Server(self._handle)

    async def __aenter__(self):
        await self._server.start()
        self.url = self._server.url
        return self

    async def __aexit__(self, *exc):
        await self._server.stop()

    def count(self, method, start):
        """How many questions of this kind were passed on."""
        return sum(q.method == method and q.path.startswith(start) for q in self.passed)

    async def _handle(self, question):
        said = self.answers(question)
        if isinstance(said, Cut):
            question.writer.write(said)
            await question.writer.drain()
            return None
        if said is not None:
            return said
        self.passed.append(question)
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(_written(question))
            if "upgrade" in question.headers:
                await _both_ways(question, reader, writer)
                return None
            return await _answer(reader)
        finally:
            writer.transport.abort()


def _written(question):
    query = f"?{urlencode(question.query)}" if question.query else ""
    lines = [f"{question.method} {question.path}{query} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in question.headers.items()]
    return "\r\n".join([*lines, "\r\n"]).encode() + question.body


async def _answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith("content-length:"))
    return head + await reader.readexactly(length)


async def _both_ways(question, reader, writer):
    async def pump(source, target):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()

    ways = {
        asyncio.ensure_future(pump(question.reader, writer)),
        asyncio.ensure_future(pump(reader, question.writer)),
    }
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await asyncio.gather(*ways, return_exceptions=True)
