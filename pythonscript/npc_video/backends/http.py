"""A video service over HTTP, such as a server of one's own or one in the cloud.

`POST /api/generate-video` answers with the video, with where it is, or with where to ask whether it
is there yet. What the fields are called is left to `http_fields`, what an exchange keeps to, to
`wire`.
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from ..awaiting import unhurt
from ..errors import (
    GenerationCancelledError,
    GenerationError,
    GenerationFailedError,
    GenerationInvalidError,
    GeneratorOverloadedError,
    GeneratorUnavailableError,
)
from ..records import UNTAGGED_COLOURS, GeneratedClip, check_untagged_colours
from .base import (
    Backend,
    Capabilities,
    Early,
    GenerationRequest,
    Health,
    OnEarly,
    OnProgress,
    ignore,
)
from .fingerprint import coloured_fingerprint, fingerprint_of
from .http_fields import HttpFields, JobState
from .received import media_type_of, received_clip, tell_parts
from .token import Token
from .wire import Answer, Limits, Wire

__all__ = ["HttpBackend"]

_PATH = "api/generate-video"
# Between two questions whether a clip is there yet: a part of the time that it has taken, so that
# little is lost to asking late, within these seconds.
_PAUSE_PART, _SHORTEST_PAUSE, _LONGEST_PAUSE = 0.02, 0.03, 1.0
_LONGEST_WISH = 30.0
# After questions about a job that were lost, or answered with an error of the server: then another.
_RESTS = (0.1, 0.2, 0.4, 0.8, 1.6)
# How long the answer to a request is waited for that is not wanted any more.
_LATE_SECONDS = 0.5
_GIVE_UP_SECONDS = 3.0


class HttpBackend(Backend):
    """Has clips made by a service.

    A service that answers 202 is asked at the status URL of its answer (or of its `Location`) until
    it names the clip, a few times more if it cannot be reached. Giving up sends DELETE there; a
    service that has no such thing ignores it.

    Args:
        url: of the service, below which `path` lies.
        token: sent as "Authorization: Bearer …".
        headers: sent with every question.
        path: where clips are asked for.
        status_path: where to ask for a job of which the service tells the id only, such as
            "api/jobs/{id}".
        fields: for services that name fields otherwise.
        allowed_origins: where else clips may be fetched from, such as "https://cdn.example.org".
        slots: how many clips the service makes at once.
        finish_started: no clip is given up once it has begun, as each one costs money; what is more
            urgent waits until then.
        untagged_colours: of files that name none: "bt709" for a service that writes them so.

    Raises:
        InvalidDataError: an address or a value is not valid.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        headers: Mapping[str, str] | None = None,
        path: str = _PATH,
        status_path: str = "",
        fields: HttpFields | None = None,
        allowed_origins: Collection[str] = (),
        limits: Limits | None = None,
        slots: int = 1,
        finish_started: bool = False,
        untagged_colours: str = UNTAGGED_COLOURS[0],
    ):
        self._untagged_colours = check_untagged_colours(untagged_colours)
        self._wire = Wire(
            url, token=token, headers=headers, allowed_origins=allowed_origins, limits=limits
        )
        self._path = path.lstrip("/")
        self._status_path = status_path.lstrip("/")
        self._fields = fields or HttpFields()
        self._slots = slots
        self._finish_started = finish_started

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            slots=self._slots,
            uses_image=True,
            streams=True,
            finish_started=self._finish_started,
        )

    @property
    def fingerprint(self) -> str:
        """What it is asked; its address counts too, as nobody knows what it runs."""
        fields = self._fields
        asked = (dict(fields.request), dict(fields.extra))
        fingerprint = fingerprint_of("http", self._wire.url, self._path, *asked)
        return coloured_fingerprint(fingerprint, self._untagged_colours)

    async def health(self) -> Health:
        """Whether it answers at all; what it can do shows only when it makes a clip."""
        try:
            answer = await self._wire.ask("GET", "")
        except GeneratorUnavailableError as error:
            return Health(is_ready=False, problems=(str(error),))
        except GenerationError:
            # It is there; a service need not have a page at its root.
            return Health(is_ready=True)
        return Health(is_ready=True, version=answer.headers.get("server", ""))

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        started = time.perf_counter()
        body = await asyncio.to_thread(self._fields.body, request)
        on_progress(0.0)
        answer = await self._begin(body, on_early)
        state = JobState()
        made = time.perf_counter()
        if not _is_video(answer):
            state, answer = await self._follow(answer, on_progress, on_early)
            made = time.perf_counter()
            if not _is_video(answer):
                answer = await self._fetch(state.video_url, answer.url, on_early)
        clip = await received_clip(
            request,
            answer.body,
            seed=request.params.seed if state.seed is None else state.seed,
            generation_seconds=made - started,
            transfer_seconds=time.perf_counter() - made,
            untagged_colours=self._untagged_colours,
        )
        on_progress(1.0)
        return clip

    async def close(self) -> None:
        await self._wire.close()

    async def _begin(self, body: dict[str, Any], on_early: OnEarly) -> Answer:
        """The answer to a request for a clip.

        Only the answer names the job that a service has begun. So when the clip is given up before
        it is there, it is waited for a little longer, and the job is ended as well.
        """
        limits, is_wanted = self._wire.limits, True

        def tell(news: Early) -> None:
            if is_wanted:
                on_early(news)

        asking = asyncio.ensure_future(
            self._wire.ask(
                "POST",
                self._path,
                json=body,
                seconds=limits.generate_seconds,
                most_bytes=limits.most_bytes,
                on_part=tell_parts(tell, self._untagged_colours),
            )
        )
        try:
            return await unhurt(asking)
        except asyncio.CancelledError:
            is_wanted = False
            try:
                await asyncio.wait({asking}, timeout=_LATE_SECONDS)
            finally:
                asking.cancel()
            with suppress(GenerationError, asyncio.CancelledError):
                await self._end(await asking)
            raise

    async def _end(self, answer: Answer) -> None:
        """Gives up the job that was begun, unless its clip is there already."""
        if not _is_video(answer):
            state = self._read(answer)
            if not state.video_url:
                await self._give_up(self._status_url(state, answer))

    async def _follow(
        self, answer: Answer, on_progress: OnProgress, on_early: OnEarly
    ) -> tuple[JobState, Answer]:
        """Asks again and again until there is a clip, or where it is."""
        state = self._read(answer)
        if state.video_url:
            return state, answer
        status_url = self._status_url(state, answer)
        limits, started, told = self._wire.limits, time.perf_counter(), 0.0
        try:
            async with asyncio.timeout(limits.generate_seconds):
                while True:
                    if state.progress is not None and state.progress > told:
                        told = state.progress
                        on_progress(told)
                    await asyncio.sleep(_pause(answer, time.perf_counter() - started))
                    answer = await self._look(status_url, on_early)
                    if _is_video(answer):
                        return state, answer
                    state = self._read(answer)
                    if state.video_url:
                        return state, answer
        except TimeoutError as error:
            await self._give_up(status_url)
            raise GeneratorUnavailableError(
                f"The clip was not there after {limits.generate_seconds:g} s: it was given up."
            ) from error
        except (asyncio.CancelledError, GeneratorUnavailableError):
            await self._give_up(status_url)
            raise

    async def _look(self, status_url: str, on_early: OnEarly) -> Answer:
        """How the job is; asked again a few times, for a service may be restarted meanwhile."""
        for rest in _RESTS:
            try:
                return await self._get(status_url, on_early)
            except GeneratorOverloadedError as error:
                rest = max(rest, min(error.retry_after or 0.0, _LONGEST_WISH))
            except (GeneratorUnavailableError, GenerationFailedError):
                pass
            await asyncio.sleep(rest)
            on_early = ignore  # bytes of two answers do not make one clip
        return await self._get(status_url, on_early)

    async def _get(self, url: str, on_early: OnEarly) -> Answer:
        return await self._wire.ask(
            "GET",
            url,
            most_bytes=self._wire.limits.most_bytes,
            on_part=tell_parts(on_early, self._untagged_colours),
        )

    def _read(self, answer: Answer) -> JobState:
        state = self._fields.read(answer.json())
        if state.is_cancelled:
            raise GenerationCancelledError("The service says that somebody ended the job.")
        if state.error:
            raise GenerationFailedError(f"The service could not make the clip: {state.error}.")
        return state

    def _status_url(self, state: JobState, answer: Answer) -> str:
        named = state.status_url or answer.headers.get("location", "")
        if not named and self._status_path:
            found = self._fields.read_id(answer.json())
            named = self._status_path.replace("{id}", quote(found, safe=""))
            return self._wire.resolve(named)
        if not named:
            raise GenerationInvalidError(
                "The service sent neither a video nor where it is or will be: compare the names in"
                " `fields` (in the inspector: Answer Fields) with what it answers."
            )
        return self._wire.resolve(named, answer.url)

    async def _fetch(self, url: str, base: str, on_early: OnEarly) -> Answer:
        answer = await self._get(self._wire.resolve(url, base), on_early)
        if not _is_video(answer):
            raise GenerationInvalidError(
                f"The service named a clip that is of the type {answer.media_type!r}, no video."
            )
        return answer

    async def _give_up(self, status_url: str) -> None:
        with suppress(GenerationError):
            await self._wire.ask("DELETE", status_url, seconds=_GIVE_UP_SECONDS)


def _pause(answer: Answer, elapsed: float) -> float:
    """Seconds until the next question; what the service wishes, if it says so."""
    wished = answer.headers.get("retry-after", "")
    if wished.isdecimal():
        return min(float(wished[:4]), _LONGEST_WISH)
    return min(_LONGEST_PAUSE, max(_SHORTEST_PAUSE, _PAUSE_PART * elapsed))


def _is_video(answer: Answer) -> bool:
    return bool(media_type_of(answer.body)) or answer.media_type.startswith("video/")
