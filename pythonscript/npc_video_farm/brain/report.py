"""The figures of the farm that the leading brain publishes."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from ..figures import Failure, Figures, TenantFigures
from ..jobs import JobView
from .ledger import Ledger

__all__ = ["failure_of", "figures_of"]


def figures_of(epoch: int, ledger: Ledger, failures: Sequence[Failure], now: float) -> Figures:
    """The present figures.

    It looks at all open jobs, which takes some milliseconds for 10,000. The store counts tickets,
    and the policy counts by tenant, but nothing counts jobs by purpose.

    Args:
        failures: the last ones, the newest first.
        now: seconds, by the store's clock.
    """
    waiting, running = ledger.waiting, ledger.running
    seconds: dict[str, float] = defaultdict(float)
    for job in waiting:
        seconds[job.generator] += job.seconds
    slots: dict[str, int] = defaultdict(int)
    for worker in ledger.workers:
        slots[worker.generator] += worker.slots
    wanted: dict[str, dict[str, int]] = defaultdict(dict)
    for (generator, model), workers in ledger.policy.wanted_workers(now).items():
        wanted[generator][model] = math.ceil(workers)
    return Figures(
        epoch=epoch,
        waiting=_by_purpose(waiting),
        running=_by_purpose(running),
        backlog_seconds={name: each / max(1, slots[name]) for name, each in seconds.items()},
        wanted_workers=wanted,
        tenants=_tenants(waiting, running),
        failures=tuple(failures),
    )


def failure_of(job: JobView, now: float) -> Failure:
    """The failure of a job that has ended."""
    return Failure(
        at=job.ended_at or now,
        tenant=job.charged,
        generator=job.generator,
        preset=job.preset,
        kind=job.error_kind,
        error=job.error,
    )


def _by_purpose(jobs: Sequence[JobView]) -> dict[str, int]:
    counts = Counter(job.purpose for job in jobs)
    return {purpose.word: count for purpose, count in counts.items()}


def _tenants(waiting: Sequence[JobView], running: Sequence[JobView]) -> dict[str, TenantFigures]:
    waits, runs = Counter(job.charged for job in waiting), Counter(job.charged for job in running)
    return {name: TenantFigures(waits[name], runs[name]) for name in waits.keys() | runs.keys()}
