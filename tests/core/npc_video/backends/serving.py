"""A web server for tests: what it answers, and where it breaks off, is up to the test."""

from __future__ import annotations

import asyncio
import json
import ssl as tls
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_NOT_TESTED = (str(Path(__file__).parents[3]), str(Path(asyncio.__file__).parent))
REASONS = {200: "OK", 202: "Accepted", 302: "Found", 400: "Bad Request", 404: "Not Found"}


@dataclass
class Question:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Handle = Callable[[Question], Awaitable[bytes | None]]


def answer(
    status: int = 200,
    body: object = b"",
    media_type: str | None = "application/json",
    **headers: object,
) -> bytes:
    """The bytes of a whole answer."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = {"content-type": media_type, "content-length": str(len(body))}
    lines |= {name.replace("_", "-"): str(value) for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value != "None")
    reason = REASONS.get(status, "Something")
    return f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode() + body


@dataclass
class Server:
    """Calls `handle(question)` for each question; bytes that it returns are the answer.

    Without bytes the connection is closed, as `handle` has left it.
    """

    handle: Handle
    ssl: tls.SSLContext | None = None
    questions: list[Question] = field(default_factory=list)
    open_connections: int = 0
    url: str = ""
    host: str = "127.0.0.1"

    async def start(self, port: int = 0) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server = await asyncio.start_server(self._serve, self.host, port, ssl=self.ssl)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self.ssl else 'http'}://{self.host}:{self.port}"

    async def stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open_connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
        except asyncio.CancelledError:
            pass
        finally:
            self.open_connections -= 1
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError, OSError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")[:-2]
        method, target, _ = first.split(" ")
        headers = {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1] for line in lines}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        question = Question(method, parts.path, query, headers, body, reader, writer)
        self.questions.append(question)
        said = await self.handle(question)
        if said is None:
            return False
        writer.write(said)
        await writer.drain()
        return True


@asynccontextmanager
async def serving(
    handle: Handle, ssl: tls.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Server]:
    server = Server(handle, ssl)
    await server.start(port)
    try:
        yield server
    finally:
        await server.stop()


def working() -> list[asyncio.Task[Any]]:
    """The tasks of what is tested: not those of the tests, nor of a loop that takes connections."""
    return [task for task in asyncio.all_tasks() if not _file_of(task).startswith(_NOT_TESTED)]


def _file_of(task: asyncio.Task[Any]) -> str:
    return str(getattr(task.get_coro(), "cr_code", working.__code__).co_filename)


def reset(writer: asyncio.StreamWriter) -> None:
    """Breaks a connection off the hard way, without the farewell of TCP."""
    import socket
    import struct

    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
