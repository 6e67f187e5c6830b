"""Error messages about servers that redirect, or answer with a web page."""

import re
from urllib.parse import urlsplit

from ..errors import GenerationInvalidError
from .origin import host_of, origin_of, short_origin, with_origin

__all__ = ["is_page", "page_in_place", "redirect_not_followed"]

_LOGIN = re.compile(r"\b(?:log|sign)[-_ ]?in\b|\bsso\b|\bo?auth(?:2|orize)?\b", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>([^<]*)", re.IGNORECASE)
_STARTS = (b"<!doctype html", b"<html")
_HEAD_BYTES = 4096
_MAX_SHOWN = 100
_LET_IN = (
    "A game cannot log in there: name the token for the proxy before the server in token_env, or"
    " use an address of the server itself."
)
_LOOK = (
    "Check that url is the address of the server itself, and that a proxy before it lets programs"
    " pass."
)


def redirect_not_followed(
    base: str, target: str, *, allows_others: bool = False
) -> GenerationInvalidError:
    """The error about a redirect.

    Args:
        base: the configured address of the server.
        target: the address that it redirects to.
        allows_others: whether clips may come from other allowed origins.
    """
    here, there = origin_of(base), origin_of(target)
    place = f"{short_origin(there)}{urlsplit(target).path[:_MAX_SHOWN]}"
    text = f"The server at {short_origin(here)} redirects to {place}"
    if _LOGIN.search(target):
        return GenerationInvalidError(f"{text}. {_LET_IN}")
    if here == there:
        return GenerationInvalidError(f"{text}: set url to that address.")
    more = f", or add {short_origin(there)} to allowed_origins if you trust it"
    if host_of(here) == host_of(there):
        moved = with_origin(base, short_origin(there))
        # From http to https, it is the same server.
        is_other = allows_others and urlsplit(here).scheme == urlsplit(there).scheme
        return GenerationInvalidError(f"{text}: set url to {moved}{more if is_other else ''}")
    return GenerationInvalidError(
        f"{text}: set url to where the server is now{more if allows_others else ''}."
    )


def is_page(media_type: str, body: bytes) -> bool:
    """Whether a response is a web page."""
    return media_type == "text/html" or body.lstrip().lower().startswith(_STARTS)


def page_in_place(url: str, body: bytes) -> GenerationInvalidError:
    """The error about a web page that came from `url` instead of a response."""
    head = body[:_HEAD_BYTES]
    found = _TITLE.search(head)
    title = " ".join((found[1] if found else head).decode("utf-8", "replace").split())
    path = urlsplit(url).path
    asks = _LOGIN.search(f"{path} {title}") or b'type="password"' in head
    return GenerationInvalidError(
        f"The server at {short_origin(origin_of(url))} answered with a web page:"
        f" {title[:_MAX_SHOWN]!r}."
        f" {_LET_IN if asks else _LOOK}"
    )
