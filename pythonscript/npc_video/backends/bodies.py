"""Reading what a server sends, within limits."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import ClipTooLargeError, GenerationInvalidError
from .refusals import REASON_BYTES

if TYPE_CHECKING:
    import httpx

__all__ = ["OnPart", "read_body", "reason_of"]

OnPart = Callable[[bytes], None]


async def read_body(response: "httpx.Response", most_bytes: int, on_part: OnPart | None) -> bytes:
    """All that a server sends; `on_part` takes it as it comes.

    Raises:
        ClipTooLargeError: it is more than `most_bytes`.
        GenerationInvalidError: it is compressed.
    """
    if _is_compressed(response):
        raise GenerationInvalidError(
            "The server sends its answer compressed, which it was asked not to: switch that off."
        )
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > most_bytes:
            raise ClipTooLargeError(
                f"The server sends more than the {most_bytes} bytes that are allowed."
            )
        if on_part is not None:
            on_part(part)
    return bytes(body)


async def reason_of(response: "httpx.Response") -> bytes:
    """The beginning of what a server says of why it refuses, if that can be read."""
    body = bytearray()
    if not _is_compressed(response):
        async for part in response.aiter_raw():
            body += part
            if len(body) >= REASON_BYTES:
                break
    return bytes(body)


def _is_compressed(response: "httpx.Response") -> bool:
    encoding = response.headers.get("content-encoding", "identity")
    return encoding.strip().lower() not in ("", "identity")
