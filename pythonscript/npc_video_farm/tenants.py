"""The holders of tokens, and what each of them may use.

A tenant is a game or a studio. It may hold several tokens, so that one can be replaced while games
still use the other. Only hashes of tokens are kept.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

import msgspec
from npc_video.errors import InvalidDataError
from npc_video.records import QUALITY_PRESETS, Purpose

__all__ = [
    "UNLIMITED",
    "Limits",
    "Scope",
    "Tenant",
    "TokenHash",
    "read_tenant",
    "settings_of",
    "write_tenant",
]

_SETTINGS = ("weight", "purpose", "share")
_LIMITS = ("requests_per_minute", "most_waiting", "gpu_seconds_a_day", "best_preset")
_PURPOSES = {purpose.word: int(purpose) for purpose in Purpose}
_Number = TypeVar("_Number", int, float)


class Scope(StrEnum):
    """A right that a token gives."""

    GENERATE = "generate"
    BAKE = "bake"
    WORKER = "worker"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of use; None where there is none.

    Attributes:
        requests_per_minute: that a gateway takes.
        most_waiting: tickets that are open at the same time, at one gateway.
        gpu_seconds_a_day: of generating, by the usual times of the presets.
        best_preset: name of the best preset in `QUALITY_PRESETS`; "" for any.

    Raises:
        InvalidDataError: a value is outside its range.
    """

    requests_per_minute: float | None = None
    most_waiting: int | None = None
    gpu_seconds_a_day: float | None = None
    best_preset: str = ""

    def __post_init__(self) -> None:
        for name in ("requests_per_minute", "most_waiting", "gpu_seconds_a_day"):
            if (getattr(self, name) or 0) < 0:
                raise InvalidDataError(f"{name}: must be 0 or more.")
        if self.best_preset and self.best_preset not in QUALITY_PRESETS:
            raise InvalidDataError.of_unknown(self.best_preset, QUALITY_PRESETS, "best_preset: ")

    def within(self, others: "Limits") -> "Limits":
        """The stricter of both in each respect."""
        return Limits(
            _least(self.requests_per_minute, others.requests_per_minute),
            _least(self.most_waiting, others.most_waiting),
            _least(self.gpu_seconds_a_day, others.gpu_seconds_a_day),
            _cheapest(self.best_preset, others.best_preset),
        )


UNLIMITED = Limits()

_FOR_PLAYERS = Limits(requests_per_minute=60.0, most_waiting=8, gpu_seconds_a_day=1800.0)


@dataclass(frozen=True, slots=True)
class TokenHash:
    """A token that the farm accepts.

    Attributes:
        digest: SHA-256 of the whole token, 64 hexadecimal digits.
    """

    digest: str
    scopes: tuple[Scope, ...] = (Scope.GENERATE,)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A holder of tokens.

    Attributes:
        id: letters, digits and hyphens, at most 32.
        weight: its share of the workers, relative to other tenants; above 0.
        tokens: those that are valid.
        limits: of all its requests together.
        player_limits: of each of its players.
        purpose: of requests that name none.
        share: tenants with the same text here get each other's clips; "" for clips of its own.

    Raises:
        InvalidDataError: the weight is not above 0.
    """

    id: str
    weight: float = 1.0
    tokens: tuple[TokenHash, ...] = ()
    limits: Limits = UNLIMITED
    player_limits: Limits = _FOR_PLAYERS
    purpose: Purpose = Purpose.URGENT
    share: str = ""

    def __post_init__(self) -> None:
        if not 0.0 < self.weight < math.inf:
            raise InvalidDataError("weight: must be above 0.")

    def with_token(self, token: TokenHash) -> "Tenant":
        return replace(self, tokens=(*self.tokens, token))

    def with_settings(self, settings: Mapping[str, str]) -> "Tenant":
        """The tenant with other values of `weight`, `purpose`, `share` and limits.

        Args:
            settings: values by names, as text. A limit is named as in `Limits`, one of players
                with "player_" before it, and "none" is no limit.

        Raises:
            InvalidDataError: a name is unknown, or a value is not valid.
        """
        values = msgspec.to_builtins(self)
        for name, text in settings.items():
            place, key = values, name
            if name.removeprefix("player_") in _LIMITS:
                key = name.removeprefix("player_")
                place = values["limits" if key == name else "player_limits"]
            elif name not in _SETTINGS:
                known = (*_SETTINGS, *_LIMITS, *(f"player_{each}" for each in _LIMITS))
                raise InvalidDataError.of_unknown(name, known)
            place[key] = _PURPOSES.get(text, text) if name == "purpose" else text
            if key in _LIMITS and text == "none":
                place[key] = "" if key == "best_preset" else None
        try:
            return msgspec.convert(values, Tenant, strict=False)
        except msgspec.ValidationError as error:
            raise InvalidDataError(f"{error}.".replace("..", ".")) from error


def settings_of(tenant: Tenant) -> dict[str, str]:
    """The settings by names, as `Tenant.with_settings` takes them."""
    values = {
        "weight": _text(tenant.weight),
        "purpose": tenant.purpose.word,
        "share": tenant.share,
    }
    for prefix, limits in (("", tenant.limits), ("player_", tenant.player_limits)):
        for name in _LIMITS:
            value = getattr(limits, name)
            values[prefix + name] = "none" if value in (None, "") else _text(value)
    return values


def write_tenant(tenant: Tenant) -> bytes:
    """The record of a tenant, for the store."""
    return msgspec.json.encode(tenant)


def read_tenant(record: bytes) -> Tenant:
    """The tenant in a record.

    Raises:
        InvalidDataError: it is not as `write_tenant` writes it.
    """
    try:
        return msgspec.json.decode(record, type=Tenant)
    except msgspec.MsgspecError as error:
        raise InvalidDataError(f"The record of a tenant is damaged: {error}.") from error


def _text(value: object) -> str:
    return str(value).removesuffix(".0")


def _least(one: _Number | None, other: _Number | None) -> _Number | None:
    both = [each for each in (one, other) if each is not None]
    return min(both, default=None)


def _cheapest(one: str, other: str) -> str:
    order = list(QUALITY_PRESETS)
    return min(filter(None, (one, other)), key=order.index, default="")
