"""Reads the records of `jobs` from Valkey's replies, and writes them."""

from collections.abc import Sequence

import msgspec
from npc_video.records import Purpose

from ..jobs import (
    ClipEntry,
    Event,
    EventKind,
    JobState,
    JobView,
    Order,
    Part,
    WorkerView,
)
from .connection import Reply

__all__ = [
    "items",
    "read_clip",
    "read_event",
    "read_job",
    "read_load",
    "read_order",
    "read_part",
    "read_records",
    "read_worker",
    "text",
    "write_load",
    "write_worker",
]

_TENANT, _LOST = "tenant:", "lost:"


def items(reply: Reply) -> Sequence[Reply]:
    """A reply that is a list; None counts as an empty one."""
    return reply if isinstance(reply, list) else ()


def text(reply: Reply) -> str:
    """A reply that is text; None counts as an empty one."""
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else ""


def read_job(reply: Reply) -> JobView | None:
    """The job of a reply with its fields and values; None for an empty one."""
    return _job(_fields(reply))


def read_event(reply: Reply) -> Event:
    """The event of an entry of the stream."""
    place, flat = items(reply)
    kind, by, used, *_ = items(flat)[1:6:2]
    job = _job(_fields(items(flat)[6:]))
    return Event(
        text(place),
        EventKind(text(kind)),
        job.key if job else "",
        job,
        text(by),
        float(text(used)),
    )


def read_order(reply: Reply) -> tuple[str, Order]:
    """The order of an entry of a worker's stream, after its place in it."""
    place, flat = items(reply)
    found = _fields(flat)
    return text(place), Order(
        text(found["kind"]), tuple(text(found["keys"]).split()), text(found["token"])
    )


def read_part(reply: Reply) -> Part:
    """The part of an entry of a clip's stream."""
    place, flat = items(reply)
    found = _fields(flat)
    return Part(text(place), int(found["at"]), found["data"], text(found["type"]))


def read_clip(reply: Reply) -> ClipEntry | None:
    """The clip of a reply with its fields and values; None for an empty one."""
    found = _fields(reply)
    if not found:
        return None
    return ClipEntry(
        text(found["digest"]),
        text(found["preset"]),
        text(found["media_type"]),
        int(found["bytes"]),
        found["pinned"] == b"1",
        float(found["generated"]),
    )


def read_records(reply: Reply) -> dict[str, bytes]:
    """The fields of a reply and their values."""
    return _fields(reply)


def write_load(generator: str, model: str) -> str:
    """One name for both, which may hold any characters."""
    return msgspec.json.encode((generator, model)).decode()


def read_load(name: str) -> tuple[str, str]:
    """The generator and the model of such a name."""
    return msgspec.json.decode(name, type=tuple[str, str])


def write_worker(worker: WorkerView) -> str:
    return msgspec.json.encode(worker).decode()


def read_worker(reply: Reply) -> WorkerView | None:
    """The worker in a record; None if one of another version wrote it that cannot be read."""
    try:
        return msgspec.json.decode(text(reply), type=WorkerView)
    except msgspec.MsgspecError:
        return None


def _fields(reply: Reply) -> dict[str, bytes]:
    flat = items(reply)
    return {text(flat[i]): _bytes(flat[i + 1]) for i in range(0, len(flat), 2)}


def _bytes(reply: Reply) -> bytes:
    return reply if isinstance(reply, bytes) else b""


def _job(found: dict[str, bytes]) -> JobView | None:
    if not found:
        return None

    def number(name: str) -> float | None:
        return float(found[name]) if found.get(name) else None

    def word(name: str) -> str:
        return found.get(name, b"").decode("utf-8", "replace")

    charged = word("tenant")
    others = {name.removeprefix(_TENANT) for name in found if name.startswith(_TENANT)}
    return JobView(
        key=word("key"),
        state=JobState(word("state")),
        purpose=Purpose(int(found["purpose"])),
        due_at=number("due"),
        asked_at=float(found["asked"]),
        begun_at=number("begun"),
        ended_at=number("ended"),
        tenants=(charged, *sorted(others - {charged})),
        generator=word("generator"),
        model=word("model"),
        preset=word("preset"),
        seconds=float(found["seconds"]),
        body=found.get("body", b""),
        worker=word("worker"),
        token=word("token"),
        attempts=int(found["attempts"]),
        kills=int(found["kills"]),
        displaced=int(found["displaced"]),
        progress=number("progress") or 0.0,
        is_paid=found.get("paid") == b"1",
        clip=word("clip"),
        generated=number("generated") or 0.0,
        error=word("error"),
        error_kind=word("error_kind"),
        picture=word("picture"),
        lost=tuple(name.removeprefix(_LOST) for name in found if name.startswith(_LOST)),
        late=int(found.get("late", 0)),
    )
