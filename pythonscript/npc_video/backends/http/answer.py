"""Reads a video service's responses: the state of a job and the address of its clip."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote_to_bytes

from ...errors import GenerationInvalidError
from ..received import media_type_of

__all__ = [
    "ANSWER",
    "JobState",
    "JobWord",
    "find",
    "inline_clip",
    "keys_of",
    "read_state",
    "word_of",
]

ANSWER: Mapping[str, str] = MappingProxyType(
    {
        "id": "id",
        "video_url": "videoUrl",
        "status_url": "statusUrl",
        "result_url": "resultUrl",
        "cancel_url": "cancelUrl",
        "status": "status",
        "progress": "progress",
        "error": "error",
        "seed": "seed",
    }
)
"""Our names for parts of a response, and their usual paths."""


class JobWord(StrEnum):
    """The meaning of a service's word for the state of a job."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_WORDS: Mapping[str, JobWord] = MappingProxyType(
    {
        word: meaning
        for meaning, words in (
            (
                JobWord.WAITING,
                "accepted active created dreaming generating in_progress in_queue initializing"
                " new not_started pending preparing processing queued rendering retrying running"
                " scheduled started starting submitted throttled uploading waiting working",
            ),
            (JobWord.DONE, "complete completed done finished ok ready succeed succeeded success"),
            (
                JobWord.FAILED,
                "blocked content_moderated deadline_exceeded error errored expired fail failed"
                " failure moderated nsfw rejected timed_out timeout",
            ),
            (JobWord.CANCELLED, "abort aborted cancelled canceled deleted terminated"),
        )
        for word in words.split()
    }
)
_NOTHING = frozenset({"", "0", "200", "false", "none", "null", "no error", "ok", "success"})
_REASONS = ("message", "detail", "details", "msg", "reason", "failure_reason", "failure")
_PLACES = ("url", "uri", "href", "video", "video_url", "videoUrl", "data")
_START = 16  # characters of Base64 for the twelve bytes that identify a file type
_DEPTH = 4
_LONGEST_REASON = 300
_DATA = re.compile(r"data:[^,]{0,200},", re.ASCII | re.IGNORECASE)
_PERCENT = re.compile(r"\s*(\d{1,3}(?:\.\d+)?)\s*%\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class JobState:
    """A service's report about a job.

    Attributes:
        video_url: the address of the clip, or the clip itself as a data URL or Base64; "" if there
            is none yet.
        status_url: the address to poll, "" if there is none.
        result_url: the address of the response that names the clip once the job is done.
        cancel_url: the address for cancelling the job.
        progress: 0 to 1, None if unknown.
        seed: of the noise, None if unknown.
        error: the reason of a failure, "" if there is none.
        is_done: whether the service says that the clip is finished.
        is_cancelled: whether somebody cancelled the job.
        unknown: the word for its state if it is not known, "" otherwise.
    """

    video_url: str = ""
    status_url: str = ""
    result_url: str = ""
    cancel_url: str = ""
    progress: float | None = None
    seed: int | None = None
    error: str = ""
    is_done: bool = False
    is_cancelled: bool = False
    unknown: str = ""


def read_state(
    answer: Any, names: Mapping[str, str], words: Mapping[str, JobWord] | None = None
) -> JobState:
    """The report in a response.

    Args:
        names: paths in this service's responses, by our names in `ANSWER`.
        words: meanings of its words for the state of a job, as `word_of` spells them, in addition
            to the usual ones.

    Raises:
        GenerationInvalidError: it is not an object, or an address in it is not text.
    """
    if not isinstance(answer, dict):
        raise GenerationInvalidError("The service answered with JSON that is not an object.")

    def found(name: str) -> Any:
        return find(answer, names.get(name, ANSWER[name]))

    word = word_of(found("status"))
    meaning = (words or {}).get(word) or _WORDS.get(word)
    video = "" if meaning is JobWord.WAITING else _place(found("video_url"), "video_url")
    is_bad = meaning in (JobWord.FAILED, JobWord.CANCELLED)
    error = "" if video and not is_bad else _reason(found("error"))
    if meaning is JobWord.FAILED and not error:
        reasons = map(_reason, map(answer.get, _REASONS))
        error = next(filter(None, reasons), f"it says {word!r}, without a reason")
    progress, seed = found("progress"), found("seed")
    return JobState(
        video_url=video,
        status_url=_place(found("status_url"), "status_url"),
        result_url=_place(found("result_url"), "result_url"),
        cancel_url=_place(found("cancel_url"), "cancel_url"),
        progress=1.0 if meaning is JobWord.DONE else _part(progress),
        seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
        error=error,
        is_done=bool(video) or meaning is JobWord.DONE,
        is_cancelled=meaning is JobWord.CANCELLED,
        unknown="" if meaning or video or error else word,
    )


def find(answer: Any, path: str) -> Any:
    """The value at a path of a response, with a dot for each level; None if there is none.

    A level may be an index of a list, or lead into JSON that is inside a text.
    """
    for step in path.split("."):
        if isinstance(answer, str) and answer[:1] in ("{", "["):
            try:
                answer = json.loads(answer)
            except (ValueError, RecursionError):
                return None
        if isinstance(answer, dict):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdecimal() and int(step) < len(answer):
            answer = answer[int(step)]
        else:
            return None
    return answer


def keys_of(answer: Any) -> str:
    """The fields of a response, two levels deep, and its messages, for error messages."""
    names = []
    for name, value in answer.items() if isinstance(answer, dict) else ():
        below = value[0] if isinstance(value, list) and value else value
        index = ".0" if isinstance(value, list) and value else ""
        inner = list(below)[:6] if isinstance(below, dict) else []
        names += [f"{name}{index}.{each}" for each in inner] or [str(name)]
    listed = ", ".join(each[:60] for each in names[:16]) or "no fields"
    said = _reason({name: answer.get(name) for name in _REASONS}) if names else ""
    return f"{listed} ({said[:100]!r})" if said else listed


def inline_clip(text: str) -> bytes | None:
    """The clip that a text holds as a data URL or as Base64; None if it is an address.

    Raises:
        GenerationInvalidError: the text is damaged.
    """
    found = _DATA.match(text)
    if found is None and not media_type_of(_start_of(text)):
        return None
    data = text[found.end() :] if found else text
    if found and ";base64" not in found.group().lower():
        return unquote_to_bytes(data)
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError) as error:
        raise GenerationInvalidError(
            "The service sent a clip as text that is not complete Base64."
        ) from error


