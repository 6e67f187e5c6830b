"""Whose an address is: what decides where a token goes, and what a server may point to."""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from ..errors import InvalidDataError

__all__ = ["allowed_origin", "host_of", "is_allowed", "origin_of", "with_origin"]

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
            f"url: {url[:100]!r} is no address such as http://127.0.0.1:8188."
        ) from error


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
            f"allowed_origins: {text[:100]!r} is none, such as https://cdn.example.org or"
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


def with_origin(url: str, origin: str) -> str:
    """The address with its origin spelled as `origin_of` does, the only spelling of its host."""
    return urlsplit(url)._replace(netloc=origin.partition("://")[2]).geturl()


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
