"""Whose an address is: what decides where a token goes, and what a server may point to."""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from ..errors import InvalidDataError

__all__ = [
    "allowed_origin",
    "base_of",
    "host_of",
    "is_allowed",
    "origin_of",
    "short_origin",
    "with_origin",
]

_PORTS = {"http": 80, "https": 443}
_PLACE = re.compile(r"(?:\[([\da-f.:]+)\]|([^\[\]@:]+))(?::\d*)?", re.ASCII | re.IGNORECASE)
_LONGEST_NAME = 254  # with the last dot; RFC 1035, section 2.3.4
_NAME = re.compile(r"[a-z\d_-]{1,63}(?:\.[a-z\d_-]{1,63})*\.?", re.ASCII)


def origin_of(url: str) -> str:
    """Scheme, host and port, such as "https://example.org:8443".

    Raises:
        InvalidDataError: it is no http or https address.
    """
    try:
        # `urlsplit` would leave out line breaks and the like, and so find a host in anything.
        if not url.isprintable() or url != url.strip():
            raise ValueError
        parts = urlsplit(url)
        return f"{parts.scheme}://{_host(parts.netloc)}:{parts.port or _PORTS[parts.scheme]}"
    except (KeyError, ValueError) as error:
        raise InvalidDataError(
            f"url: {_told(url)} is no address such as http://127.0.0.1:8188."
        ) from error


def base_of(url: str) -> str:
    """The address below which a server is asked; it ends in a slash, and holds no secrets.

    Raises:
        InvalidDataError: it is none, or has what would not be sent.
    """
    place, mark, _ = url.partition("://")[2].partition("/")[0].rpartition("@")
    if mark and place.isprintable():
        raise InvalidDataError(
            "url: leave out what stands before the @: put USER:PASSWORD into an environment"
            " variable, name that in token_env, and set token_prefix to Basic."
        )
    origin_of(url)
    for mark in "?#":
        if mark in url:
            raise InvalidDataError(
                f"url: leave out the {mark} and what follows it, which would not be sent: put a"
                " token into an environment variable, and name that in token_env."
            )
    return url.rstrip("/") + "/"


def allowed_origin(text: str) -> str:
    """An origin that clips may come from; "https://*.example.org" is each host below that name.

    The star is the whole of what comes first, and what follows it has a dot: a star before ".org"
    would be half the world.

    Raises:
        InvalidDataError: it is no such origin.
    """
    scheme, star, place = text.partition("://*.")
    try:
        origin = origin_of(f"{scheme}://{place}" if star else text)
        *names, last = host_of(origin).rstrip(".").split(".")
        if star and (not names or last.isdecimal()):
            raise InvalidDataError
    except InvalidDataError as error:
        raise InvalidDataError(
            f"allowed_origins: {_told(text)} is none, such as https://cdn.example.org or"
            " https://*.example.org."
        ) from error
    return origin.replace("://", "://*.") if star else origin


def is_allowed(origin: str, allowed: Iterable[str]) -> bool:
    """Whether an origin is one of those that `allowed_origin` returned, or below one of them."""
    scheme, _, place = origin.partition("://")
    for each in allowed:
        each_scheme, star, below = each.partition("://*")
        if origin == each or (star and scheme == each_scheme and place.endswith(below)):
            return True
    return False


def host_of(origin: str) -> str:
    """The host of what `origin_of` returned; an IPv6 address is in brackets."""
    return origin.partition("://")[2].rpartition(":")[0]


def short_origin(origin: str) -> str:
    """What `origin_of` returned, as people write it: without the port that goes without saying."""
    scheme = origin.partition(":")[0]
    return origin.removesuffix(f":{_PORTS[scheme]}")


def with_origin(url: str, origin: str) -> str:
    """The same address at another origin, or at its own in the only spelling of its host."""
    scheme, _, place = origin.partition("://")
    return urlsplit(url)._replace(scheme=scheme, netloc=place).geturl()


def _told(text: str) -> str:
    """A text that is no address, for a sentence; what may hold a secret is not repeated."""
    return "this" if "@" in text or "?" in text else repr(text[:100])


def _host(place: str) -> str:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError
    number, name = found.groups()
    if number:
        return f"[{IPv6Address(number)}]"
    name = name.lower()
    if not name.isascii() or "xn--" in name:
        import idna  # as httpx does, whose errors about names are not all its own

        name = idna.encode(name).decode()
        idna.decode(name)
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ValueError
    return name
