"""The brain's knowledge of jobs and workers, for one epoch; nothing here waits or reads.

All decisions are the policy's (`npc_video.scheduling`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from npc_video.scheduling.attempts import doom_of, pardoned
from npc_video.scheduling.policy import Policy
from npc_video.scheduling.tasks import GivenUp, Task
from npc_video.scheduling.tasks import WorkerState as Seat

from ..jobs import Event, EventKind, JobState, JobView, WorkerState, WorkerView

__all__ = ["Action", "Assign", "Fail", "Ledger", "Pardon", "Requeue"]

# How long a worker that is not seen may still come: as long as hearts may be silent, and then time
# to connect anew to a server that was away, or to run again on a machine that is overloaded.
_GRACE_SECONDS = 3.0
_UNBEGUN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Assign:
    """Give jobs to a worker."""

    worker: str
    keys: tuple[str, ...]
    token: str


@dataclass(frozen=True, slots=True)
class Requeue:
    """Let a job wait again.

    Attributes:
        killed: its worker was lost with it.
        displaced: its worker stops it for the sake of another job.
    """

    key: str
    token: str
    killed: bool = False
    displaced: bool = False


@dataclass(frozen=True, slots=True)
class Pardon:
    """Take back that a worker was lost with a job: it is there again."""

    key: str
    worker: str


@dataclass(frozen=True, slots=True)
class Fail:
    """End a job without a clip."""

    key: str
    kind: str
    error: str


Action = Assign | Requeue | Pardon | Fail


@dataclass(frozen=True, slots=True)
class _Run:
    """The assignment of a running job."""

    worker: str
    token: str
    at: float


class Ledger:
    """Jobs and workers as of the last event, and the actions that follow.

    Args:
        epoch: of the brain; tokens of its assignments begin with it.
        jobs: all that wait or run.
        now: seconds, by the store's clock, like all times here.
        policy: an empty one.
    """

    def __init__(
        self,
        epoch: int,
        jobs: Iterable[JobView],
        workers: Sequence[WorkerView],
        now: float,
        policy: Policy | None = None,
    ):
        self.policy = policy or Policy()
        self._epoch = epoch
        self._grace_ends = now + _GRACE_SECONDS
        self._actions: list[Action] = []
        self._jobs: dict[str, JobView] = {}
        self._runs: dict[str, _Run] = {}
        self._workers: dict[str, WorkerView] = {}
        self._seats: dict[str, Seat] = {}
        self._held: dict[str, set[str]] = {}  # keys of running jobs, by worker
        self._shunned: dict[str, WorkerView] = {}  # get nothing before they look different
        self._orphans: dict[str, list[JobView]] = {}  # the same, of workers that are not seen
        self._lost_with: dict[str, set[str]] = {}  # workers, by the key of an open job
        self._doomed: dict[str, tuple[GivenUp, float]] = {}  # and when they end, by key
        for worker in workers:
            self._seat(worker, now)
        running = []
        for job in jobs:
            if job.state is JobState.RUNNING:
                running.append(job)
            else:
                self._add(job, now)
        self._resume(running, now)
        for worker in workers:
            self._pardon(worker.id, now)

    @property
    def workers(self) -> Sequence[WorkerView]:
        return tuple(self._workers.values())

    @property
    def waiting(self) -> Sequence[JobView]:
        return tuple(job for key, job in self._jobs.items() if key not in self._runs)

    @property
    def running(self) -> Sequence[JobView]:
        return tuple(self._jobs[key] for key in self._runs)

    def knows(self, worker: str) -> bool:
        """Whether a worker was seen."""
        return worker in self._workers

    def take(self, event: Event, now: float) -> None:
        """Takes an event of a job; it may tell what is known already."""
        job = event.job
        if job is None:
            return
        if event.kind is EventKind.ASK:
            self._add(job, now)
        elif event.kind is EventKind.PROMOTE and job.key in self._jobs:
            self._jobs[job.key] = job
            self.policy.promote(job.key, job.purpose, job.due_at, now)
        elif event.kind in (EventKind.LEAVE, EventKind.END):
            self._forget(job.key, now)
        elif event.kind is EventKind.BACK:
            self._take_back(job, now)

    def see(self, workers: Sequence[WorkerView], now: float) -> None:
        """Takes all workers that live; the jobs of the others wait again."""
        seen = {worker.id for worker in workers}
        for lost in self._workers.keys() - seen:
            self._lose(lost, now)
        for worker in workers:
            is_new = worker.id not in self._workers
            self._seat(worker, now)
            self._resume(self._orphans.pop(worker.id, ()), now)
            if is_new:
                self._pardon(worker.id, now)
        if self._orphans and now >= self._grace_ends:
            orphans, self._orphans = self._orphans, {}
            for worker_id, jobs in orphans.items():
                self._seat(WorkerView(worker_id, jobs[0].generator), now)
                self._resume(jobs, now)
                self._lose(worker_id, now)
        self._end_doomed(now)
        self._check_begun(now)

    def decide(self, now: float) -> Sequence[Action]:
        """The actions since the last call, in their order."""
        decision = self.policy.decide(now)
        for stop in decision.stops:
            for task in stop.tasks:
                self._requeue(task.key, displaced=True)
        for start in decision.starts:
            token = f"{self._epoch}-{start.number}"
            keys = tuple(task.key for task in start.tasks)
            for key in keys:
                self._note_run(key, _Run(start.worker, token, now))
            self._actions.append(Assign(start.worker, keys, token))
        actions, self._actions = self._actions, []
        return actions

    def refused(self, assign: Assign, jobs: Sequence[JobView | None], now: float) -> None:
        """Takes that an assignment was refused.

        Args:
            jobs: its jobs as they really are, in order.
        """
        for key, job in zip(assign.keys, jobs, strict=True):
            self.correct(key, job, now)

    def correct(self, key: str, job: JobView | None, now: float) -> None:
        """Takes a job as it really is, after an action that came too late for it."""
        self._forget(key, now)
        if job is not None and job.state is JobState.WAITING:
            self._add(job, now)
        elif job is not None and job.state is JobState.RUNNING:
            self._resume([job], now)

    # ---- Jobs ----

    def _add(self, job: JobView, now: float) -> None:
        self._jobs[job.key] = job
        self._note_lost(job)
        self.policy.add(_task(job), now)

    def _forget(self, key: str, now: float) -> None:
        self._note_end(key)
        self._jobs.pop(key, None)
        self._lost_with.pop(key, None)
        self._doomed.pop(key, None)
        self.policy.end(key, now)

    def _take_back(self, job: JobView, now: float) -> None:
        run, before = self._runs.get(job.key), self._jobs.get(job.key)
        if run is None or before is None or run.token != job.token:
            return  # of an earlier run
        self._note_end(job.key)
        self._jobs[job.key] = job
        if job.attempts > before.attempts:
            given_up = self.policy.fail(job.key, now)
            if given_up is not None:
                self._give_up(given_up)
            return
        self.policy.give_back(job.key, now)
        self._shun(run.worker, now)  # its generator may be out of order

    def _give_up(self, given_up: GivenUp) -> None:
        job = self._jobs[given_up.task.key]
        error = f"{given_up.reason} {job.error}".strip()
        self._actions.append(Fail(job.key, job.error_kind or "failed", error))

    # ---- Runs ----

    def _resume(self, jobs: Iterable[JobView], now: float) -> None:
        """Takes jobs that run already; those of workers that are not seen wait for them."""
        runs: dict[str, list[JobView]] = {}
        for job in jobs:
            if job.worker in self._workers:
                runs.setdefault(job.token, []).append(job)
            else:
                self._orphans.setdefault(job.worker, []).append(job)
        for token, each in runs.items():
            worker, at = each[0].worker, each[0].begun_at or now
            for job in each:
                self._jobs[job.key] = job
                self._note_lost(job)
                self._note_run(job.key, _Run(worker, token, at))
            self.policy.resume(worker, [_task(job) for job in each], at)

    def _note_run(self, key: str, run: _Run) -> None:
        self._runs[key] = run
        self._held.setdefault(run.worker, set()).add(key)

    def _note_end(self, key: str) -> _Run | None:
        run = self._runs.pop(key, None)
        if run is not None:
            self._held[run.worker].discard(key)
        return run

    def _requeue(self, key: str, *, killed: bool = False, displaced: bool = False) -> None:
        run = self._note_end(key)
        assert run is not None
        self._actions.append(Requeue(key, run.token, killed, displaced))

    def _check_begun(self, now: float) -> None:
        """Has jobs wait again that their workers should have begun, and did not."""
        late = [
            key
            for key, run in self._runs.items()
            if now - run.at > _UNBEGUN_SECONDS and key not in self._workers[run.worker].running
        ]
        for key in late:
            worker = self._runs[key].worker
            self._requeue(key)
            self.policy.give_back(key, now)
            self._shun(worker, now)

    # ---- Workers ----

    def _seat(self, worker: WorkerView, now: float) -> None:
        before = self._seats.get(worker.id)
        self._workers[worker.id] = worker
        if self._shunned.get(worker.id, worker) != worker:
            del self._shunned[worker.id]
        seat = self._seats[worker.id] = _seat(worker, is_shunned=worker.id in self._shunned)
        if seat != before:
            self.policy.set_worker(seat, now)

    def _shun(self, worker_id: str, now: float) -> None:
        """Gives a worker nothing before its heart tells something new."""
        worker = self._workers[worker_id]
        self._shunned[worker_id] = worker
        self._seat(worker, now)

    def _lose(self, worker_id: str, now: float) -> None:
        worker = self._workers.pop(worker_id)
        del self._seats[worker_id]
        self._shunned.pop(worker_id, None)
        has_left = worker.state is WorkerState.LEAVING
        for key in tuple(self._held.get(worker_id, ())):
            self._requeue(key, killed=not has_left)
            if has_left:
                self.policy.give_back(key, now)
            else:
                self._lost_with.setdefault(key, set()).add(worker_id)
        self._held.pop(worker_id, None)
        for given_up in self.policy.lose_worker(worker_id, now):
            self._doomed[given_up.task.key] = given_up, now + _GRACE_SECONDS

    # ---- Workers that are only late ----
    #
    # On an overloaded machine a heart may be silent for too long, though its worker lives. Its jobs
    # go to others at once, but they fail only if workers that they seem to kill stay away.

    def _note_lost(self, job: JobView) -> None:
        if job.lost:
            self._lost_with[job.key] = set(job.lost)

    def _pardon(self, worker_id: str, now: float) -> None:
        """Takes back that a worker was lost with jobs."""
        for key in [key for key, lost in self._lost_with.items() if worker_id in lost]:
            self._lost_with[key].remove(worker_id)
            self._actions.append(Pardon(key, worker_id))
            self.policy.pardon(key)
            if key in self._doomed:
                self._spare(key, now)

    def _spare(self, key: str, now: float) -> None:
        """Has a job wait again that would fail, if its last loss was none."""
        given_up, _ = self._doomed[key]
        task, job = pardoned(given_up.task), self._jobs[key]
        if not doom_of(task):
            del self._doomed[key]
            self.policy.add(
                replace(task, purpose=job.purpose, due_at=job.due_at, tenant=job.charged), now
            )

    def _end_doomed(self, now: float) -> None:
        for key, (given_up, at) in tuple(self._doomed.items()):
            if now >= at:
                del self._doomed[key]
                self._give_up(given_up)


def _task(job: JobView) -> Task:
    return Task(
        key=job.key,
        purpose=job.purpose,
        tenant=job.charged,
        pool=job.generator,
        model=job.model,
        seconds=job.seconds,
        kind=f"{job.preset}/{job.seconds}",
        asked_at=job.asked_at,
        due_at=job.due_at,
        attempt=job.attempts + job.kills + job.late,
        kills=job.kills,
        displaced=job.displaced,
    )


def _seat(worker: WorkerView, *, is_shunned: bool) -> Seat:
    return Seat(
        name=worker.id,
        pool=worker.generator,
        model=worker.model,
        slots=worker.slots,
        batch=worker.batch,
        load_seconds=worker.load_seconds,
        finishes_started=worker.finishes_started,
        is_leaving=is_shunned or worker.state in (WorkerState.LEAVING, WorkerState.DOWN),
    )
