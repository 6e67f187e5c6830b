"""Requests about a ticket: wait for its clip, watch it, make it more urgent, or leave."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Sequence

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive

from ..errors import ClipGoneError
from ..jobs import JobState, JobView, Part
from .auth import Principal
from .changes import Watch
from .flow import BrokenFlowError, Flow, left
from .refusal import Refusal
from .services import Services
from .tickets import Said, check_holder, said_of, times_of, unknown_ticket

__all__ = ["leave", "news", "poll"]

# A client of ours waits 30 s for a response.
_HOLD_SECONDS = 20.0
# Progress alone ends a poll only after this time, or each clip would take many.
_PROGRESS_SECONDS = 2.0
# News may be lost, so everybody who waits looks now and then.
_LOOK_SECONDS = 5.0
_KEEP_ALIVE_SECONDS = 15.0
_ADDRESS_SECONDS = 300.0


class _Following:
    """A ticket whose holder is here."""

    def __init__(self, services: Services, ticket: str, key: str):
        self._services = services
        self.ticket = ticket
        self.key = key
        self._seen_at = time.perf_counter()

    async def look(self) -> JobView:
        """The job as it is now; the holder counts as being here.

        Raises:
            Refusal: the ticket or its job is not there any more.
        """
        store = self._services.store
        if time.perf_counter() - self._seen_at > _KEEP_ALIVE_SECONDS:
            self._seen_at = time.perf_counter()
            self._services.meter.seen(self.ticket, self._services.census.now)
            view = await store.job_of(self.ticket)
        else:
            view = await store.job(self.key)
        if view is None:
            self._services.meter.closed(self.ticket)
            raise unknown_ticket()
        if not view.state.is_open:
            self._services.meter.closed(self.ticket)
            if view.state is JobState.DONE:
                self._services.metrics.ended(view)
        return view


async def _follow(services: Services, who: Principal, ticket: str) -> tuple[_Following, JobView]:
    check_holder(who, ticket)
    view = await services.store.job_of(ticket)
    if view is None:
        services.meter.closed(ticket)
        raise unknown_ticket()
    services.meter.opened(ticket, who, services.census.now)
    return _Following(services, ticket, view.key), view


async def poll(services: Services, who: Principal, ticket: str, receive: Receive) -> Response:
    """The clip, or what there is to say about it, within 20 seconds.

    Raises:
        Refusal: the ticket is not known, or its job failed in a way that has a status.
    """
    following, first = await _follow(services, who, ticket)
    leaving = asyncio.create_task(left(receive))
    try:
        with services.changes.watch(following.key) as watch:
            return await _hold(services, following, first, watch, leaving)
    finally:
        leaving.cancel()


async def _hold(
    services: Services,
    following: _Following,
    first: JobView,
    watch: Watch,
    leaving: "asyncio.Task[None]",
) -> Response:
    started = time.perf_counter()
    while True:
        view = await following.look()
        if view.state is JobState.DONE:
            return await _clip(services, view)
        if view.state is JobState.RUNNING:
            parts = await services.store.parts(view.key, view.token)
            if parts and parts[0].at == 0:
                growing = _growing(services, following, view, parts)
                return Flow(growing, parts[0].media_type, times_of(view))
        elapsed = time.perf_counter() - started
        has_moved = view.progress > first.progress and elapsed >= _PROGRESS_SECONDS
        is_other = view.state is not first.state or not view.state.is_open
        is_over = elapsed >= _HOLD_SECONDS or leaving.done() or services.changes.is_ending
        if is_other or has_moved or is_over:
            return _json(said_of(following.ticket, view))
        await _change(watch, min(_LOOK_SECONDS, _HOLD_SECONDS - elapsed), leaving)


async def _change(
    watch: Watch, seconds: float, leaving: "asyncio.Task[None] | None" = None
) -> None:
    """Waits for a change, some seconds at most, or until the client has left."""
    changing = asyncio.create_task(watch.wait())
    waited = {changing, leaving} if leaving else {changing}
    try:
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        changing.cancel()


async def _clip(services: Services, view: JobView) -> Response:
    """A finished clip: its address if the store of clips has one for others, else its bytes."""
    headers = times_of(view)
    try:
        address = await services.clips.address(view.clip, _ADDRESS_SECONDS)
        if address is not None:
            return RedirectResponse(address, 303, headers)
        data = await services.clips.get(view.clip)
    except ClipGoneError:
        raise unknown_ticket() from None
    entry = await services.store.clip(view.key)
    media_type = entry.media_type if entry else "application/octet-stream"
    return Response(data, media_type=media_type, headers=headers)


async def _growing(
    services: Services, following: _Following, view: JobView, parts: Sequence[Part]
) -> AsyncIterator[bytes]:
    """The bytes of a clip while it is made.

    Raises:
        BrokenFlowError: the run ended without a clip, or another one was begun.
    """
    sent, digest = 0, hashlib.sha256()
    after = ""
    with services.changes.watch(view.key) as watch:
        while True:
            for part in parts:
                after = part.id
                if part.at == sent:  # the oldest parts of a long clip may be gone
                    sent += len(part.data)
                    digest.update(part.data)
                    yield part.data
            parts = await services.store.parts(view.key, view.token, after)
            if parts:
                continue
            try:
                now = await following.look()
            except Refusal as gone:
                raise BrokenFlowError from gone
            if now.token != view.token or now.state not in (JobState.RUNNING, JobState.DONE):
                raise BrokenFlowError
            if now.state is JobState.DONE:
                break
            await _change(watch, _LOOK_SECONDS)
    # The worker's last parts may not have come; the file has them all.
    try:
        data = await services.clips.get(now.clip)
    except ClipGoneError as gone:
        raise BrokenFlowError from gone
    if hashlib.sha256(data[:sent]).digest() != digest.digest():
        raise BrokenFlowError
    if rest := data[sent:]:
        yield rest


async def news(services: Services, who: Principal, ticket: str) -> Response:
    """Server-sent events about a ticket, until its job has ended.

    Raises:
        Refusal: the ticket is not known.
    """
    following, _ = await _follow(services, who, ticket)
    return Flow(_events(services, following), "text/event-stream", {"Cache-Control": "no-store"})


async def _events(services: Services, following: _Following) -> AsyncIterator[bytes]:
    told = b""
    with services.changes.watch(following.key) as watch:
        while True:
            try:
                view = await following.look()
                content = _content(following.ticket, view)
            except Refusal as refusal:
                yield _event({"status": "failed", "error": str(refusal)})
                return
            event = _event(content)
            yield event if event != told else b": still here\n\n"
            told = event
            if not view.state.is_open or services.changes.is_ending:
                return
            await _change(watch, _LOOK_SECONDS)


def _content(ticket: str, view: JobView) -> dict[str, object]:
    if view.state is JobState.DONE:
        return {"id": ticket, "status": "done", "progress": 1.0}
    return said_of(ticket, view).content


def _event(content: dict[str, object]) -> bytes:
    return f"data: {json.dumps(content)}\n\n".encode()


async def leave(services: Services, who: Principal, ticket: str) -> Response:
    """Gives up a ticket.

    Raises:
        Refusal: it is not known.
    """
    check_holder(who, ticket)
    services.meter.closed(ticket)
    if not await services.store.leave(ticket):
        raise unknown_ticket()
    return Response(status_code=204)


def _json(said: Said) -> Response:
    return JSONResponse(said.content, said.status, dict(said.headers))
