"""Origins of addresses, which decide where a token may be sent and what a server may link to."""

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
        InvalidDataError: it is not an http or https address.
    """
    try:
        # `urlsplit` removes line breaks and the like, and so would find a host in anything.
        if not url.isprintable() or url != url.strip():
            raise ValueError
        parts = urlsplit(url)
        return f"{parts.scheme}://{_host(parts.netloc)}:{parts.port or _PORTS[parts.scheme]}"
    except (KeyError, ValueError) as error:
        raise InvalidDataError(
            f"url: {_told(url)} is not an address such as http://127.0.0.1:8188."
        ) from error


def base_of(url: str) -> str:
    """The base address of a server; it ends in a slash and contains no secrets.

    Raises:
        InvalidDataError: it is not an address, or has parts that would not be sent.
    """
    place, mark, _ = url.partition("://")[2].partition("/")[0].rpartition("@")
    if mark and place.isprintable():
        raise InvalidDataError(
            "url: remove the part before the @: put USER:PASSWORD into an environment"
            " variable, name that in token_env, and set token_prefix to Basic."
        )
    origin_of(url)
    for mark in "?#":
        if mark in url:
            raise InvalidDataError(
                f"url: remove the {mark} and what follows it, which would not be sent: put a"
                " token into an environment variable, and name that in token_env."
            )
    return url.rstrip("/") + "/"


def allowed_origin(text: str) -> str:
    """An origin that clips may come from; "https://*.example.org" means any host below that name.

    The star replaces the first labels of the name, and at least two must follow: a star before
    ".org" would allow half of the world.

    Raises:
        InvalidDataError: it is not such an origin.
    """
    scheme, star, place = text.partition("://*.")
    try:
        origin = origin_of(f"{scheme}://{place}" if star else text)
        *names, last = host_of(origin).rstrip(".").split(".")
        if star and (not names or last.isdecimal()):
            raise InvalidDataError
    except InvalidDataError as error:
        raise InvalidDataError(
            f"allowed_origins: {_told(text)} is not an origin such as https://cdn.example.org or"
            " https://*.example.org."
        ) from error
    return origin.replace("://", "://*.") if star else origin


def is_allowed(origin: str, allowed: Iterable[str]) -> bool:
    """Whether an origin is one of the results of `allowed_origin`, or below one of them."""
    scheme, _, place = origin.partition("://")
    for each in allowed:
        each_scheme, star, below = each.partition("://*")
        if origin == each or (star and scheme == each_scheme and place.endswith(below)):
            return True
    return False


def host_of(origin: str) -> str:
    """The host in a result of `origin_of`; an IPv6 address is in brackets."""
    return origin.partition("://")[2].rpartition(":")[0]


def short_origin(origin: str) -> str:
    """A result of `origin_of` for people: without the default port."""
    scheme = origin.partition(":")[0]
    return origin.removesuffix(f":{_PORTS[scheme]}")


def with_origin(url: str, origin: str) -> str:
    """The same address with this origin, which may be its own in normal form."""
    scheme, _, place = origin.partition("://")
    return urlsplit(url)._replace(scheme=scheme, netloc=place).geturl()


def _told(text: str) -> str:
    """An invalid address for an error message; one that may contain a secret is not repeated."""
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
