"""Responses that are sent while they come to be, and end when the client is gone."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ..errors import FarmError

__all__ = ["BrokenFlowError", "Flow", "left"]


class BrokenFlowError(Exception):
    """The rest of a response cannot be sent; the client must notice that it is incomplete."""


async def left(receive: Receive) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Flow(Response):
    """A response of unknown length.

    Args:
        parts: its bytes; `BrokenFlowError` or a store that fails cuts the response off, so that the
            client sees an error.
    """

    def __init__(
        self, parts: AsyncIterator[bytes], media_type: str, headers: Mapping[str, str] | None = None
    ):
        super().__init__(media_type=media_type, headers=headers)
        del self.headers["content-length"]
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }
        await send(start)
        writing = asyncio.create_task(self._write(send))
        leaving = asyncio.create_task(left(receive))
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not writing.done():
                writing.cancel()
        if writing.done() and not writing.cancelled():
            try:
                writing.result()
            except (BrokenFlowError, FarmError):
                return  # the server closes a connection whose response is not complete

    async def _write(self, send: Send) -> None:
        async for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
