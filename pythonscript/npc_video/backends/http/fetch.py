"""Fetches the clip that a video service has made; it is paid for, so it must not be lost."""

import asyncio
from contextlib import suppress

from ...errors import (
    GenerationError,
    GenerationInvalidError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
)
from ..base import OnEarly, ignore
from .answer import keys_of
from .reader import JobReader, is_video
from .rules import HttpJob, patiently

__all__ = ["FETCH_RESTS", "fetched"]

# Seconds before each new attempt to fetch a finished clip.
FETCH_RESTS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
# Status codes that will not change: the clip is elsewhere, too large, or does not exist.
_FINAL = (301, 302, 303, 307, 308, 413, 422)


async def fetched(reader: JobReader, job: HttpJob, on_early: OnEarly) -> bytes:
    """Fetches the clip of a finished job.

    Raises:
        GenerationError: the clip does not arrive.
    """
    limit = reader.session.limits.generate_seconds
    try:
        async with asyncio.timeout(limit):
            return await _fetched(reader, job, on_early)
    except TimeoutError as error:
        raise GeneratorUnreachableError(
            f"The clip is made, but did not arrive within {limit:g} s."
        ) from error


async def _fetched(reader: JobReader, job: HttpJob, on_early: OnEarly) -> bytes:
    attempts = 0

    async def attempt() -> bytes:
        nonlocal attempts
        attempts += 1
        # Bytes of two attempts do not make one clip.
        early = on_early if attempts == 1 else ignore
        if not job.video_url:
            await _name(reader, job, early)
        elif attempts > 1:
            with suppress(GenerationError):  # the known address may still work
                await _name(reader, job, early)
        if data := job.body or await reader.inline(job.video_url):
            return data
        seconds = reader.session.limits.fetch_seconds
        answer = await reader.get(job.video_url, job.base, early, seconds)
        if not is_video(answer):
            raise GenerationInvalidError(
                f"The service named a clip of the type {answer.media_type!r}, which is not video."
            )
        return answer.body

    return await patiently(attempt, FETCH_RESTS, _may_come)


async def _name(reader: JobReader, job: HttpJob, on_early: OnEarly) -> None:
    """Requests the address of the clip; a new one if the old one failed, as addresses expire."""
    url = job.result_url or job.status_url
    if not url:
        return
    answer = await reader.get(url, job.base, on_early, reader.session.limits.fetch_seconds)
    if is_video(answer):
        job.body = answer.body
        return
    said = await reader.said(answer)
    reader.learn(job, reader.read(said), answer)
    if not job.video_url:
        raise GenerationInvalidError(
            "The service says that the clip is made, but the response does not name it: name its"
            f" field as video_url among the answer's. It has {keys_of(said)}."
        )


def _may_come(error: GenerationError) -> bool:
    """Whether a later attempt may work, for servers that do not have the clip yet."""
    if isinstance(error, GeneratorUnavailableError):
        return True
    return error.status is not None and error.status not in _FINAL
