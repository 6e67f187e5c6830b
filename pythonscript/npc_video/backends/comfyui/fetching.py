"""Fetches a finished clip, with retries."""

import asyncio
import time

from ...errors import ClipTooLargeError, GenerationError, GenerationInvalidError
from ..base import Early, OnEarly, ignore
from ..received import tell_parts
from ..redirects import is_page, page_in_place
from .endings import File
from .server import Server

__all__ = ["fetched"]

_LEAST_TRIES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0


async def fetched(
    server: Server, file: File, on_early: OnEarly, untagged_colours: str, reconnect_timeout: float
) -> bytes:
    """The bytes of a clip; retries while they do not arrive, because the clip exists.

    Args:
        on_early: takes the bytes of the first response that has any.
        reconnect_timeout: seconds after which it gives up.

    Raises:
        GenerationError: they did not arrive, or are too many.
    """
    started = time.perf_counter()
    has_told = False
    tries, pause = 0, _FIRST_PAUSE

    def tell(news: Early) -> None:
        nonlocal has_told
        has_told = True
        on_early(news)

    while True:
        parts = ignore if has_told else tell_parts(tell, untagged_colours)
        try:
            data = await server.fetch(file, parts)
            if data and not is_page("", data):
                return data
            failure: GenerationError = _no_clip(server, file, data or b"")
        except (ClipTooLargeError, GenerationInvalidError):
            raise
        except GenerationError as error:
            failure = error
        tries += 1
        if tries >= _LEAST_TRIES and time.perf_counter() - started > reconnect_timeout:
            raise failure
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE, 2 * pause)


def _no_clip(server: Server, file: File, data: bytes) -> GenerationInvalidError:
    """The error for a response without the clip."""
    if data:
        return page_in_place(server.url, data)
    return GenerationInvalidError(
        f"ComfyUI has made {file.filename}, but does not return it: make sure that nothing"
        " moves the file."
    )
