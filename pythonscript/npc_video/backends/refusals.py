"""Turns failed responses and connection errors into errors with advice."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from ..errors import (
    ClipTooLargeError,
    GenerationError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorOverloadedError,
    GeneratorUnreachableError,
)
from .origin import origin_of, short_origin
from .token import Token

if TYPE_CHECKING:
    import httpx

__all__ = ["REASON_BYTES", "is_about_content", "refusal", "retry_after", "unreachable"]

_USER = (
    "It wants a user and a password: put USER:PASSWORD into an environment variable, name that as"
    " token_env of the generator, and set its token_prefix to Basic."
)
# Advice by OpenSSL's message about a certificate.
_OF_CERTIFICATES = {
    "ostname mismatch": "use an address with the name that it was made for",
    "IP address mismatch": "use an address with the name that it was made for, or renew it for this"
    " one",
    "has expired": "renew it, and check the clock of this machine",
    "not yet valid": "check the clock of this machine",
}
_UNKNOWN = (
    "name the file of it, or of the authority that signed it, in ca_file of the generator, or in"
    " the environment variable SSL_CERT_FILE"
)
# The most characters of a status phrase to repeat.
_PHRASE = 40
# OpenSSL's messages if the server does not use TLS.
_WITHOUT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL")

# Status codes about the request, not about the client or the place.
_OF_REQUEST = (400, 413, 422, 451)
_CONTENT = re.compile(
    r"moderat|nsfw|flagged|inappropriate|safety|\bit says 'blocked'"
    r"|(?:content|prompt|usage)[ _-]?(?:polic|filter|violat|block|reject)"
    r"|(?:prohibited|sensitive)[ _-]?(?:content|prompt)",
    re.IGNORECASE,
)

REASON_BYTES = 300
"""The most bytes of a server's reasons to read."""


def refusal(
    response: "httpx.Response", body: bytes, token: Token | None, *, is_own: bool = True
) -> GenerationError:
    """The error for a failed response; its `status` is set.

    Args:
        token: the token that was sent.
        is_own: whether this is the generator's own server, which gets the token.
    """
    challenge = response.headers.get("www-authenticate", "").lower()
    about_token = _about(token, challenge.startswith("basic")) if is_own else ""
    error = _refusal(response, body, about_token)
    error.status = response.status_code
    said = body[:REASON_BYTES].decode("utf-8", "replace")
    error.is_of_request = error.status in _OF_REQUEST or is_about_content(said)
    return error


def is_about_content(said: str) -> bool:
    """Whether a service refuses to make this very clip because of its content."""
    return _CONTENT.search(said) is not None


def _refusal(response: "httpx.Response", body: bytes, about_token: str) -> GenerationError:
    status = response.status_code
    said = " ".join(body[:REASON_BYTES].decode("utf-8", "replace").split())
    said = (said or "no reason given")[:REASON_BYTES].rstrip(".")
    place = short_origin(origin_of(str(response.url)))
    text = f"The server at {place} answered {status} {response.reason_phrase[:_PHRASE]}: {said}."
    if status in (401, 403):
        return GenerationRefusedError(f"{text} {about_token}".rstrip())
    if status in (402, 407, 451):
        return GenerationRefusedError(text)
    if status in (429, 503):
        return GeneratorOverloadedError(text, retry_after(response.headers))
    if status in (408, 502, 504):
        return GeneratorUnreachableError(text)
    if status == 413:
        return ClipTooLargeError(text)
    return GenerationFailedError(text) if status >= 500 else GenerationInvalidError(text)


def _about(token: Token | None, wants_user: bool) -> str:
    if token is not None:
        came = f"The token came from {token.source}: check that it is the right one, and still"
        return f"{came} valid.{' ' + _USER if wants_user else ''}"
    if wants_user:
        return _USER
    return (
        "No token was sent: put it into an environment variable, and name that as token_env of"
        " the generator."
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds after which a server wants to be asked again, from a header with seconds or a date.

    None if there is none.
    """
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
        return max(0.0, (date - date.now(date.tzinfo)).total_seconds())
    except (TypeError, ValueError):
        return None


def unreachable(origin: str, error: Exception) -> GeneratorUnreachableError:
    """The error for an exception of httpx or of TLS."""
    # httpx is loaded by now: the error comes from it.
    import httpx

    found = _unreachable(origin, error)
    found.was_sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    return found


def _unreachable(origin: str, error: Exception) -> GeneratorUnreachableError:
    text = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in text:
        reason = text.rpartition("failed: ")[2].partition(" (_ssl")[0].rstrip(".")
        what = next((each for word, each in _OF_CERTIFICATES.items() if word in text), _UNKNOWN)
        return GeneratorUnreachableError(
            f"The certificate of {origin} is not trusted ({reason}): {what}."
        )
    has_tls = not any(word in text for word in _WITHOUT_TLS)
    advice = "" if has_tls else " It seems not to use TLS: start url with http://."
    return GeneratorUnreachableError(
        f"The server at {origin} cannot be reached, or closed the connection:"
        f" {text.rstrip('.')}.{advice}"
    )
