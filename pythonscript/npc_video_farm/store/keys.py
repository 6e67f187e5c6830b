"""Names clips: equal requests get equal keys, and so share a job and a file."""

import hashlib
import json
from collections.abc import Mapping

from npc_video.prompts import prompt_key
from npc_video.records import round_half_up

from ..errors import FarmError

__all__ = ["job_key"]

# Larger whole numbers have no exact float.
_EXACT = 1 << 53


def job_key(
    project: str, generator: str, fingerprint: str, body: bytes, preset: str, seconds: float
) -> str:
    """The key of a clip: 64 hexadecimal digits.

    As in a game's cache, blanks in prompts make no difference, and the intensity counts in steps of
    0.1. All else in the body counts, also what this version does not know.

    Args:
        project: who shares clips: a project, or a tenant that shares with nobody.
        generator: the group of workers.
        fingerprint: of their workflow and settings.
        body: the parameters of the clip as a JSON object.
        preset: name of the preset.
        seconds: the clip's length.

    Raises:
        FarmError: the body is not a JSON object, or a number in it is not finite.
    """
    told = (project, generator, fingerprint, preset, float(seconds), _same(_object(body)))
    try:
        canonical = json.dumps(told, sort_keys=True, allow_nan=False, separators=(",", ":"))
    except (ValueError, RecursionError) as error:
        raise FarmError(f"The request's parameters are not valid JSON: {error}.") from error
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FarmError(f"The request's parameters are not valid JSON: {error}.") from error
    if not isinstance(found, dict):
        raise FarmError("The request's parameters must be a JSON object.")
    return found


def _same(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields, with one form for what makes the same picture."""
    found = {name: _number(value) for name, value in fields.items()}
    prompts = found.pop("prompt", ""), found.pop("negative_prompt", "")
    if isinstance(prompts[0], str) and isinstance(prompts[1], str):
        found["prompts"] = prompt_key(*prompts)
    else:
        found["prompts"] = list(prompts)
    intensity = found.get("intensity")
    if isinstance(intensity, float) and 0.0 <= intensity <= 1.0:
        found["intensity"] = round_half_up(intensity)
    return found


def _number(value: object) -> object:
    """A whole number like any other: services write 8 and 8.0."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _EXACT:
        return float(value)
    return value
