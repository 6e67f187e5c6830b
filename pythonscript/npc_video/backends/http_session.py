"""Requests to a server that is not trusted, over HTTP.

Every exchange has limits of time and size, an allowed origin, the token, and errors that a game
understands. The backends choose the requests.
"""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from ..errors import GenerationInvalidError, GeneratorUnreachableError, InvalidDataError
from .bodies import OnPart, read_body, reason_of
from .direct import is_direct
from .origin import (
    allowed_origin,
    base_of,
    host_of,
    is_allowed,
    origin_of,
    short_origin,
    with_origin,
)
from .redirects import is_page, page_in_place, redirect_not_followed
from .refusals import refusal, unreachable
from .token import Token
from .trust import check_certificates, tls_context

if TYPE_CHECKING:
    import httpx

__all__ = ["HttpResponse", "HttpSession", "Limits", "OnPart"]

_REDIRECTS = 3
_HEADER = re.compile(r"[!#$%&'*+.^_`|~\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of time and size.

    Attributes:
        connect_seconds: until there is a connection.
        answer_seconds: for a request with its whole response.
        generate_seconds: for one that is answered when the clip is made.
        fetch_seconds: for one that is answered with a finished clip.
        max_bytes: of a clip.
        max_json_bytes: of any other response.
    """

    connect_seconds: float = 5.0
    answer_seconds: float = 30.0
    generate_seconds: float = 300.0
    fetch_seconds: float = 120.0
    max_bytes: int = 64 * 1024 * 1024
    max_json_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A successful response.

    Attributes:
        url: its address, after redirects.
        said: the headers of all responses of the server itself, of redirects too.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The JSON value of the body.

        Raises:
            GenerationInvalidError: it is not JSON, or nested too deeply.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            if is_page(self.media_type, self.body):
                raise page_in_place(self.url, self.body) from error
            beginning = self.body[:60].decode(errors="replace")
            raise GenerationInvalidError(
                f"The server at {short_origin(origin_of(self.url))} answered with something that is"
                f" not JSON: {beginning!r}."
            ) from error


class HttpSession:
    """Connections to one server, opened on first use and kept.

    Args:
        url: the base address of the server.
        token: sent to the server's own origin only.
        headers: sent with every request to the server's own origin.
        allowed_origins: others that clips may be fetched from, as `allowed_origin` takes them;
            None if there is no such setting.
        token_header, token_prefix: the form in which the token is sent; it may have no prefix.
        certificates: trusted in addition to the usual ones, as `read_certificates` returns them.

    Raises:
        InvalidDataError: `url` or an origin is not an http or https address, a header cannot be
            sent, or `certificates` has no certificate.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        headers: Mapping[str, str] | None = None,
        allowed_origins: Collection[str] | None = None,
        limits: Limits | None = None,
        token_header: str = "Authorization",
        token_prefix: str = "Bearer",
        certificates: bytes = b"",
    ):
        self.url = base_of(url)
        self.limits = limits or Limits()
        self.origin = origin_of(url)
        self._allowed = {self.origin, *map(allowed_origin, allowed_origins or ())}
        self._allows_others = allowed_origins is not None
        self._token = token
        self._token_header, self._token_prefix = token_header, token_prefix
        self._headers = dict(headers or {})
        _check_headers({token_header: token_prefix, **self._headers})
        self._certificates = check_certificates(certificates) if certificates else b""
        self._clients: tuple[httpx.AsyncClient, ...] = ()
        self._opening = asyncio.Lock()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        seconds: float | None = None,
        max_bytes: int | None = None,
        on_part: OnPart | None = None,
        accept: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
        is_once: bool = False,
        **content: Any,
    ) -> HttpResponse:
        """Sends a request and reads its response.

        Args:
            path: below `url`, or a whole address of an allowed origin.
            seconds: for all of it; `limits.answer_seconds` by default.
            max_bytes: of the response; `limits.max_json_bytes` by default.
            on_part: takes the bytes of a successful response as they arrive.
            accept: failure statuses whose responses are wanted anyway.
            headers: sent with this request, to the server's own origin.
            is_once: whether it must not be repeated. It then gets a new connection, because the
                server might be closing a kept one.
            content: `json`, `params`, `data` or `files`, as httpx takes them.

        Raises:
            GenerationError: there is no successful response.
        """
        seconds = self.limits.answer_seconds if seconds is None else seconds
        max_bytes = self.limits.max_json_bytes if max_bytes is None else max_bytes
        target, said = self.resolve(path), dict[str, str]()
        async with self._translated(seconds, origin_of(target)):
            for _ in range(_REDIRECTS + 1):
                async with self._stream(
                    method, target, headers or {}, is_once, content
                ) as response:
                    if origin_of(target) == self.origin:
                        said |= response.headers
                    if response.is_redirect:
                        target = self._redirected(method, target, response)
                        continue
                    is_good = response.is_success or response.status_code in accept
                    if not is_good:
                        is_own, why = origin_of(target) == self.origin, await reason_of(response)
                        raise refusal(response, why, self._token, is_own=is_own)
                    body = await read_body(response, max_bytes, on_part)
                    return HttpResponse(response.status_code, response.headers, body, target, said)
        raise GenerationInvalidError(f"The server at {self.origin} redirects in a circle.")

    def resolve(self, path: str, base: str | None = None) -> str:
        """The whole address for a path or an address that a server named.

        Raises:
            GenerationInvalidError: its origin is not allowed.
        """
        target = self._address(path, base or self.url)
        origin = origin_of(target)
        if not is_allowed(origin, self._allowed):
            raise GenerationInvalidError(
                f"The server at {self.origin} points to {origin}: add that to allowed_origins if"
                " you trust it."
            )
        return target

    async def client(self, *, is_fresh: bool = False) -> "httpx.AsyncClient":
        """The kept connections, or fresh ones.

        The certificates are read on a thread, because that is slow.
        """
        async with self._opening:
            if not self._clients:
                self._clients = await asyncio.to_thread(self._open)
            return self._clients[is_fresh]

    def headers_for(self, target: str) -> dict[str, str]:
        """The headers of a request; the token is sent only to the server itself."""
        # An uncompressed clip can be shown while it arrives, and cannot expand beyond the limit.
        headers = {"Accept-Encoding": "identity"}
        if origin_of(target) == self.origin:
            headers |= self._headers
            if self._token is not None:
                headers[self._token_header] = self._token.with_prefix(self._token_prefix)
        return headers

    async def close(self) -> None:
        async with self._opening:
            clients, self._clients = self._clients, ()
            for client in clients:
                await client.aclose()

    def _address(self, path: str, base: str) -> str:
        try:
            target = urljoin(base, path)
            return with_origin(target, origin_of(target))
        except (ValueError, InvalidDataError) as error:
            raise GenerationInvalidError(
                f"The server at {self.origin} named {path[:100]!r}, which is not a web address."
            ) from error

    def _open(self) -> "tuple[httpx.AsyncClient, ...]":
        # Takes long to load; a game that never connects does without.
        import httpx

        timeout = httpx.Timeout(None, connect=self.limits.connect_seconds)
        named = [host_of(origin) for origin in self._allowed if "*" not in origin]
        direct = {f"all://{host}": None for host in named if is_direct(host)}
        context = tls_context(self._certificates)
        return tuple(
            httpx.AsyncClient(
                timeout=timeout,
                follow_redirects=False,
                mounts=direct,
                verify=context,
                limits=httpx.Limits(max_connections=100, max_keepalive_connections=kept),
            )
            for kept in (20, 0)
        )

    @asynccontextmanager
    async def _stream(
        self,
        method: str,
        target: str,
        more: Mapping[str, str],
        is_fresh: bool,
        content: Mapping[str, Any],
    ) -> AsyncIterator["httpx.Response"]:
        client = await self.client(is_fresh=is_fresh)
        headers = self.headers_for(target)
        if origin_of(target) == self.origin:
            headers |= more
        async with client.stream(method, target, headers=headers, **content) as response:
            yield response

    def _redirected(self, method: str, target: str, response: "httpx.Response") -> str:
        named = response.headers.get("location", "")
        if origin_of(target) == self.origin:
            there = self._address(named, target)
            if method != "GET" or not is_allowed(origin_of(there), self._allowed):
                error = redirect_not_followed(self.url, there, allows_others=self._allows_others)
                error.status = response.status_code
                raise error
        return self.resolve(named, target)

    @asynccontextmanager
    async def _translated(self, seconds: float, origin: str) -> AsyncIterator[None]:
        """Turns network errors into those that a game understands."""
        # As in `_open`.
        import httpx

        try:
            await self.client()  # reading certificates is not part of the server's time
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise GeneratorUnreachableError(
                f"The server at {origin} did not answer within {seconds:g} s."
            ) from error
        except httpx.InvalidURL as error:
            raise GenerationInvalidError(f"The address {self.url!r} is not valid.") from error
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError) as error:
            raise unreachable(origin, error) from error


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or not (value.isascii() and value.isprintable()):
            raise InvalidDataError(
                f"headers: {name[:80]!r} is not a valid header: use letters, digits and hyphens"
                " in its name, and one line of ASCII as its value."
            )
