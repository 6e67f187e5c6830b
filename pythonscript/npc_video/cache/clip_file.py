"""The format of a stored clip: its description as JSON, then its bytes.

Files on disk may be damaged or changed, so every field is checked.
"""

import dataclasses
import hashlib
import json
import math
import re
from typing import Any, TypeVar

from ..errors import InvalidDataError
from ..prompts import prompt_key
from ..records import CacheKey, GeneratedClip, VideoParams

__all__ = ["FILE_NAME", "describe", "file_name", "pack", "parse_header", "restore", "unpack"]

FILE_NAME = re.compile(r"[0-9a-f]{64}\.clip")
"""A name from `file_name`."""

_VERSION = 1
_PARTS_WITHOUT_PROMPT = 10  # of a key in files that have no prompt in it

_Record = TypeVar("_Record", GeneratedClip, VideoParams)


def describe(key: CacheKey, clip: GeneratedClip) -> dict[str, Any]:
    """The description of a clip, as a value for JSON."""
    names = {field.name for field in dataclasses.fields(GeneratedClip)} - {"data", "params"}
    return {
        "key": key,
        "params": dataclasses.asdict(clip.params),
        **{name: getattr(clip, name) for name in sorted(names)},
    }


def restore(description: Any) -> tuple[CacheKey, GeneratedClip]:
    """The key and the clip from `describe`; the clip has no data.

    Raises:
        InvalidDataError: a field is missing or wrong; the text names it.
    """
    if not isinstance(description, dict):
        raise InvalidDataError(f"The description of a clip must be an object, not {description!r}.")
    params = description.get("params")
    if not isinstance(params, dict):
        raise InvalidDataError(f"params: must be an object, not {params!r}.")
    shows = _read(VideoParams, params, "params.", {})
    clip = _read(GeneratedClip, description, "", {"data": b"", "params": shows})
    return _prompted(_key(description.get("key")), shows), clip


def pack(key: CacheKey, clip: GeneratedClip) -> tuple[str, bytes]:
    """The description as JSON, and the file: a line with the description, then the clip's data.

    Raises:
        InvalidDataError: a number of the clip is not finite.
    """
    try:
        header = json.dumps({"version": _VERSION, **describe(key, clip)}, allow_nan=False)
    except ValueError as error:
        raise InvalidDataError("A clip with a number that is not finite cannot be kept.") from error
    return header, header.encode("ascii") + b"\n" + clip.data


def unpack(name: str, content: bytes) -> tuple[CacheKey, GeneratedClip]:
    """The key and the clip in a file.

    Raises:
        InvalidDataError: the content does not match the name, or is invalid.
    """
    if file_name(content) != name:
        raise InvalidDataError("The file has changed.")
    header, _, data = content.partition(b"\n")
    key, clip = parse_header(header.decode("ascii", "replace"))
    return key, dataclasses.replace(clip, data=data)


def parse_header(header: str) -> tuple[CacheKey, GeneratedClip]:
    """The key and the clip from a JSON description; the clip has no data.

    Raises:
        InvalidDataError: it is invalid, or has another version.
    """
    try:
        description = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise InvalidDataError("The description of a clip is not JSON.") from error
    if not isinstance(description, dict) or description.get("version") != _VERSION:
        raise InvalidDataError("version: this clip was kept by another version.")
    return restore(description)


def file_name(content: bytes) -> str:
    """The name of a file, a hash of its content."""
    return hashlib.sha256(content).hexdigest() + ".clip"


def _key(value: Any) -> CacheKey:
    if not isinstance(value, list):
        raise InvalidDataError(f"key: must be a list, not {value!r}.")
    return tuple(
        _value(part, tuple[str, ...] if isinstance(part, list) else type(part), f"key[{index}]")
        for index, part in enumerate(value)
    )


def _prompted(key: CacheKey, shows: VideoParams) -> CacheKey:
    """The key in today's form; keys without a prompt get it from `shows`."""
    if len(key) != _PARTS_WITHOUT_PROMPT:
        return key
    return (*key[:-1], prompt_key(shows.prompt, shows.negative_prompt), key[-1])


def _read(
    record: type[_Record], data: dict[str, Any], prefix: str, given: dict[str, Any]
) -> _Record:
    values = dict(given)
    for field in dataclasses.fields(record):
        if field.name in data and field.name not in given:
            values[field.name] = _value(data[field.name], field.type, prefix + field.name)
        elif field.name not in given and field.default is dataclasses.MISSING:
            raise InvalidDataError(f"{prefix}{field.name}: is missing.")
    return record(**values)


def _value(value: Any, kind: Any, name: str) -> Any:
    """`value` if it has this type; a list of strings becomes a tuple, a whole number a float."""
    if kind in (str, bool) and isinstance(value, kind):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value):
            return float(value)
    elif kind == tuple[str, ...] and isinstance(value, list):
        return tuple(_value(item, str, f"{name}[{index}]") for index, item in enumerate(value))
    raise InvalidDataError(f"{name}: {value!r} has the wrong type or is not finite.")
