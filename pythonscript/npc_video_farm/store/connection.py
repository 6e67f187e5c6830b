"""Speaks with Valkey: connects, loads the functions, repeats what may be repeated, names errors.

The functions of `functions/` may be called again when a reply got lost, so every call is tried
again for a moment before it fails.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import NotRequired, Self, TypedDict, TypeVar
from urllib.parse import unquote, urlsplit

from valkey.asyncio import Valkey
from valkey.asyncio.client import PubSub
from valkey.asyncio.connection import ConnectionPool
from valkey.asyncio.retry import Retry
from valkey.asyncio.sentinel import Sentinel, SentinelConnectionPool
from valkey.backoff import ExponentialBackoff
from valkey.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,  # noqa: A004
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004
    ValkeyError,
)

from ..errors import StoreAwayError, StoreError, StoreFullError

__all__ = ["LONGEST_WAIT", "Connection", "Reply", "store_error"]

LONGEST_WAIT = 2.0
"""Seconds that a call may wait for something new."""

Reply = bytes | int | None | Sequence["Reply"]
"""The reply of a command, of which callers know the form."""

_Result = TypeVar("_Result")
_FILES = ("common", "cache", "gateway", "brain", "worker")  # each uses those before it
_MOST_CONNECTIONS = 64
_REPLY_SECONDS = 2 * LONGEST_WAIT
_CONNECT_SECONDS = 2.0
_RECONNECT_SECONDS = 0.2
_SENTINEL_PORT = 26379
_RETRIES = 3
_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, OSError)
_AWAY_WORDS = ("NOREPLICAS", "MASTERDOWN", "LOADING")


class Connection:
    """Connections to one Valkey, or to the primary that Sentinels name.

    Args:
        client: from `open`.
        prefix: of all keys.
    """

    def __init__(self, client: Valkey, prefix: str):
        client.response_callbacks.clear()  # replies come as the server sends them
        self.client = client
        self.prefix = prefix
        self._room = asyncio.Semaphore(_MOST_CONNECTIONS)

    @classmethod
    async def open(cls, url: str, project: str) -> Self:
        """Connects, and loads the functions unless they are there.

        Args:
            url: "valkey://[USER:PASSWORD@]HOST[:PORT][/NUMBER]", "valkeys://…" with TLS,
                "unix://PATH" of a socket, or
                "sentinel://[USER:PASSWORD@]HOST:PORT,HOST:PORT,…/NAME" with the primary's name.
            project: separates farms that share a server.

        Raises:
            StoreError: the address, the password or the version is wrong, or nothing answers.
        """
        found = cls(_client(url), f"{{{project}}}:")
        try:
            # A server whose memory is full takes no functions, but has them.
            if await found.call("version") != _functions()[0].encode():
                await found.load()
        except StoreError:
            await found.close()
            raise
        return found

    async def close(self) -> None:
        await self.client.aclose()
        if isinstance(pool := self.client.connection_pool, SentinelConnectionPool):
            for sentinel in pool.sentinel_manager.sentinels:
                await sentinel.aclose()

    async def load(self) -> None:
        """Loads the functions, in place of older ones.

        Raises:
            StoreError: it is away, or refuses.
        """
        await self.run(lambda: self._command("FUNCTION", "LOAD", "REPLACE", _functions()[1]))

    async def call(self, name: str, *arguments: str | bytes | int | float) -> Reply:
        """Calls a function of the library; loads it first if the server lost it.

        Raises:
            StoreError: it is away, full, or refuses.
        """
        command = ("FCALL", f"npc_video_farm_{name}", 1, self.prefix, *arguments)
        try:
            return await self.run(lambda: self._command(*command))
        except _FunctionMissing:
            await self.load()
            return await self.run(lambda: self._command(*command))

    async def command(self, *arguments: str | bytes | int | float) -> Reply:
        """Sends a command as it is.

        Raises:
            StoreError: it is away, full, or refuses.
        """
        return await self.run(lambda: self._command(*arguments))

    async def run(self, command: Callable[[], Awaitable[_Result]]) -> _Result:
        """Awaits what `command` returns; its errors become ours."""
        task = asyncio.current_task()
        cancels = task.cancelling() if task is not None else 0
        try:
            async with self._room:
                result = await command()
        except (ValkeyError, OSError) as error:
            raise store_error(error) from error
        # Before Python 3.12 `asyncio.wait_for`, which the client uses, may drop a cancellation.
        if task is not None and task.cancelling() > cancels:
            raise asyncio.CancelledError
        return result

    async def listen(self, channel: str) -> AsyncIterator[str]:
        """Yields the messages of a channel, and "" when some may have been missed.

        Raises:
            StoreError: it refuses. While it is away, this waits for it.
        """
        while True:
            listener = self.client.pubsub()
            try:
                await listener.subscribe(channel)
                async for message in _messages(listener):
                    yield message
            except (ValkeyError, OSError) as error:
                if not isinstance(found := store_error(error), StoreAwayError):
                    raise found from error
                await asyncio.sleep(_RECONNECT_SECONDS)
            finally:
                await listener.aclose()

    async def _command(self, *arguments: str | bytes | int | float) -> Reply:
        reply: Reply = await self.client.execute_command(*arguments)
        return reply


async def _messages(listener: PubSub) -> AsyncIterator[str]:
    """Yields messages until the connection is lost; "" for each subscription, also a silent one."""
    is_asked = False
    while True:
        message = await listener.get_message(timeout=LONGEST_WAIT)
        if message is None:
            if is_asked:
                raise TimeoutError("it does not answer")
            await listener.ping()
        elif message["type"] == "subscribe":
            yield ""
        elif message["type"] == "message":
            yield message["data"].decode("utf-8", "replace")
        is_asked = message is None


class _FunctionMissing(StoreError):
    """The server was started anew without its data."""


def store_error(error: Exception) -> StoreError:
    """The error of ours that tells what to do about one of the client's."""
    text = str(error)
    if isinstance(error, AuthenticationError) or text.startswith(("WRONGPASS", "NOAUTH")):
        return StoreError("Valkey refuses the user or the password: correct its address.")
    if isinstance(error, NoPermissionError):
        return StoreError(f"Valkey's access rules forbid something that the farm needs: {text}.")
    if isinstance(error, OutOfMemoryError) or text.startswith("OOM"):
        return StoreFullError("Valkey's memory is full: raise its `maxmemory`.")
    if text.startswith("MISCONF"):
        return StoreFullError("Valkey cannot write to its disk: make room there.")
    if isinstance(error, _AWAY) or text.startswith(_AWAY_WORDS):
        return StoreAwayError(f"Valkey cannot be reached ({text}): start it, or wait for it.")
    if "Function not found" in text:
        return _FunctionMissing(text)
    if "unknown command" in text:
        return StoreError("This server is too old: it needs Valkey 8 or Redis 7, or newer.")
    return StoreError(f"Valkey refuses a call: {text}.")


