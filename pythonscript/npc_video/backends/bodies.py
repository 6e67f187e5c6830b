"""Reads the bodies of a server's responses, within limits."""

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import ClipTooLargeError, GenerationInvalidError
from .refusals import REASON_BYTES

if TYPE_CHECKING:
    import httpx

__all__ = ["OnPart", "read_body", "reason_of"]

OnPart = Callable[[bytes], None]

_BY_ZLIB = ("gzip", "x-gzip", "deflate")
_ANY_HEADER = zlib.MAX_WBITS | 32  # gzip or zlib


async def read_body(response: "httpx.Response", max_bytes: int, on_part: OnPart | None) -> bytes:
    """Reads a whole body; `on_part` takes its bytes as they arrive.

    Raises:
        ClipTooLargeError: it has more than `max_bytes`.
        GenerationInvalidError: it is damaged, or compressed in an unsupported way.
    """
    body, unpacker = bytearray(), _unpacker(response)
    async for part in response.aiter_raw():
        if unpacker is not None:
            part = _unpacked(unpacker, part, max_bytes + 1 - len(body))
        body += part
        if len(body) > max_bytes:
            raise ClipTooLargeError(
                f"The server's response exceeds the limit of {max_bytes} bytes."
            )
        if on_part is not None:
            on_part(part)
    if unpacker is not None and not unpacker.eof:
        raise GenerationInvalidError("The server's compressed response is incomplete.")
    return bytes(body)


async def reason_of(response: "httpx.Response") -> bytes:
    """The first bytes of a server's reason for refusing, if they can be read."""
    body = bytearray()
    try:
        unpacker = _unpacker(response)
        async for part in response.aiter_raw():
            if unpacker is not None:
                part = _unpacked(unpacker, part, REASON_BYTES)
            body += part
            if len(body) >= REASON_BYTES:
                break
    except GenerationInvalidError:
        pass  # the status is enough
    return bytes(body)


def _unpacker(response: "httpx.Response") -> Any | None:
    """The decompressor for a response that is compressed although nobody asked; None if it is not.

    Raises:
        GenerationInvalidError: it is not compressed by zlib.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding not in _BY_ZLIB:
        raise GenerationInvalidError(
            f"The server compresses its response as {encoding!r}, although it was asked not to:"
            " turn that off there, or in the proxy before it."
        )
    return zlib.decompressobj(_ANY_HEADER)


def _unpacked(unpacker: Any, part: bytes, max_bytes: int) -> bytes:
    """Decompresses at most `max_bytes`: a small part may expand a thousandfold."""
    try:
        unpacked: bytes = unpacker.decompress(part, max_bytes)
    except zlib.error as error:
        raise GenerationInvalidError(f"The server's response is damaged: {error}.") from error
    return unpacked