def _start_of(text: str) -> bytes:
    try:
        return base64.b64decode(text[:_START], validate=True)
    except (binascii.Error, ValueError):
        return b""


def word_of(status: Any) -> str:
    """The word for a job's state, in lower case and with underscores."""
    text = "" if status is None else str(status).strip().lower()
    return re.sub(r"[\s-]+", "_", text)[:60]


def _place(value: Any, name: str, depth: int = 0) -> str:
    """An address, which some services put into a list, or beside other data about the file."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, list) and depth < _DEPTH:
        return _place(value[0], name, depth + 1)
    if isinstance(value, dict) and depth < _DEPTH:
        inner = (value[key] for key in _PLACES if value.get(key))
        return _place(next(inner, None), name, depth + 1)
    raise GenerationInvalidError(f"The service answered with a {name} that is not text.")


def _reason(value: Any, depth: int = 0) -> str:
    """The text of an error; "" for values that mean none, such as 0, false and "none"."""
    if isinstance(value, dict) and depth < _DEPTH:
        told = [*_told(value, depth)]
        return "; ".join(dict.fromkeys(told))[:_LONGEST_REASON]
    if isinstance(value, list) and depth < _DEPTH:
        told = [_reason(each, depth + 1) for each in value[:3]]
        return "; ".join(filter(None, told))[:_LONGEST_REASON]
    text = " ".join(str("" if value is None else value).split()).rstrip(".")
    return "" if text.lower() in _NOTHING else text[:_LONGEST_REASON]


def _told(error: Mapping[str, Any], depth: int) -> Iterator[str]:
    """The messages of an error, or all of its values if there are none."""
    words = [_reason(error.get(name), depth + 1) for name in _REASONS]
    if any(words):
        yield from filter(None, words)
        return
    for name, value in list(error.items())[:6]:
        said = _reason(value, depth + 1)
        if said:
            yield f"{name} {said}"


def _part(progress: Any) -> float | None:
    """Progress from 0 to 1; some services count to 100, or write "45%"."""
    if isinstance(progress, str) and (found := _PERCENT.fullmatch(progress)):
        return min(1.0, float(found.group(1)) / 100.0)
    if isinstance(progress, bool) or not isinstance(progress, int | float):
        return None
    # A job in progress that reports a whole 1 means 1 %.
    is_percent = progress > 1 or (isinstance(progress, int) and progress == 1)
    return min(1.0, max(0.0, progress / 100.0 if is_percent else float(progress)))
