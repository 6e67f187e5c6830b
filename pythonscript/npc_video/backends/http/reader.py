"""Interprets the responses of a video service about a job."""

import asyncio
from typing import Any
from urllib.parse import quote

from ...errors import (
    ClipTooLargeError,
    GenerationCancelledError,
    GenerationFailedError,
    GenerationInvalidError,
)
from ..base import OnEarly
from ..http_session import HttpResponse, HttpSession
from ..received import media_type_of, tell_parts
from ..refusals import is_about_content
from .answer import JobState, inline_clip, keys_of
from .fields import HttpFields
from .rules import HttpJob, JobRules

__all__ = ["JobReader", "is_video"]

_LARGE = 256 * 1024


class JobReader:
    """Requests the state of jobs, and interprets the responses."""

    def __init__(
        self, session: HttpSession, fields: HttpFields, rules: JobRules, untagged_colours: str
    ):
        self.session = session
        self.rules = rules
        self._fields = fields
        self._untagged_colours = untagged_colours

    async def get(self, url: str, base: str, on_early: OnEarly, seconds: float) -> HttpResponse:
        """Requests an address, relative to `base`; the response may be a clip.

        Raises:
            GenerationError: there is no response.
        """
        return await self.session.ask(
            "GET",
            self.session.resolve(url, base),
            seconds=seconds,
            max_bytes=self.session.limits.max_bytes,
            on_part=self.parts(on_early),
        )

    def parts(self, on_early: OnEarly) -> Any:
        """A callback that takes the bytes of a response as they arrive."""
        return tell_parts(on_early, self._untagged_colours)

    async def said(self, answer: HttpResponse) -> Any:
        """The JSON in a response, {} if it is empty; a large one is parsed on a thread.

        Raises:
            GenerationInvalidError: it is not JSON; `status` is that of the response.
        """
        if not answer.body.strip():
            return {}
        try:
            if len(answer.body) < _LARGE:
                return answer.json()
            return await asyncio.to_thread(answer.json)
        except GenerationInvalidError as error:
            error.status = answer.status
            raise

    async def job_of(self, answer: HttpResponse) -> HttpJob:
        """The job in the response to a request for a clip.

        Raises:
            GenerationError: there is none, or it has failed.
        """
        job = HttpJob(answer.url)
        if is_video(answer):
            job.take(answer)
            return job
        said = await self.said(answer)
        state, rules = self.read(said), self.rules
        job.id = self._fields.read_id(said)
        self.learn(job, state, answer)
        job.status_url = job.status_url or self._place(rules.status_path, job, said)
        job.cancel_url = job.cancel_url or self._place(rules.cancel_path, job, said)
        job.result_url = job.result_url or self._place(rules.result_path, job, said)
        # "success" may be about the request; a service with a status URL means the job.
        is_done = state.is_done and bool(job.result_url) and not job.status_url
        job.is_made = bool(job.video_url) or is_done
        if not job.is_made and not job.status_url:
            raise GenerationInvalidError(
                "The service sent neither a video nor an address of one: compare the names in"
                " `fields` (in the inspector: Answer Fields) with what it answers, which is"
                f" {keys_of(said)}."
            )
        return job

    def read(self, said: Any) -> JobState:
        """Reads the state of a job that is in progress or done.

        Raises:
            GenerationError: it ended in another way, or the response is not understood.
        """
        state = self._fields.read(said)
        if state.is_cancelled:
            raise GenerationCancelledError("The service says that somebody cancelled the job.")
        if state.error:
            error = GenerationFailedError(f"The service could not make the clip: {state.error}.")
            error.is_of_request = is_about_content(state.error)
            raise error
        if state.unknown:
            raise GenerationInvalidError(
                f"The service says that the job is {state.unknown!r}, which is not a known"
                " word: say in `statuses` whether it means waiting, done, failed or"
                f" cancelled. The answer has {keys_of(said)}."
            )
        return state

    def learn(self, job: HttpJob, state: JobState, answer: HttpResponse) -> None:
        """Updates a job from a response."""
        job.base = answer.url
        job.seed = job.seed if state.seed is None else state.seed
        job.video_url = state.video_url or job.video_url
        named = state.status_url or answer.headers.get("location", "")
        job.status_url = job.status_url or (named and self.session.resolve(named, answer.url))
        if state.result_url:
            job.result_url = self.session.resolve(state.result_url, answer.url)
        if state.cancel_url:
            job.cancel_url = self.session.resolve(state.cancel_url, answer.url)
        job.is_made = bool(job.video_url) or (state.is_done and bool(job.result_url))

    async def inline(self, text: str) -> bytes:
        """Decodes a clip that a response has as text, on a thread; b"" if it is an address.

        Raises:
            GenerationInvalidError: it is damaged.
            ClipTooLargeError: it exceeds the limit.
        """
        data = await asyncio.to_thread(inline_clip, text) if text else None
        if data and len(data) > self.session.limits.max_bytes:
            raise ClipTooLargeError(
                f"The clip exceeds the limit of {self.session.limits.max_bytes} bytes."
            )
        return data or b""

    def _place(self, template: str, job: HttpJob, said: Any) -> str:
        if "{id}" in template and not job.id:
            raise GenerationInvalidError(
                "The service sent no id of the job: name its field as id among the answer's."
                f" The answer has {keys_of(said)}."
            )
        path = template.replace("{id}", quote(job.id, safe="/"))
        return self.session.resolve(path) if path else ""


def is_video(answer: HttpResponse) -> bool:
    """Whether a response is the clip itself."""
    return bool(media_type_of(answer.body)) or answer.media_type.startswith("video/")
