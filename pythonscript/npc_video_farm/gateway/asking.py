"""Requests for clips: a hit is answered at once, everything else gets a ticket."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import msgspec
from npc_video.records import Purpose

from ..errors import ClipGoneError
from ..jobs import Ask, ClipEntry
from ..store.clips import digest_of
from ..store.keys import job_key
from ..wire import ClipBody
from .auth import Principal
from .limits import check_room, limits_of, names_of
from .refusal import Refusal
from .services import Services
from .tickets import Wanted, new_ticket, read_wanted

__all__ = ["Clip", "ask"]


_Result = TypeVar("_Result")
_LARGE = 64 * 1024  # bytes, which take about a millisecond


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that is there already."""

    data: bytes
    entry: ClipEntry


async def ask(
    services: Services, who: Principal, headers: Mapping[str, str], raw: bytes
) -> Clip | str:
    """The clip that a request wants, or the ticket for a job.

    Raises:
        Refusal: the request is not granted; it is counted.
        FarmError: a store does not work.
    """
    purpose = ""
    try:
        wanted = await _aside(len(raw), partial(read_wanted, who, headers, raw))
        purpose = wanted.purpose.word
        services.meter.request(who, services.census.now)
        found = await _answer(services, who, wanted)
    except Refusal as refusal:
        services.metrics.request(purpose, refusal.outcome)
        raise
    services.metrics.request(purpose, "ticket" if isinstance(found, str) else "hit")
    return found


async def _answer(services: Services, who: Principal, wanted: Wanted) -> Clip | str:
    body = wanted.body
    generator, fingerprint = await services.census.found_generator(body.generator)
    body = msgspec.structs.replace(body, generator=generator)
    naming = partial(_named, f"{services.project}/{who.share}", fingerprint, body)
    key, encoded = await _aside(len(body.image), naming)
    if clip := await _stored(services, key, pinned=wanted.pinned):
        return clip
    await _check_quota(services, who)
    await _check_room(services, who, wanted.purpose, generator)
    picture = await _put(services, body.image)
    asked = Ask(
        key=key,
        purpose=wanted.purpose,
        due_in=wanted.due_in,
        tenant=who.tenant,
        generator=generator,
        model=body.model,
        preset=body.preset,
        seconds=body.usual_seconds,
        body=encoded,
        picture=picture,
        pinned=wanted.pinned,
    )
    ticket = new_ticket(who, wanted.once)
    await services.store.submit(asked, ticket)
    if who.player:
        # The tenant is charged for what is made; a player for what it asks for, so that its limit
        # holds although it may leave before anything is made.
        await services.store.charge(names_of(who)[-1], body.usual_seconds)
    services.meter.opened(ticket, who, services.census.now)
    return ticket


def _named(project: str, fingerprint: str, body: ClipBody) -> tuple[str, bytes]:
    """The key of a clip, and its parameters for the worker, without the picture."""
    names, encoded = (body.generator, fingerprint), msgspec.json.encode(body)
    key = job_key(project, *names, encoded, body.preset, body.duration)
    return key, msgspec.json.encode(msgspec.structs.replace(body, image=""))


async def _put(services: Services, image: str) -> str:
    """Stores a picture beside the clips, as many requests have the same one; returns its digest."""
    if not image:
        return ""
    data = image.encode("ascii")
    await services.store.draft(digest_of(data))
    return await services.clips.put(data)


async def _aside(size: int, work: Callable[[], _Result]) -> _Result:
    """Does what takes long for a large body on a thread."""
    return await asyncio.to_thread(work) if size > _LARGE else work()


async def _stored(services: Services, key: str, *, pinned: bool) -> Clip | None:
    entry = await services.store.clip(key, pinned=pinned)
    if entry is None:
        return None
    try:
        return Clip(await services.clips.get(entry.digest), entry)
    except ClipGoneError:
        await services.store.forget(key, entry.digest)
        return None


async def _check_quota(services: Services, who: Principal) -> None:
    for name, limits in limits_of(who):
        most = limits.gpu_seconds_a_day
        if most is not None and await services.store.used_today(name) >= most:
            whose = "tenant" if name == who.tenant else "player"
            raise Refusal(
                402,
                f"This {whose} has used its {most:g} generator-seconds of today: wait until"
                " midnight (UTC), or raise the limit at the farm.",
                outcome="quota",
            )


async def _check_room(services: Services, who: Principal, purpose: Purpose, generator: str) -> None:
    figures, most = services.census.figures, who.limits.most_waiting
    ahead = figures.backlog_seconds.get(generator, 0.0) if figures else 0.0
    waiting = 0 if most is None else await services.store.waiting(who.tenant)
    check_room(purpose, ahead, waiting, most)
