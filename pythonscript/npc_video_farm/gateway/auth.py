"""Checks tokens: who asks, and with which rights and limits."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from npc_video.records import Purpose

from ..tenants import UNLIMITED, Limits, Scope, Tenant, TokenHash
from ..tokens import PLAYER_ID, PLAYER_SECONDS, SERVER_TOKEN, TENANT_ID, PlayerClaims
from .refusal import Refusal

__all__ = ["PlayerToken", "Principal", "ServerToken", "principal_of", "read_token"]

# Clocks of the game's server and of the farm may differ.
_LEEWAY_SECONDS = 60.0
_LONGEST_TOKEN = 2048
_PLAYER_SCOPES = frozenset({Scope.GENERATE})


@dataclass(frozen=True, slots=True)
class Principal:
    """The sender of a request.

    Attributes:
        player: id of the player whose token it is; "" for a server's own.
        share: name of the tenants who get each other's clips.
        purpose: of requests that name none.
        limits: of the tenant.
        player_limits: of the player.
    """

    tenant: str
    player: str = ""
    scopes: frozenset[Scope] = frozenset(Scope)
    limits: Limits = UNLIMITED
    player_limits: Limits = UNLIMITED
    share: str = ""
    purpose: Purpose = Purpose.URGENT

    def require(self, scope: Scope) -> None:
        """Raises Refusal if the sender lacks a right."""
        if scope not in self.scopes:
            raise Refusal(
                403,
                f"The token lacks the right {scope}: use one that has it, or make one with"
                f" `npc-video farm token new NAME --scope {scope}`.",
                outcome="forbidden",
            )


@dataclass(frozen=True, slots=True)
class ServerToken:
    """A token of a tenant's server, as it was sent."""

    tenant: str
    digest: str


@dataclass(frozen=True, slots=True)
class PlayerToken:
    """A token of a player, as it was sent; nothing of it is proven."""

    tenant: str
    player: str
    expires: float
    limits: Limits
    signed: bytes
    signature: bytes


def read_token(headers: Mapping[str, str]) -> ServerToken | PlayerToken | None:
    """The token in the headers of a request; None if there is none.

    Raises:
        Refusal: it is not one of ours.
    """
    text = headers.get("authorization", "").strip()
    if not text:
        return None
    kind, _, token = text.partition(" ")
    token = token.strip()
    if kind.lower() == "bearer" and len(token) <= _LONGEST_TOKEN and token.isascii():
        if found := SERVER_TOKEN.fullmatch(token):
            return ServerToken(found.group(1), hashlib.sha256(token.encode()).hexdigest())
        if token.count(".") == 2:
            return _read_player_token(token)
    raise _not_accepted()


def principal_of(token: ServerToken | PlayerToken, tenant: Tenant | None, now: float) -> Principal:
    """The sender whom a token proves.

    Args:
        tenant: the one that the token names; None if there is none of that name.
        now: seconds since 1970, by the farm's clock.

    Raises:
        Refusal: the token is wrong or has expired.
    """
    if isinstance(token, ServerToken):
        for kept in tenant.tokens if tenant else ():
            if hmac.compare_digest(kept.digest, token.digest):
                assert tenant is not None
                return _principal(tenant, scopes=frozenset(kept.scopes))
        raise _not_accepted()
    is_signed = tenant is not None and any(
        hmac.compare_digest(_signature(token.signed, kept), token.signature)
        for kept in tenant.tokens
        if Scope.GENERATE in kept.scopes
    )
    if tenant is None or not is_signed:
        raise _not_accepted()
    if token.expires <= now:
        raise Refusal(
            401,
            "The player's token has expired: get a new one from the game's server.",
            outcome="unauthorized",
        )
    if token.expires > now + PLAYER_SECONDS + _LEEWAY_SECONDS:
        raise Refusal(
            401,
            "The player's token is valid for longer than an hour: let the game's server sign"
            " shorter ones, and check its clock.",
            outcome="unauthorized",
        )
    limits = token.limits.within(tenant.player_limits)
    return _principal(tenant, token.player, _PLAYER_SCOPES, limits)


def _principal(
    tenant: Tenant,
    player: str = "",
    scopes: frozenset[Scope] = frozenset(),
    player_limits: Limits = UNLIMITED,
) -> Principal:
    # No id of a tenant has a "+".
    share = f"+{tenant.share}" if tenant.share else tenant.id
    return Principal(tenant.id, player, scopes, tenant.limits, player_limits, share, tenant.purpose)


def _read_player_token(token: str) -> PlayerToken:
    signed, _, signature = token.rpartition(".")
    header, _, body = signed.partition(".")
    try:
        head = json.loads(_decoded(header))
        claims = msgspec.json.decode(_decoded(body), type=PlayerClaims)
        mac = _decoded(signature)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        raise _not_accepted() from None
    # The algorithm is ours to choose, never the sender's.
    if not isinstance(head, dict) or head.get("alg") != "HS256":
        raise _not_accepted()
    if not (TENANT_ID.fullmatch(claims.iss) and PLAYER_ID.fullmatch(claims.sub)):
        raise _not_accepted()
    return PlayerToken(claims.iss, claims.sub, claims.exp, claims.limits, signed.encode(), mac)


def _signature(signed: bytes, kept: TokenHash) -> bytes:
    return hmac.digest(bytes.fromhex(kept.digest), signed, "sha256")


def _not_accepted() -> Refusal:
    return Refusal(
        401,
        "The farm does not accept this token: make one with `npc-video farm token new NAME`.",
        outcome="unauthorized",
    )


def _decoded(text: str) -> bytes:
    """The bytes of unpadded URL-safe Base64.

    Raises:
        ValueError: it is something else.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not Base64") from error
