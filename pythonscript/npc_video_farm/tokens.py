"""Makes tokens, for servers and for players.

A server holds a token `nvf_TENANT_SECRET`, of which the farm keeps the SHA-256. A token in a
shipped game is public, so players get tokens of their own: JSON Web Tokens (RFC 7519, HS256) that
expire within an hour, signed by the game's server. Their key is the SHA-256 of the server's token.
So the farm needs no further secret, and a player's token ends with the token that signed it.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import time

import msgspec
from npc_video.errors import InvalidDataError

from .tenants import UNLIMITED, Limits, Scope, TokenHash

__all__ = [
    "PLAYER_ID",
    "PLAYER_SECONDS",
    "SERVER_TOKEN",
    "TENANT_ID",
    "PlayerClaims",
    "check_id",
    "new_token",
    "player_token",
]

PLAYER_SECONDS = 3600.0
"""The longest life of a player's token."""

TENANT_ID = re.compile(r"[A-Za-z0-9-]{1,32}", re.ASCII)
PLAYER_ID = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)
SERVER_TOKEN = re.compile(r"nvf_([A-Za-z0-9-]{1,32})_[0-9a-f]{64}", re.ASCII)
_HEADER = {"alg": "HS256", "typ": "JWT"}


class PlayerClaims(msgspec.Struct):
    """The content of a player's token.

    Attributes:
        iss: id of the tenant.
        sub: id of the player.
        exp: the time when it expires, in seconds since 1970.
        limits: stricter ones than the farm has for players.
    """

    iss: str
    sub: str
    exp: float
    limits: Limits = UNLIMITED


def check_id(tenant: str) -> str:
    """Returns the id of a tenant.

    Raises:
        InvalidDataError: it has other characters than letters, digits and hyphens, or too many.
    """
    if not TENANT_ID.fullmatch(tenant):
        raise InvalidDataError(
            f"tenant: {tenant[:40]!r} must be 1 to 32 letters, digits and hyphens."
        )
    return tenant


def new_token(tenant: str, scopes: tuple[Scope, ...]) -> tuple[str, TokenHash]:
    """A token for a tenant's server, and the hash for the farm to keep.

    Raises:
        InvalidDataError: the id of the tenant is not valid.
    """
    token = f"nvf_{check_id(tenant)}_{secrets.token_hex(32)}"
    return token, TokenHash(hashlib.sha256(token.encode()).hexdigest(), scopes)


def player_token(
    token: str,
    player: str,
    seconds: float = PLAYER_SECONDS,
    *,
    limits: Limits = UNLIMITED,
    now: float | None = None,
) -> str:
    """A token for one player's game, which the game's server makes when the player logs in.

    It allows to generate clips, and nothing else. A stolen one costs at most the player's limits.

    Args:
        token: of the game's server.
        player: an id of 1 to 64 printable characters without blanks; the limits are per id.
        seconds: until it expires, above 0, at most an hour.
        limits: for this player; they can only be stricter than those that the farm has.
        now: seconds since 1970; by this machine's clock if it is None.

    Raises:
        InvalidDataError: an argument is outside its range.
    """
    found = SERVER_TOKEN.fullmatch(token)
    if found is None:
        raise InvalidDataError("token: must be a server's token, such as nvf_studio_… .")
    if not PLAYER_ID.fullmatch(player):
        raise InvalidDataError("player: must be 1 to 64 printable characters without blanks.")
    if not 0.0 < seconds <= PLAYER_SECONDS:
        raise InvalidDataError(
            f"seconds: {seconds:g} is outside the range above 0 up to {PLAYER_SECONDS:g}."
        )
    expires = (time.time() if now is None else now) + seconds
    claims = PlayerClaims(found.group(1), player, expires, limits)
    body = f"{_encoded(json.dumps(_HEADER).encode())}.{_encoded(msgspec.json.encode(claims))}"
    key = hashlib.sha256(token.encode()).digest()
    return f"{body}.{_encoded(hmac.digest(key, body.encode(), 'sha256'))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
