"""The websocket on which a server reports the progress of its jobs.

It may be lost at any time, with events, so nothing depends on it: it shortens waiting and makes
progress visible. After a loss it is reopened under the same name, never twice at once, because a
server forgets the second connection of a name when the first one closes.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..http_session import HttpSession
from .messages import Message, parse_binary, parse_text

if TYPE_CHECKING:
    from httpx_ws import AsyncWebSocketSession

__all__ = ["Feed"]

_MAX_BYTES = 16 * 1024 * 1024
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 4.0
_PING_SECONDS = 10.0
_HELLO = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})

_log = logging.getLogger(__name__)

Listener = Callable[[Message], None]


class Feed:
    """Passes each event to the listener of its job.

    Attributes:
        is_open: whether there is a connection now.
        losses: how often the connection was lost.
    """

    def __init__(self, session: HttpSession, client_id: str):
        self._session = session
        self._client_id = client_id
        self._listeners: dict[str, Listener] = {}
        self._running = ""
        self._opened = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.losses = 0

    @property
    def is_open(self) -> bool:
        return self._opened.is_set()

    async def open(self, seconds: float) -> None:
        """Waits for a connection, `seconds` at most."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_open())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._opened.wait(), seconds)

    def listen(self, prompt_id: str, listener: Listener) -> None:
        self._listeners[prompt_id] = listener

    def forget(self, prompt_id: str) -> None:
        self._listeners.pop(prompt_id, None)

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep_open(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._follow()
            except Exception as error:
                _log.debug("The websocket of %s is lost: %r", self._session.origin, error)
            if self.is_open:
                pause = _FIRST_PAUSE
                self.losses += 1
                self._opened.clear()
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    async def _follow(self) -> None:
        """Receives events until the connection is lost."""
        # Loaded with the first connection, because it takes longer than everything else.
        from httpx_ws import aconnect_ws

        target = self._session.resolve("ws")
        client = await self._session.client()
        socket: AsyncWebSocketSession
        async with aconnect_ws(
            target,
            client,
            max_message_size_bytes=_MAX_BYTES,
            keepalive_ping_interval_seconds=_PING_SECONDS,
            keepalive_ping_timeout_seconds=_PING_SECONDS,
            params={"clientId": self._client_id},
            headers=self._session.headers_for(target),
        ) as socket:
            await socket.send_text(_HELLO)
            self._opened.set()
            while True:
                self._hand_on(await socket.receive())

    def _hand_on(self, event: Any) -> None:
        data = getattr(event, "data", None)
        if isinstance(data, str):
            message = parse_text(data)
        else:
            message = parse_binary(bytes(data)) if data else None
        if message is None:
            return
        if message.kind == "execution_start":
            self._running = message.prompt_id
        # Previews without metadata belong to the running job.
        listener = self._listeners.get(message.prompt_id or self._running)
        if listener is not None and (message.prompt_id or message.kind == "preview"):
            listener(message)
