"""The records that a policy takes and returns. Times are seconds on one clock."""

from dataclasses import dataclass

from ..records import Purpose

__all__ = ["Decision", "GivenUp", "Run", "Task", "WorkerState"]


@dataclass(frozen=True, slots=True)
class Task:
    """A clip to make.

    Attributes:
        key: at most one task per key waits or runs.
        tenant: it is made on this tenant's account.
        pool: workers of this pool can make it.
        model: its worker must have loaded this one.
        seconds: the usual time of a worker for it, above 0.
        kind: tasks of the same pool, model and kind can be made together; "" for none.
        asked_at: the time of the first request.
        due_at: somebody waits for it until then; None if nobody does.
        attempt: the number of failures.
        kills: the workers that were lost while they made it.
        displaced: how many times it had to make way.
        not_before: it rests until then.
    """

    key: str
    purpose: Purpose
    tenant: str = ""
    pool: str = ""
    model: str = ""
    seconds: float = 1.0
    kind: str = ""
    asked_at: float = 0.0
    due_at: float | None = None
    attempt: int = 0
    kills: int = 0
    displaced: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker that is up.

    Attributes:
        model: the one that it has loaded.
        slots: runs at the same time, at least one.
        batch: tasks that it makes in one run, at least one.
        load_seconds: the time of loading another model, 0 if that costs nothing.
        finishes_started: it finishes what it has begun, because that costs money.
        is_leaving: it finishes its runs and takes no new ones.
    """

    name: str
    pool: str = ""
    model: str = ""
    slots: int = 1
    batch: int = 1
    load_seconds: float = 0.0
    finishes_started: bool = False
    is_leaving: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A worker's work on a task, or on several that it makes together.

    Attributes:
        number: increases from run to run of one policy.
        at: its start.
        loads: whether the worker has to load another model first.
    """

    number: int
    worker: str
    tasks: tuple[Task, ...]
    at: float
    loads: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Actions for the workers; stop first, then start."""

    starts: tuple[Run, ...] = ()
    stops: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A task that is not tried again, and a sentence with the reason."""

    task: Task
    reason: str
