"""Records that pass between the gateway, the brain, the workers and the store.

Times are seconds. Points in time are those of the store's clock; no other clock is compared with
them.
"""

from dataclasses import dataclass
from enum import StrEnum

from npc_video.records import Purpose

__all__ = [
    "Ask",
    "ClipEntry",
    "Event",
    "EventKind",
    "JobState",
    "JobView",
    "Order",
    "Part",
    "WorkerState",
    "WorkerView",
]


class JobState(StrEnum):
    """The state of a job; the last three are its ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether a clip may still come of it."""
        return self in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for a clip.

    Attributes:
        key: of the clip, from `store.keys`; requests with equal keys share a job.
        due_in: seconds from now; None if nobody waits yet.
        tenant: the holder of the token.
        generator: the group of workers that makes it.
        model: the model add-ons that a worker must have loaded, joined by "+"; "" for none.
        preset: name of the preset.
        seconds: the usual time of this preset.
        body: the parameters as JSON, as `HttpBackend` sends them, without the picture.
        picture: digest of the file with the picture of the NPC, "" for none.
        pinned: whether the clip is kept for ever, because it is baked.
    """

    key: str
    purpose: Purpose
    due_in: float | None
    tenant: str
    generator: str
    model: str
    preset: str
    seconds: float
    body: bytes
    picture: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class JobView:
    """The store's knowledge of a job.

    Attributes:
        key: as in `Ask`, like all that is not described here.
        purpose: the most valuable one among those who wait.
        due_at: the earliest time among those who wait for this purpose; None for none.
        begun_at: time of the last assignment to a worker.
        tenants: who waits; the first one is charged.
        body: empty except in what `Store.begin` returns.
        worker: the last worker that got it, "" for none.
        token: identifies the last assignment; results under another one are refused.
        attempts: runs that failed.
        kills: workers that were lost with it.
        displaced: runs that were stopped for the sake of others.
        progress: of this run, 0 to 1.
        is_paid: whether a run began that costs money, so that it must not run again.
        clip: digest of the file, "" until it is done.
        generated: the generator's seconds for it, 0 until it is done.
        error: a sentence for the user, "" if it did not fail.
        error_kind: "refused", "invalid", "failed", "too_large", "unavailable" or "".
        lost: the names of the workers in `kills`.
        late: runs whose worker was taken for lost, and came back.
    """

    key: str
    state: JobState
    purpose: Purpose
    due_at: float | None
    asked_at: float
    begun_at: float | None
    ended_at: float | None
    tenants: tuple[str, ...]
    generator: str
    model: str
    preset: str
    seconds: float
    body: bytes
    worker: str
    token: str
    attempts: int
    kills: int
    displaced: int
    progress: float
    is_paid: bool
    clip: str
    generated: float
    error: str
    error_kind: str
    picture: str = ""
    lost: tuple[str, ...] = ()
    late: int = 0

    @property
    def charged(self) -> str:
        """The tenant that pays for it; "" if nobody waits."""
        return self.tenants[0] if self.tenants else ""


class WorkerState(StrEnum):
    """The state of a worker."""

    IDLE = "idle"
    BUSY = "busy"
    DOWN = "down"
    """Its generator is out of order: it takes nothing until that works again."""
    LEAVING = "leaving"
    """It takes nothing new, and ends."""


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker, as its heartbeat describes it.

    Attributes:
        id: its name; has a random part, so that a restarted worker is another one.
        generator: the group that it belongs to.
        fingerprint: of the generator's workflow and settings.
        model: the model that is loaded, as in `Ask`.
        slots: clips it generates at the same time, at least one.
        batch: requests of one preset it generates together, at least one.
        load_seconds: the time for loading another model.
        streams: whether it stores parts of a clip while it makes it.
        running: keys of the jobs that it works on.
        finishes_started: whether it finishes every started clip, because it costs money.
        problem: what is wrong with its generator, "" if it works.
    """

    id: str
    generator: str
    fingerprint: str = ""
    model: str = ""
    slots: int = 1
    batch: int = 1
    load_seconds: float = 0.0
    state: WorkerState = WorkerState.IDLE
    streams: bool = False
    running: tuple[str, ...] = ()
    finishes_started: bool = False
    problem: str = ""


class EventKind(StrEnum):
    """The kinds of changes that the brain must know."""

    ASK = "ask"
    """A new job waits."""
    PROMOTE = "promote"
    """A job has another purpose, due time or charged tenant than before."""
    LEAVE = "leave"
    """Nobody waits any longer: the job is cancelled, and its worker has the order to stop."""
    BACK = "back"
    """A worker gave the job back, or failed in a way that another run may not: it waits again."""
    END = "end"
    """The job is done or failed."""
    WORKER = "worker"
    """A worker came, went, or changed."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change, in the order in which it happened.

    Attributes:
        id: place in the stream of events.
        key: of the job, "" for workers.
        job: the job right after it, without `body`; None for workers.
        worker: the worker of the run that ended with it, or the one that came, went or changed.
        used: generator-seconds that the charged tenant was charged for the run.
    """

    id: str
    kind: EventKind
    key: str = ""
    job: JobView | None = None
    worker: str = ""
    used: float = 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """An instruction to a worker.

    Attributes:
        kind: "run", "stop", or "promote" for a job with a higher purpose than before.
        keys: of the jobs; several for a batch.
        token: of the assignment.
    """

    kind: str
    keys: tuple[str, ...]
    token: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a clip's file while it is made.

    Attributes:
        id: place in the stream of parts.
        at: bytes of the file before it.
        media_type: of the file, such as "video/webm".
    """

    id: str
    at: int
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ClipEntry:
    """A stored clip.

    Attributes:
        digest: SHA-256 of the file, as hexadecimal digits.
        preset: name of the preset that it was generated with.
        media_type: "video/webm" or "video/mp4".
        bytes: size of the file.
        pinned: whether it is never evicted; set by the store, which knows who asked for it.
        generated: the generator's seconds for it.
    """

    digest: str
    preset: str
    media_type: str
    bytes: int
    pinned: bool = False
    generated: float = 0.0
