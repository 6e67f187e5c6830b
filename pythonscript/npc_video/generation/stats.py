"""Statistics of a manager, for inspectors and benchmarks."""

from collections import Counter, deque
from dataclasses import dataclass, field

from .backend_states import BackendState, BackendStates
from .jobs import Job, Start
from .planner import Planner
from .queue import GenerationQueue

__all__ = ["BackendStats", "Counters", "ManagerStats", "snapshot"]

_WINDOW = 200


@dataclass(frozen=True, slots=True)
class BackendStats:
    """Statistics of one backend.

    Attributes:
        load_factor: nine jobs in ten take at most this many times as long as their presets say.
        preset: the preset with which it would be in time now, and `why`.
        is_resting: whether it failed three times in a row and is avoided for a while.
    """

    load_factor: float
    preset: str
    why: str
    is_resting: bool


@dataclass(frozen=True, slots=True)
class ManagerStats:
    """Statistics since the start, unless stated otherwise. Seconds are medians of the last 200.

    Attributes:
        hits: requests whose clip was there; `misses`, the others.
        hit_rate: 0 to 1; 0 before the first request.
        fallback_counts: misses by the fallback that was shown.
        queue_length: jobs that wait now.
        running: jobs that run now.
        jobs: these jobs: the running ones, then the waiting ones, the next one first.
        generated: finished clips; `upgraded`, those of them that replaced a worse one.
        superseded: requests dropped before they began, because something newer was wanted.
        preempted: jobs stopped for a more urgent one.
        refused: jobs refused because the queue was full.
        late: requests that waited longer than `max_wait`.
        waiting_seconds: from a request to the start of its generation.
        generating_seconds: for a requested clip.
        speculations: clips made ahead; `speculations_used`, those of them that were shown.
        speculation_seconds: generating time for clips made ahead, including stopped ones;
            `wasted_seconds`, that for clips that were never shown.
        busy_seconds: all generating time.
        can_generate: whether there is a backend; `backends` is empty if not.
        least_probability: the lowest probability at which a clip is made ahead, 0 to 1.
        reliabilities: by NPC and source of predictions: how often right ÷ how often expected to be.
    """

    hits: int
    misses: int
    hit_rate: float
    fallback_counts: dict[str, int]
    queue_length: int
    running: int
    jobs: tuple[Job, ...]
    generated: int
    upgraded: int
    failed: int
    retried: int
    superseded: int
    preempted: int
    refused: int
    late: int
    waiting_seconds: float
    generating_seconds: float
    speculations: int
    speculations_used: int
    speculation_seconds: float
    wasted_seconds: float
    busy_seconds: float
    can_generate: bool
    least_probability: float
    backends: dict[str, BackendStats]
    reliabilities: dict[str, dict[str, float]]


@dataclass(slots=True)
class Counters:
    """Counts for statistics."""

    hits: int = 0
    misses: int = 0
    generated: int = 0
    upgraded: int = 0
    failed: int = 0
    retried: int = 0
    superseded: int = 0
    preempted: int = 0
    refused: int = 0
    late: int = 0
    speculations: int = 0
    speculations_used: int = 0
    speculation_seconds: float = 0.0
    used_seconds: float = 0.0
    busy_seconds: float = 0.0
    fallback_counts: Counter[str] = field(default_factory=Counter)
    waiting: deque[float] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    generating: deque[float] = field(default_factory=lambda: deque(maxlen=_WINDOW))

    def worked(self, start: Start, seconds: float) -> None:
        """Records the `seconds` that a backend has spent on a job, finished or not."""
        self.busy_seconds += seconds
        if start.job.is_speculative:
            self.speculation_seconds += seconds


def snapshot(
    counters: Counters, queue: GenerationQueue, states: BackendStates, planner: Planner
) -> ManagerStats:
    """The present statistics."""
    return ManagerStats(
        hits=counters.hits,
        misses=counters.misses,
        hit_rate=counters.hits / max(1, counters.hits + counters.misses),
        fallback_counts=dict(counters.fallback_counts),
        queue_length=len(queue),
        running=len(queue.running),
        jobs=(*(start.job for start in queue.running), *queue.in_order()),
        generated=counters.generated,
        upgraded=counters.upgraded,
        failed=counters.failed,
        retried=counters.retried,
        superseded=counters.superseded,
        preempted=counters.preempted,
        refused=counters.refused,
        late=counters.late,
        waiting_seconds=_median(counters.waiting),
        generating_seconds=_median(counters.generating),
        speculations=counters.speculations,
        speculations_used=counters.speculations_used,
        speculation_seconds=counters.speculation_seconds,
        wasted_seconds=counters.speculation_seconds - counters.used_seconds,
        busy_seconds=counters.busy_seconds,
        can_generate=bool(list(states)),
        least_probability=planner.budget.least_probability,
        backends={state.name: _backend(state) for state in states},
        reliabilities=planner.reliabilities,
    )


def _backend(state: BackendState) -> BackendStats:
    choice = state.quality.choose()
    return BackendStats(
        state.quality.load.value, choice.preset.name, choice.reason, state.breaker.is_resting
    )


def _median(values: deque[float]) -> float:
    """The median; 0 without values."""
    return sorted(values)[len(values) // 2] if values else 0.0
