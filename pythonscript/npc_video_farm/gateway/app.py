"""The gateway as an ASGI application: routes, tokens, limits on bodies, and errors as responses."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from npc_video.errors import InvalidDataError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..errors import FarmError
from ..store.clips import ClipStore
from ..store.valkey import Store
from ..tenants import Scope, Tenant, read_tenant
from .asking import Clip, ask
from .auth import Principal, principal_of, read_token
from .census import Census
from .changes import Changes
from .following import leave, news, poll
from .limits import Meter
from .metrics import CONTENT_TYPE, Metrics
from .overview import farm_of, overview, watch_overview
from .refusal import Refusal
from .services import Services
from .tickets import check_holder, read_promotion, unknown_ticket

__all__ = ["MOST_BYTES", "create"]

MOST_BYTES = 16 * 1024 * 1024
"""The largest body of a request; the picture of an NPC is in it."""

_PAGE = Path(__file__).with_name("page")
# The page may load only its own files, and nobody may show it inside another one.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
_STORE_RETRY = 2

Handler = Callable[[Services, Request], Awaitable[Response]]


def create(
    open_stores: Callable[[], Awaitable[tuple[Store, ClipStore]]],
    *,
    project: str = "farm",
    generator: str = "",
    needs_tokens: bool = True,
) -> Starlette:
    """A gateway, which opens its stores when its server starts.

    Args:
        open_stores: opens the store of jobs and the one of clips.
        project: the farm's name.
        generator: the one for requests that name none; "" for the first one by name.
        needs_tokens: whether everybody needs a token. Without, whoever reaches the gateway may do
            anything, so it must listen on this machine only.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        store, clips = await open_stores()
        try:
            census = Census(store, generator)
            await census.read()
            changes = Changes(store)
            services = Services(
                store, clips, changes, census, Meter(), Metrics(census), project, needs_tokens
            )
            app.state.services = services
            tasks = [asyncio.create_task(census.run()), asyncio.create_task(changes.run())]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await store.close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            _route("/", _show_page),
            _route("/page/{name}", _show_file),
            _route("/health", _health),
            _route("/metrics", _metrics),
            _route("/api/farm", _farm),
            _route("/api/overview", _overview),
            _route("/api/overview/events", _overview_events),
            _route("/api/generate-video", _generate, "POST"),
            _route("/api/tickets/{ticket}", _poll),
            _route("/api/tickets/{ticket}", _promote, "PATCH"),
            _route("/api/tickets/{ticket}", _leave, "DELETE"),
            _route("/api/tickets/{ticket}/events", _news),
        ],
        exception_handlers={
            Refusal: _refused,
            FarmError: _store_fault,
            InvalidDataError: _store_fault,  # a damaged record; requests are refused otherwise
            HTTPException: _http_fault,
        },
    )


def _route(path: str, handler: Handler, method: str = "GET") -> Route:
    async def endpoint(request: Request) -> Response:
        return await handler(request.app.state.services, request)

    return Route(path, endpoint, methods=[method])


async def _generate(services: Services, request: Request) -> Response:
    who = await _enter(services, request)
    found = await ask(services, who, request.headers, await _body(request))
    if isinstance(found, Clip):
        headers = {"Npc-Waited": "0", "Npc-Generated": f"{found.entry.generated:.3f}"}
        return Response(found.data, media_type=found.entry.media_type, headers=headers)
    url = f"/api/tickets/{found}"
    content = {"id": found, "status": "waiting", "statusUrl": url}
    return JSONResponse(content, 202, {"Location": url})


async def _poll(services: Services, request: Request) -> Response:
    who = await _enter(services, request)
    return await poll(services, who, request.path_params["ticket"], request.receive)


async def _news(services: Services, request: Request) -> Response:
    who = await _enter(services, request)
    return await news(services, who, request.path_params["ticket"])


async def _promote(services: Services, request: Request) -> Response:
    who, ticket = await _enter(services, request), request.path_params["ticket"]
    check_holder(who, ticket)
    purpose, due_in = read_promotion(who, request.headers)
    if not await services.store.promote(ticket, purpose, due_in):
        raise unknown_ticket()
    return Response(status_code=204)


async def _leave(services: Services, request: Request) -> Response:
    who = await _enter(services, request)
    return await leave(services, who, request.path_params["ticket"])


async def _farm(services: Services, request: Request) -> Response:
    await _enter(services, request)
    return JSONResponse(farm_of(services) | {"clips_from": await services.clips.origin()})


async def _overview(services: Services, request: Request) -> Response:
    (await _enter(services, request)).require(Scope.ADMIN)
    return JSONResponse(await overview(services))


async def _overview_events(services: Services, request: Request) -> Response:
    (await _enter(services, request)).require(Scope.ADMIN)
    return watch_overview(services)


async def _metrics(services: Services, request: Request) -> Response:
    (await _enter(services, request)).require(Scope.ADMIN)
    return Response(services.metrics.text(), media_type=CONTENT_TYPE)


async def _health(services: Services, request: Request) -> Response:
    """Whether this gateway reaches its store, for whoever keeps it running."""
    if services.census.is_away:
        return PlainTextResponse("The store is away.", 503)
    return PlainTextResponse("ok")


async def _show_page(services: Services, request: Request) -> Response:
    return FileResponse(_PAGE / "page.html", headers=_PAGE_HEADERS)


async def _show_file(services: Services, request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ("page.css", "page.js"):
        raise HTTPException(404)
    return FileResponse(_PAGE / name, headers=_PAGE_HEADERS)


async def _enter(services: Services, request: Request) -> Principal:
    """The sender of a request.

    Raises:
        Refusal: the token is missing or wrong.
    """
    if not services.needs_tokens:
        return Principal("everybody", share="everybody")
    token = read_token(request.headers)
    if token is None:
        raise Refusal(
            401,
            "The farm needs a token: make one with `npc-video farm token new NAME`.",
            outcome="unauthorized",
        )
    tenant = await _tenant(services.store, token.tenant)
    return principal_of(token, tenant, services.census.now)


async def _tenant(store: Store, name: str) -> Tenant | None:
    """The tenant of this name, if there is one.

    Raises:
        Refusal: nobody knows, because Valkey lost its data.
    """
    record = await store.tenant(name)
    if record is None:
        if not await store.has_tenants():
            raise Refusal(
                503,
                "The farm has no list of tenants at the moment: start `npc-video farm brain`, or"
                " wait until it is back.",
                outcome="no_brain",
                retry_after=_STORE_RETRY,
            )
        record = await store.tenant(name)  # it may have come back just now
    return read_tenant(record) if record else None


async def _body(request: Request) -> bytes:
    """The body of a request.

    Raises:
        Refusal: it is too large.
    """
    named = request.headers.get("content-length", "0")
    body = bytearray()
    if not named.isdecimal() or int(named[:12]) <= MOST_BYTES:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                break
        else:
            return bytes(body)
    raise Refusal(
        413,
        f"The request is larger than {MOST_BYTES // 2**20} MiB: use a smaller picture of the NPC.",
        outcome="too_large",
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    _metrics_of(request).refused(error.status)
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return PlainTextResponse(str(error), error.status, headers)


async def _store_fault(request: Request, error: Exception) -> Response:
    _metrics_of(request).refused(503)
    return PlainTextResponse(str(error), 503, {"Retry-After": str(_STORE_RETRY)})


def _metrics_of(request: Request) -> Metrics:
    services: Services = request.app.state.services
    return services.metrics


async def _http_fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(error.detail, error.status_code, error.headers)
