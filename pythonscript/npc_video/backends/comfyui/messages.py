"""Parses a ComfyUI server's websocket messages and history entries.

Nothing that a server sends makes this raise; what is not understood is skipped.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ...errors import (
    GenerationCancelledError,
    GenerationError,
    GenerationFailedError,
    GenerationInvalidError,
)
from ..base import Preview
from .endings import SAVE_ONE, File, chosen_file, files_of

__all__ = [
    "Ended",
    "Message",
    "PictureGoneError",
    "ended",
    "parse_binary",
    "parse_text",
    "rejection",
]

_PREVIEW, _PREVIEW_WITH_METADATA = 1, 4
_FORMATS = {1: "image/jpeg", 2: "image/png"}
_MAX_TEXT = 300
_MAX_NAMES = 3


class PictureGoneError(GenerationInvalidError):
    """The server has lost the uploaded picture: upload it again."""


@dataclass(frozen=True, slots=True)
class Message:
    """An event of a job.

    Attributes:
        kind: ComfyUI's name, such as "progress_state"; "preview" for a picture.
        prompt_id: of the job, "" if the server does not say.
    """

    kind: str
    prompt_id: str
    data: Mapping[str, Any] = field(default_factory=dict)
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The result of a job.

    Attributes:
        file: its video; None if there is none.
        error: the reason why there is none.
        seconds: from its start to its end, 0 if the server does not say.
    """

    file: File | None
    error: GenerationError | None
    seconds: float


def parse_text(text: str) -> Message | None:
    """Parses a text message; None if it is not understood."""
    try:
        message = json.loads(text)
        data = message["data"]
        kind, prompt_id = message["type"], data.get("prompt_id", "")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(kind, str) or not isinstance(prompt_id, str):
        return None
    return Message(kind, prompt_id, data)


def parse_binary(data: bytes) -> Message | None:
    """Parses a preview, whose metadata may name its job; None if it is not understood."""
    if len(data) < 8:
        return None
    kind, second = struct.unpack_from(">II", data)
    if kind == _PREVIEW and second in _FORMATS:
        return Message("preview", "", preview=Preview(data[8:], _FORMATS[second]))
    if kind != _PREVIEW_WITH_METADATA or 8 + second > len(data):
        return None
    try:
        metadata = json.loads(data[8 : 8 + second])
        media_type, prompt_id = metadata["image_type"], metadata["prompt_id"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    if media_type not in _FORMATS.values() or not isinstance(prompt_id, str):
        return None
    return Message("preview", prompt_id, preview=Preview(data[8 + second :], media_type))


def ended(entry: Any, output: str = "", picture: str = "") -> Ended:
    """The result in a history entry; failure and interruption are both called "error" there.

    A clip that was saved before another node failed is a success.

    Args:
        output: the node whose clip is wanted; "" for any.
        picture: the server's name of the NPC's picture, "" if there is none.
    """
    entry = entry if isinstance(entry, Mapping) else {}
    events = _events(entry)
    start, end = (
        _stamp(events, "execution_start"),
        max(
            _stamp(events, kind)
            for kind in ("execution_success", "execution_error", "execution_interrupted")
        ),
    )
    seconds = max(0.0, end - start) / 1000.0 if start and end else 0.0
    if "execution_interrupted" in events:
        error: GenerationError = GenerationCancelledError(
            "Somebody interrupted the job in ComfyUI."
        )
        return Ended(None, error, seconds)
    outputs = entry.get("outputs")
    file = chosen_file(outputs, output)
    failed = events.get("execution_error")
    if file is not None and (failed is None or file.is_kept):
        return Ended(file, None, seconds)
    if failed is None:
        return Ended(None, _without_clip(outputs, output), seconds)
    error = _failure(failed)
    if "FileNotFound" in str(failed.get("exception_type")) and _names(failed, picture):
        error = PictureGoneError(str(error))
    return Ended(None, error, seconds)


def rejection(answer: Any, picture: str = "") -> GenerationInvalidError:
    """The server's reasons for refusing a graph, with the nodes that caused it.

    Args:
        picture: the server's name of the NPC's picture, "" if there is none.
    """
    answer = answer if isinstance(answer, Mapping) else {}
    parts: list[str] = []
    nodes = answer.get("node_errors")
    for name, node in nodes.items() if isinstance(nodes, Mapping) else ():
        for error in node.get("errors", ()) if isinstance(node, Mapping) else ():
            kind, details = node.get("class_type", "?"), error.get("details")
            parts.append(f"{kind} (#{name}): {error.get('message')} ({details})")
    error = answer.get("error")
    if not parts and isinstance(error, Mapping):
        parts.append(f"{error.get('message')} ({error.get('details') or error.get('type')})")
    text = "; ".join(parts)[:_MAX_TEXT] or "it gave no reason"
    kind = PictureGoneError if _names(nodes, picture) else GenerationInvalidError
    return kind(f"ComfyUI rejected the workflow: {text.rstrip('.')}.")


def _names(said: Any, picture: str) -> bool:
    """Whether a server's message is about the NPC's picture."""
    return bool(picture) and picture.rpartition("/")[2] in str(said)


def _without_clip(outputs: Any, output: str) -> GenerationInvalidError:
    made = ", ".join(file.filename for file in islice(files_of(outputs, output), _MAX_NAMES))
    but = f", but with {made}" if made else ""
    where = f" of node #{output}" if output else ""
    return GenerationInvalidError(
        f"The workflow ended without an MP4 or WebM file{where}{but}: {SAVE_ONE}."
    )


def _failure(data: Mapping[str, Any]) -> GenerationFailedError:
    node = f"{data.get('node_type', '?')} (#{data.get('node_id', '?')})"
    if "OutOfMemory" in str(data.get("exception_type", "")):
        return GenerationFailedError(
            f"ComfyUI ran out of memory in {node}: choose a smaller preset or a smaller model."
        )
    said = str(data.get("exception_message", "")).strip().splitlines()
    text = (said[0] if said else "it gave no reason")[:_MAX_TEXT]
    return GenerationFailedError(f"ComfyUI failed in {node}: {text.rstrip('.')}.")


def _events(entry: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    status = entry.get("status")
    listed = status.get("messages") if isinstance(status, Mapping) else None
    return {
        str(event[0]): event[1]
        for event in (listed if isinstance(listed, list) else ())
        if isinstance(event, list) and len(event) == 2 and isinstance(event[1], Mapping)
    }


def _stamp(events: Mapping[str, Mapping[str, Any]], kind: str) -> float:
    value = events.get(kind, {}).get("timestamp")
    return float(value) if isinstance(value, int | float) else 0.0
