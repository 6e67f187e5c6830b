"""Asking a server that is not trusted, over HTTP.

One place for what every exchange keeps to: its time, its size, its origin, its token, and the
errors that a game understands. What is asked is left to the backends.
"""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from ..errors import (
    ClipTooLargeError,
    GenerationInvalidError,
    GeneratorUnreachableError,
    InvalidDataError,
)
from .direct import is_direct
from .origin import allowed_origin, host_of, is_allowed, origin_of, with_origin
from .refusals import REASON_BYTES, refusal, unreachable
from .token import Token

if TYPE_CHECKING:
    import httpx

__all__ = ["Answer", "Limits", "OnPart", "Wire", "parse_json"]

OnPart = Callable[[bytes], None]

_REDIRECTS = 3
_HEADER = re.compile(r"[!#$%&'*+.^_`|~\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large exchanges may become.

    Attributes:
        connect_seconds: until there is a connection.
        answer_seconds: of one question and its whole answer.
        generate_seconds: of one that is answered when the clip is made.
        fetch_seconds: of one that is answered with a clip that is made already.
        most_bytes: of a clip.
        most_json_bytes: of any other answer.
    """

    connect_seconds: float = 5.0
    answer_seconds: float = 30.0
    generate_seconds: float = 300.0
    fetch_seconds: float = 120.0
    most_bytes: int = 64 * 1024 * 1024
    most_json_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered with success; `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        return parse_json(self.body)


class Wire:
    """Connections to one server; they are made when first needed, and kept.

    Args:
        url: where the server's paths begin.
        token: sent to the server's own origin only.
        headers: sent with every question to the server's own origin.
        allowed_origins: others that clips may be fetched from, as `allowed_origin` takes them.
        token_header, token_prefix: how the token is sent; without a prefix it stands alone.

    Raises:
        InvalidDataError: `url` or one of the origins is no http or https address, or a header
            cannot be sent.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        headers: Mapping[str, str] | None = None,
        allowed_origins: Collection[str] = (),
        limits: Limits | None = None,
        token_header: str = "Authorization",
        token_prefix: str = "Bearer",
    ):
        self.url = url.rstrip("/") + "/"
        self.limits = limits or Limits()
        self.origin = origin_of(url)
        self._allowed = {self.origin, *map(allowed_origin, allowed_origins)}
        self._token = token
        self._token_header, self._token_prefix = token_header, token_prefix
        self._headers = dict(headers or {})
        _check_headers({token_header: token_prefix, **self._headers})
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        seconds: float | None = None,
        most_bytes: int | None = None,
        on_part: OnPart | None = None,
        accept: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Answer:
        """One question and its answer.

        Args:
            path: below `url`, or a whole address of an allowed origin.
            seconds: for all of it; `limits.answer_seconds` if not given.
            most_bytes: of the answer; `limits.most_json_bytes` if not given.
            on_part: takes the bytes of a successful answer as they come.
            accept: statuses without success whose answers are wanted all the same.
            headers: sent with this question, to the server's own origin.
            content: `json`, `params`, `data` or `files`, as httpx takes them.

        Raises:
            GenerationError: there is no good answer.
        """
        seconds = self.limits.answer_seconds if seconds is None else seconds
        most_bytes = self.limits.most_json_bytes if most_bytes is None else most_bytes
        target = self.resolve(path)
        async with self._translated(seconds):
            for _ in range(_REDIRECTS + 1):
                async with self._stream(method, target, headers or {}, content) as response:
                    if response.is_redirect:
                        target = self._redirected(method, target, response)
                        continue
                    is_good = response.is_success or response.status_code in accept
                    if not is_good:
                        said, is_own = await _reason(response), origin_of(target) == self.origin
                        raise refusal(response, said, self._token, is_own=is_own)
                    body = await _read(response, most_bytes, on_part)
                    return Answer(response.status_code, response.headers, body, target)
        raise GenerationInvalidError(f"The server at {self.origin} redirects in a circle.")

    def resolve(self, path: str, base: str | None = None) -> str:
        """The whole address of what a server named.

        Raises:
            GenerationInvalidError: it is of an origin that is not allowed.
        """
        try:
            target = urljoin(base or self.url, path)
            origin = origin_of(target)
        except (ValueError, InvalidDataError) as error:
            raise GenerationInvalidError(
                f"The server at {self.origin} named {path[:100]!r}, which is no web address."
            ) from error
        if not is_allowed(origin, self._allowed):
            raise GenerationInvalidError(
                f"The server at {self.origin} points to {origin}: add that to allowed_origins if"
                " you trust it."
            )
        return with_origin(target, origin)

    async def client(self) -> "httpx.AsyncClient":
        """The connections; reading the certificates takes a while, so a thread does it."""
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def headers_for(self, target: str) -> dict[str, str]:
        """What goes with a question; the token goes nowhere but to the server itself."""
        # A compressed answer may grow a thousandfold here: nothing that is asked for needs it.
        headers = {"Accept-Encoding": "identity"}
        if origin_of(target) == self.origin:
            headers |= self._headers
            if self._token is not None:
                said = f"{self._token_prefix} {self._token.reveal()}".strip()
                headers[self._token_header] = said
        return headers

    async def close(self) -> None:
        async with self._opening:
            client, self._client = self._client, None
            if client is not None:
                await client.aclose()

    def _open(self) -> "httpx.AsyncClient":
        import httpx

        timeout = httpx.Timeout(None, connect=self.limits.connect_seconds)
        named = [host_of(origin) for origin in self._allowed if "*" not in origin]
        direct = {f"all://{host}": None for host in named if is_direct(host)}
        return httpx.AsyncClient(timeout=timeout, follow_redirects=False, mounts=direct)

    @asynccontextmanager
    async def _stream(
        self, method: str, target: str, more: Mapping[str, str], content: Mapping[str, Any]
    ) -> AsyncIterator["httpx.Response"]:
        client = await self.client()
        headers = self.headers_for(target)
        if origin_of(target) == self.origin:
            headers |= more
        async with client.stream(method, target, headers=headers, **content) as response:
            yield response

    def _redirected(self, method: str, target: str, response: "httpx.Response") -> str:
        if method != "GET":
            raise GenerationInvalidError(
                f"The server at {self.origin} redirects what is sent to it: use the address that"
                " it redirects to."
            )
        return self.resolve(response.headers.get("location", ""), target)

    @asynccontextmanager
    async def _translated(self, seconds: float) -> AsyncIterator[None]:
        """Errors of the network become those that a game understands."""
        import httpx

        try:
            await self.client()  # the certificates are not the server's time
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise GeneratorUnreachableError(
                f"The server at {self.origin} did not answer within {seconds:g} s."
            ) from error
        except httpx.InvalidURL as error:
            raise GenerationInvalidError(f"The address {self.url!r} is not valid.") from error
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError) as error:
            raise unreachable(self.origin, error) from error


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or not (value.isascii() and value.isprintable()):
            raise InvalidDataError(
                f"headers: {name[:80]!r} is no header that can be sent: use letters, digits and"
                " hyphens in its name, and one line of ASCII as its value."
            )


def parse_json(body: bytes) -> Any:
    """The value that a server sent.

    Raises:
        GenerationInvalidError: it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        beginning = body[:60].decode(errors="replace")
        raise GenerationInvalidError(
            f"The server answered with something that is no JSON: {beginning!r}."
        ) from error


async def _read(response: "httpx.Response", most_bytes: int, on_part: OnPart | None) -> bytes:
    if _is_compressed(response):
        raise GenerationInvalidError(
            "The server sends its answer compressed, which it was asked not to: switch that off."
        )
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > most_bytes:
            raise ClipTooLargeError(
                f"The server sends more than the {most_bytes} bytes that are allowed."
            )
        if on_part is not None:
            on_part(part)
    return bytes(body)


async def _reason(response: "httpx.Response") -> bytes:
    """The beginning of what a server says of why it refuses, if that can be read."""
    body = bytearray()
    if not _is_compressed(response):
        async for part in response.aiter_raw():
            body += part
            if len(body) >= REASON_BYTES:
                break
    return bytes(body)


def _is_compressed(response: "httpx.Response") -> bool:
    encoding = response.headers.get("content-encoding", "identity")
    return encoding.strip().lower() not in ("", "identity")
