"""The jobs, tickets, workers and tenants of a farm, in Valkey.

Every step is one function of `functions/`, done as a whole or not at all, and may be repeated. What
the brain does is refused unless its epoch is the current one, and what a worker does unless its
assignment is the job's last one. So there may be two brains, and a worker that was thought dead.

With `appendfsync everysec`, what was acknowledged survives the death of Valkey's process. A power
cut may cost the last second, and so may the step to a replica: requests are made again then.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Self

from npc_video.records import Purpose

from ..errors import StoreAwayError
from ..jobs import Ask, ClipEntry, Event, JobView, Order, Part, WorkerView
from .connection import LONGEST_WAIT, Connection, Reply
from .records import (
    items,
    read_clip,
    read_event,
    read_job,
    read_load,
    read_order,
    read_part,
    read_records,
    read_worker,
    text,
    write_load,
    write_worker,
)

__all__ = ["PAID_RUN_LOST", "TICKET_SECONDS", "Store"]

TICKET_SECONDS = 45.0
"""A ticket that was not polled for so long leaves."""

PAID_RUN_LOST = (
    "The worker was lost while a service made this clip. It is not sent again, because it may be "
    "paid for: look for it at the service."
)
_FIRST = "0-0"
_OTHER = "other"
_JOBS_AT_ONCE = 500
_EVENTS_AT_ONCE = 1000
_PARTS_AT_ONCE = 64
_CLIP_SECONDS = 30 * 86400.0
_DAY_SECONDS = 86400
_FIGURES_MS = 5000


class Store:
    """A farm's state, from `open`; for one event loop.

    Each method raises `StoreAwayError` while Valkey cannot be reached, `StoreFullError` if it has
    no room, and `StoreError` if it refuses.
    """

    def __init__(self, connection: Connection):
        self._connection = connection
        self._prefix = connection.prefix
        self._read: dict[str, str] = {}  # place of the last order, by worker

    @classmethod
    async def open(cls, url: str, *, project: str = "farm") -> Self:
        """Connects; see `Connection.open`.

        Raises:
            StoreError: the address, the password or the version is wrong, or nothing answers.
        """
        return cls(await Connection.open(url, project))

    async def close(self) -> None:
        await self._connection.close()

    async def now(self) -> float:
        """The store's time, in seconds."""
        seconds, micros = items(await self._connection.command("TIME"))
        return int(text(seconds)) + int(text(micros)) / 1e6

    # ---- For the gateway ----

    async def submit(self, ask: Ask, ticket: str) -> JobView:
        """Creates the job, or joins the one with this key; a ticket that is known changes nothing.

        A job that has ended begins anew, unless its clip is still there, or it took several workers
        with it. It does so even for a known ticket if its clip was there and is not any more.
        """
        reply = await self._call(
            "submit",
            ask.key,
            ticket,
            ask.tenant,
            int(ask.purpose),
            _number(ask.due_in),
            ask.generator,
            ask.model,
            ask.preset,
            ask.seconds,
            ask.body,
            ask.picture,
            int(ask.pinned),
        )
        job = read_job(reply)
        if job is None:
            raise StoreAwayError("Valkey lost the job: ask again.")
        return job

    async def job_of(self, ticket: str) -> JobView | None:
        """The ticket's job; None if it is unknown. Records that the ticket was polled."""
        return read_job(await self._call("job_of", ticket))

    async def job(self, key: str) -> JobView | None:
        return read_job(await self._connection.command("HGETALL", f"{self._prefix}j:{key}"))

    async def promote(self, ticket: str, purpose: Purpose, due_in: float | None) -> bool:
        """Changes the ticket's purpose; False if it waits for nothing.

        If the job runs and has a higher purpose by that, its worker gets the order to promote it.
        """
        return bool(await self._call("promote", ticket, int(purpose), _number(due_in)))

    async def leave(self, ticket: str) -> bool:
        """Ends the ticket; with the last one the job is cancelled. False if it is unknown."""
        return bool(await self._call("leave", ticket))

    async def changes(self) -> AsyncIterator[str]:
        """Yields keys of jobs that changed, and "" when any may have changed unnoticed.

        It connects again whenever it must. One per process is enough.
        """
        async for message in self._connection.listen(f"{self._prefix}changes"):
            yield message

    async def parts(self, key: str, token: str, after: str = "") -> list[Part]:
        """The next parts of a run's clip; `after` is the id of the last one that was read."""
        stream, first = f"{self._prefix}p:{token}:{key}", f"({after}" if after else "-"
        reply = await self._connection.command(
            "XRANGE", stream, first, "+", "COUNT", _PARTS_AT_ONCE
        )
        return [read_part(each) for each in items(reply)]

    async def clip(self, key: str, *, pinned: bool = False) -> ClipEntry | None:
        """The clip of this key, if it is there. Records that it was used.

        Args:
            pinned: it is kept for ever from now on.
        """
        return read_clip(await self._call("clip", key, int(pinned)))

    async def forget(self, key: str, digest: str) -> None:
        """Forgets that the clip of this key is in this file, because the file is gone."""
        await self._call("forget", key, digest)

    async def has_leader(self) -> bool:
        """Whether a brain works."""
        return bool(await self._connection.command("EXISTS", f"{self._prefix}leader"))

    async def counts(self) -> Mapping[str, float]:
        """Totals since the farm began, and the bytes of clips that may be evicted.

        They are named joined, late_finishes, lost_workers, requeued, preempted_seconds and bytes.
        """
        flat = items(await self._connection.command("HGETALL", f"{self._prefix}counts"))
        stored = text(await self._connection.command("GET", f"{self._prefix}bytes"))
        found = {text(flat[i]): float(text(flat[i + 1])) for i in range(0, len(flat), 2)}
        return {**found, "bytes": float(stored or 0)}

    async def used(self) -> Mapping[str, float]:
        """The generator-seconds of runs since the farm began, by tenant.

        The first 500 tenants have totals of their own; all others share that of "other".
        """
        found = read_records(await self._connection.command("HGETALL", f"{self._prefix}used"))
        return {tenant: float(text(seconds)) for tenant, seconds in found.items()}

    async def loads(self) -> Mapping[tuple[str, str], float]:
        """The number of calls of `loaded`, by generator and model.

        The first 500 have totals of their own; each generator's others share that of "other".
        """
        found = read_records(await self._connection.command("HGETALL", f"{self._prefix}loads"))
        return {read_load(name): float(text(number)) for name, number in found.items()}

    async def figures(self) -> bytes | None:
        """The record that the brain published in the last few seconds."""
        reply = await self._connection.command("GET", f"{self._prefix}figures")
        return reply if isinstance(reply, bytes) else None

    # ---- For the brain ----

    async def publish(self, record: bytes) -> None:
        """Leaves a record of figures for gateways, for some seconds."""
        figures = f"{self._prefix}figures"
        await self._connection.command("SET", figures, record, "PX", _FIGURES_MS)

    async def lead(self, brain: str) -> int | None:
        """The epoch if this brain leads now, for three seconds; None if another one does.

        Another epoch than before means that the farm was without this brain for a while: read
        everything anew. An epoch is never used twice, even if the server loses its data.
        """
        reply = await self._call("lead", brain)
        return int(text(reply)) if reply else None

    async def resign(self, epoch: int) -> None:
        """Lets another brain lead at once."""
        await self._call("resign", epoch)

    async def open_jobs(self) -> tuple[list[JobView], str]:
        """All jobs that wait or run, and the place of events that may have come since."""
        place = await self._newest()
        keys = list(items(await self._connection.command("SMEMBERS", f"{self._prefix}open")))
        jobs = []
        for start in range(0, len(keys), _JOBS_AT_ONCE):
            replies = await self._jobs([text(key) for key in keys[start : start + _JOBS_AT_ONCE]])
            jobs += [job for each in replies if (job := read_job(each)) and job.state.is_open]
        return jobs, place

    async def events(self, after: str, wait: float) -> tuple[list[Event], bool]:
        """The events after this place, and whether some were lost before they were read.

        An event may tell what `open_jobs` told already.

        Args:
            after: id of the last event, or the place from `open_jobs`.
            wait: seconds to wait for the first one, at most `LONGEST_WAIT`.
        """
        stream = f"{self._prefix}ev"
        # The entry of the place itself tells whether those after it are whole. Both commands are
        # sent at once, because each costs a busy brain as much as its decision.
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            pipeline.execute_command("XRANGE", stream, after, after, "COUNT", 1)
            pipeline.execute_command(*_reading(stream, after, wait, _EVENTS_AT_ONCE))
            here, reply = await self._connection.run(pipeline.execute)
        entries = _entries(reply)
        if entries:
            is_trimmed = after != _FIRST and not items(here)
        else:
            is_trimmed = _order(await self._newest()) < _order(after)
        return [read_event(each) for each in entries], is_trimmed

    async def workers(self) -> list[WorkerView]:
        """Those whose heart beat within 1.5 seconds.

        A server that was away for a moment has heard no heart meanwhile: give workers this time
        again before they count as lost.
        """
        found = map(read_worker, items(await self._call("workers")))
        return [worker for worker in found if worker is not None]

    async def assign(self, epoch: int, worker: str, keys: Sequence[str], token: str) -> bool:
        """Gives waiting jobs to a worker, all or none; several are a batch.

        False if a job does not wait, the worker is not there, or another brain leads.
        """
        return bool(await self._call("assign", epoch, worker, token, *keys))

    async def requeue(
        self, epoch: int, key: str, token: str, *, killed: bool = False, displaced: bool = False
    ) -> bool:
        """Makes a running job wait again; False if it does not run under this assignment.

        It is also False if a job that is to be `killed` had come back before. A run that costs
        money is not repeated: its job fails.

        Args:
            killed: its worker was lost.
            displaced: it gives way to another job.
        """
        counted = "kills" if killed else "displaced" if displaced else ""
        return bool(await self._call("requeue", epoch, key, token, counted, PAID_RUN_LOST))

    async def pardon(self, epoch: int, key: str, worker: str) -> bool:
        """Notes that a worker is back with which a job was lost; False if the job has ended."""
        return bool(await self._call("pardon", epoch, key, worker))

    async def stop(self, epoch: int, key: str, token: str) -> bool:
        """Orders the worker to stop this run; the job stays as it is."""
        return bool(await self._call("stop", epoch, key, token))

    async def fail(self, epoch: int, key: str, kind: str, error: str) -> bool:
        """Ends a job without a clip; see `JobView` for the kinds."""
        return bool(await self._call("fail", epoch, key, kind, error))

    async def expire_tickets(self, epoch: int, unpolled: float = TICKET_SECONDS) -> int:
        """Lets tickets leave that were not polled for so many seconds; returns their number.

        None leaves in the first seconds of an epoch, because nobody could poll before.
        """
        reply = await self._call("expire_tickets", epoch, unpolled)
        return reply if isinstance(reply, int) else 0

    async def evict(self, epoch: int, budget: int, longest: float = _CLIP_SECONDS) -> int:
        """Forgets clips until `budget` bytes are left, up to 100 of them; returns their number.

        Baked clips and those used within an hour stay; those not used for `longest` seconds go.
        """
        reply = await self._call("evict", epoch, budget, longest)
        return reply if isinstance(reply, int) else 0

    async def strays(self, epoch: int) -> list[str]:
        """Digests of files to remove, up to 100: no clip is in them."""
        return [text(each) for each in items(await self._call("strays", epoch))]

    async def removed(self, digests: Sequence[str]) -> None:
        """Tells that these files are removed."""
        if digests:
            await self._connection.command("ZREM", f"{self._prefix}strays", *digests)

    # ---- For a worker ----

    async def beat(self, worker: WorkerView) -> None:
        """Tells that the worker lives; a change becomes an event."""
        await self._call("beat", worker.id, write_worker(worker))

    async def gone(self, worker: str) -> None:
        """Tells that the worker has ended."""
        await self._call("gone", worker)

    async def orders(self, worker: str, wait: float) -> Order | None:
        """The next order; None if there is none within `wait` seconds, at most `LONGEST_WAIT`."""
        stream, after = f"{self._prefix}in:{worker}", self._read.get(worker, _FIRST)
        for entry in await self._read_stream(stream, after, wait, 1):
            self._read[worker], order = read_order(entry)
            return order
        return None

    async def begin(self, key: str, token: str, *, is_paid: bool = False) -> JobView | None:
        """The job with its body; None if it is not this worker's any more.

        Args:
            is_paid: it costs money from now on: it is made to its end even if nobody waits, and
                not sent again if the worker is lost.
        """
        return read_job(await self._call("begin", key, token, int(is_paid)))

    async def progress(self, key: str, token: str, part: float) -> bool:
        """Records the progress, 0 to 1; False if the job is not this worker's any more."""
        return bool(await self._call("progress", key, token, part))

    async def part(self, key: str, token: str, at: int, data: bytes, media_type: str) -> bool:
        """Stores a part of the clip's file for those who wait.

        Args:
            at: bytes of the file before it.

        Returns:
            False if no more parts are wanted: the job is not this worker's any more, one before
            this is missing, or they exceed 32 MB.
        """
        return bool(await self._call("part", key, token, at, data, media_type))

    async def draft(self, digest: str) -> None:
        """Tells that a file is about to be written; it is a stray if nothing comes to need it."""
        await self._call("draft", digest)

    async def finish(self, key: str, token: str, entry: ClipEntry) -> bool:
        """Ends the job with its clip; False if the job is not this worker's any more.

        The clip is pinned if anybody asked for that, whatever the entry says.
        """
        reply = await self._call(
            "finish",
            key,
            token,
            entry.digest,
            entry.preset,
            entry.media_type,
            entry.bytes,
            entry.generated,
        )
        return bool(reply)

    async def fail_run(
        self, key: str, token: str, kind: str, error: str, *, may_retry: bool
    ) -> bool:
        """Ends the run without a clip; False if the job is not this worker's any more.

        Args:
            may_retry: whether the job waits again; otherwise it fails.
        """
        return bool(await self._call("fail_run", key, token, kind, error, int(may_retry)))

    async def give_back(self, key: str, token: str) -> bool:
        """Makes the job wait again, as if it had not run; False if it is another worker's."""
        return bool(await self._call("give_back", key, token))

    async def loaded(self, generator: str, model: str) -> None:
        """Tells that a worker loaded a model and made a clip with it."""
        await self._call("loaded", write_load(generator, model), write_load(generator, _OTHER))

    # ---- Tenants ----

    async def tenant(self, name: str) -> bytes | None:
        """The record of a tenant, as `put_tenant` got it."""
        reply = await self._connection.command("HGET", f"{self._prefix}tenants", name)
        return reply if isinstance(reply, bytes) else None

    async def tenants(self) -> dict[str, bytes]:
        """All records by their names."""
        return read_records(await self._connection.command("HGETALL", f"{self._prefix}tenants"))

    async def kept_tenants(self) -> dict[str, bytes] | None:
        """All records by their names; None if the server lost them and no brain restored them."""
        reply = await self._call("kept_tenants")
        return None if reply is None else read_records(reply)

    async def has_tenants(self) -> bool:
        """Whether an unknown tenant is none; else the server may have lost it: ask again."""
        return bool(await self._connection.command("EXISTS", f"{self._prefix}restored"))

    async def restore_tenants(self, epoch: int, records: Mapping[str, bytes]) -> bool:
        """Writes back what the server lost, but nothing over what was written since.

        False if it has lost nothing, or another brain leads.
        """
        flat = [each for pair in records.items() for each in pair]
        return bool(await self._call("restore_tenants", epoch, *flat))

    async def put_tenant(self, name: str, record: bytes) -> None:
        await self._connection.command("HSET", f"{self._prefix}tenants", name, record)

    async def drop_tenant(self, name: str) -> bool:
        return bool(await self._connection.command("HDEL", f"{self._prefix}tenants", name))

    async def used_today(self, name: str) -> float:
        """The generator-seconds that the tenant was charged since midnight, UTC."""
        day = int(await self.now()) // _DAY_SECONDS
        return float(
            text(await self._connection.command("GET", f"{self._prefix}use:{name}:{day}")) or 0
        )

    async def charge(self, name: str, seconds: float) -> None:
        """Adds to what `used_today` tells, for whom no run is charged by itself."""
        day = int(await self.now()) // _DAY_SECONDS
        use = f"{self._prefix}use:{name}:{day}"
        await self._connection.command("INCRBYFLOAT", use, seconds)
        await self._connection.command("EXPIRE", use, 2 * _DAY_SECONDS)

    async def waiting(self, name: str) -> int:
        """The tenant's tickets whose jobs have not ended."""
        return int(text(await self._connection.command("HGET", f"{self._prefix}waits", name)) or 0)

    async def _newest(self) -> str:
        """The place of the last event."""
        reply = await self._connection.command(
            "XREVRANGE", f"{self._prefix}ev", "+", "-", "COUNT", 1
        )
        for entry in items(reply):
            return text(items(entry)[0])
        return _FIRST

    async def _call(self, name: str, *arguments: str | bytes | int | float) -> Reply:
        return await self._connection.call(name, *arguments)

    async def _jobs(self, keys: Sequence[str]) -> list[Reply]:
        async with self._connection.client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.execute_command("HGETALL", f"{self._prefix}j:{key}")
            return await self._connection.run(pipeline.execute)

    async def _read_stream(
        self, stream: str, after: str, wait: float, most: int
    ) -> Sequence[Reply]:
        return _entries(await self._connection.command(*_reading(stream, after, wait, most)))


def _reading(stream: str, after: str, wait: float, most: int) -> tuple[str | int, ...]:
    """The command that reads a stream, and waits for its first new entry."""
    block = max(1, round(1000 * min(wait, LONGEST_WAIT)))
    return "XREAD", "COUNT", most, "BLOCK", block, "STREAMS", stream, after


def _entries(reply: Reply) -> Sequence[Reply]:
    for found in items(reply):
        return items(items(found)[1])
    return ()


def _order(place: str) -> tuple[int, int]:
    """A place in a stream, for comparisons."""
    first, _, second = place.partition("-")
    return int(first), int(second)


def _number(seconds: float | None) -> str | float:
    return "" if seconds is None else seconds
