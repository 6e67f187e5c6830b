"""The meaning of requests and of the states of jobs, without I/O.

A ticket is one client's wait for a job. Its id begins with its holder, so a gateway knows whose it
is without asking anybody.
"""

import hashlib
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from npc_video.errors import InvalidDataError
from npc_video.records import Purpose

from ..jobs import JobState, JobView
from ..tenants import Scope
from ..wire import ClipBody, read_body
from .auth import Principal
from .limits import check_preset
from .refusal import Refusal

__all__ = [
    "Said",
    "Wanted",
    "check_holder",
    "new_ticket",
    "read_promotion",
    "read_wanted",
    "said_of",
    "times_of",
    "unknown_ticket",
]

_LONGEST_DEADLINE = 86400.0
_LONGEST_KEY = 200
_PURPOSES = {purpose.word: purpose for purpose in Purpose}
# Statuses by kind of error, as games understand them: they repeat what is unavailable.
_STATUSES = {"refused": 451, "invalid": 422, "too_large": 413, "unavailable": 504}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for a clip, checked.

    Attributes:
        due_in: seconds until somebody needs it; None if nobody waits.
        once: a key by which a repeated request is recognised; "" for none.
        pinned: whether the clip is kept for ever.
    """

    body: ClipBody
    purpose: Purpose
    due_in: float | None
    once: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A response in JSON."""

    status: int
    content: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def read_wanted(who: Principal, headers: Mapping[str, str], raw: bytes) -> Wanted:
    """Reads a request for a clip.

    Raises:
        Refusal: it is not valid, or the sender may not make it.
    """
    try:
        body = read_body(raw)
    except InvalidDataError as error:
        raise Refusal(422, str(error), outcome="invalid") from error
    named = headers.get("npc-preset", "")
    if len(named) > 64:
        raise Refusal(422, "Npc-Preset: is longer than 64 characters.", outcome="invalid")
    body = msgspec.structs.replace(body, preset=named or body.preset_name)
    named_purpose, due_in = _urgency(headers)
    purpose = who.purpose if named_purpose is None else named_purpose
    _check_scope(who, purpose)
    for limits in (who.limits, who.player_limits):
        check_preset(limits, body)
    # A game in idle time asks for what is baked, too, and its players should not fill the cache.
    pinned = purpose is Purpose.BAKE and Scope.BAKE in who.scopes
    return Wanted(body, purpose, due_in, _once(headers), pinned)


def read_promotion(who: Principal, headers: Mapping[str, str]) -> tuple[Purpose, float | None]:
    """The new purpose and deadline of a ticket.

    Raises:
        Refusal: they are missing or not valid, or the sender may not ask for them.
    """
    purpose, due_in = _urgency(headers)
    if purpose is None:
        raise Refusal(422, "Npc-Purpose: is missing.", outcome="invalid")
    _check_scope(who, purpose)
    return purpose, due_in


def new_ticket(who: Principal, once: str) -> str:
    """An id for a ticket; the same one for the same key of the same holder.

    It has only letters, digits, hyphens and dots.
    """
    if once:
        # As long as a random one, and as hard to guess as the key.
        end = hashlib.sha256(f"{_holder(who)}\0{once}".encode()).hexdigest()[:32]
    else:
        end = secrets.token_hex(16)
    return f"{_holder(who)}.{end}"


def check_holder(who: Principal, ticket: str) -> None:
    """Raises Refusal unless a ticket is the sender's; a tenant's server may see its players'."""
    held = ticket.rpartition(".")[0]
    is_tenants = not who.player and ticket.partition(".")[0] == who.tenant
    if held != _holder(who) and not is_tenants:
        # As for a ticket that never was: nobody learns which ones there are.
        raise unknown_ticket()


def unknown_ticket() -> Refusal:
    """The answer about a ticket that is not there (any more); a game then asks anew."""
    return Refusal(
        504, "The farm does not know this ticket any more: ask for the clip again.", outcome="gone"
    )


def said_of(ticket: str, view: JobView) -> Said:
    """The answer about a job whose clip is not there, or not yet.

    Raises:
        Refusal: it has failed in a way for which there is a status.
    """
    if view.state is JobState.FAILED:
        if status := _STATUSES.get(view.error_kind):
            raise Refusal(status, view.error, outcome=view.error_kind)
        return Said(200, {"id": ticket, "status": "failed", "error": view.error})
    if view.state in (JobState.WAITING, JobState.RUNNING):
        content = {"id": ticket, "status": view.state.value, "progress": _progress(view)}
        return Said(200, content, times_of(view))
    return Said(200, {"id": ticket, "status": "cancelled"})


def times_of(view: JobView) -> dict[str, str]:
    """The headers with the seconds that a job waited and that its generator took."""
    if view.begun_at is None:
        return {}
    headers = {"Npc-Waited": f"{max(0.0, view.begun_at - view.asked_at):.3f}"}
    if view.state is JobState.DONE:
        headers["Npc-Generated"] = f"{view.generated:.3f}"
    return headers


def _check_scope(who: Principal, purpose: Purpose) -> None:
    if purpose is not Purpose.BAKE or Scope.BAKE not in who.scopes:
        who.require(Scope.GENERATE)


def _progress(view: JobView) -> float:
    # Below 1, which other services would write for 1 %.
    return min(0.99, round(view.progress, 3))


def _holder(who: Principal) -> str:
    if not who.player:
        return who.tenant
    return f"{who.tenant}.{hashlib.sha256(who.player.encode()).hexdigest()[:16]}"


def _urgency(headers: Mapping[str, str]) -> tuple[Purpose | None, float | None]:
    word = headers.get("npc-purpose", "").strip().lower()
    if word and word not in _PURPOSES:
        known = ", ".join(_PURPOSES)
        raise Refusal(
            422, f"Npc-Purpose: {word[:40]!r} is unknown; use one of {known}.", outcome="invalid"
        )
    return _PURPOSES.get(word), _deadline(headers.get("npc-deadline", "").strip())


def _deadline(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0.0 <= seconds <= _LONGEST_DEADLINE:
        raise Refusal(
            422,
            f"Npc-Deadline: {text[:40]!r} must be seconds from 0 to {_LONGEST_DEADLINE:g}.",
            outcome="invalid",
        )
    return seconds


def _once(headers: Mapping[str, str]) -> str:
    key = headers.get("idempotency-key", "")
    if len(key) > _LONGEST_KEY:
        raise Refusal(
            422, f"Idempotency-Key: is longer than {_LONGEST_KEY} characters.", outcome="invalid"
        )
    return key