@cache
def _functions() -> tuple[str, bytes]:
    """The version of the library, which is a hash of it, and its text."""
    folder = files(__package__) / "functions"
    code = b"\n".join((folder / f"{name}.lua").read_bytes() for name in _FILES)
    version = hashlib.sha256(code).hexdigest()
    ending = f"register('version', function() return '{version}' end, {{ 'no-writes' }})\n"
    return version, code + ending.encode()


class _Options(TypedDict):
    """Settings of each connection."""

    socket_timeout: float
    socket_connect_timeout: float
    socket_keepalive: NotRequired[bool]
    retry: Retry
    retry_on_error: list[type[Exception]]


def _client(url: str) -> Valkey:
    options: _Options = {
        "socket_timeout": _REPLY_SECONDS,
        "socket_connect_timeout": _CONNECT_SECONDS,
        "socket_keepalive": True,
        "retry": Retry(ExponentialBackoff(cap=0.3, base=0.02), _RETRIES, (ConnectionError,)),
        "retry_on_error": [ConnectionError],
    }
    try:
        if url.startswith("sentinel://"):
            return _through_sentinels(url, options)
        if url.startswith("unix://"):
            del options["socket_keepalive"]
        return Valkey.from_pool(ConnectionPool.from_url(url, **options))
    except ValueError as error:
        raise StoreError(
            f"The store's address is not valid ({error}): write it as valkey://HOST:PORT."
        ) from error


def _through_sentinels(url: str, options: _Options) -> Valkey:
    """A client of the primary, which asks the Sentinels again after each broken connection."""
    user, _, hosts = urlsplit(url).netloc.rpartition("@")
    name = urlsplit(url).path.strip("/")
    parts = [urlsplit(f"//{host}") for host in hosts.split(",")]
    if not name or not all(part.hostname for part in parts):
        raise ValueError("it needs sentinel://HOST:PORT,HOST:PORT,…/NAME")
    username, _, password = map(unquote, user.partition(":"))
    sentinel = Sentinel(
        [(part.hostname, part.port or _SENTINEL_PORT) for part in parts],
        sentinel_kwargs={"socket_timeout": _CONNECT_SECONDS},
    )
    primary: Valkey = sentinel.master_for(
        name, username=username or None, password=password or None, **options
    )
    return primary
