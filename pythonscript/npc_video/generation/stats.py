"""The numbers of a manager, for an inspector and for benchmarks."""

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
        load_factor: how many times longer than its presets say nine jobs in ten take at most.
        preset: what it would make now to be in time, and `why`.
        is_resting: it failed three times in a row and is left alone for a while.
    """

    load_factor: float
    preset: str
    why: str
    is_resting: bool


@dataclass(frozen=True, slots=True)
class ManagerStats:
    """Since the start, if not said otherwise. Seconds are medians over the last 200.

    Attributes:
        hits: requests whose clip was there; `misses`, the others.
        hit_rate: 0 to 1; 0 before the first request.
        fallback_counts: how often each fallback covered a miss.
        queue_length: jobs that wait now.
        running: jobs that run now.
        jobs: those jobs themselves: the ones that run, then those that wait, the next one first.
        generated: clips finished; `upgraded`, those of them that took the place of a worse one.
        superseded: requests dropped before they began because something newer was wanted.
        preempted: jobs given up for a more urgent one.
        refused: jobs that found the queue full.
        late: requests that waited longer than `max_wait`.
        waiting_seconds: from a request to the start of its generation.
        generating_seconds: of a clip that was asked for.
        speculations: clips made ahead; `speculations_used`, those of them that were shown.
        speculation_seconds: of generating spent on clips made ahead, given up ones too;
            `wasted_seconds`, those spent on clips that were never shown.
        busy_seconds: of generating, all in all.
        can_generate: whether there is a generator; `backends` is empty if not.
        least_probability: how likely a clip must be needed to be made ahead, 0 to 1.
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
    """Counts what the core does."""

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
        """A backend has spent `seconds` on a job, to the end or not."""
        self.busy_seconds += seconds
        if start.job.is_speculative:
            self.speculation_seconds += seconds


def snapshot(
    counters: Counters, queue: GenerationQueue, states: BackendStates, planner: Planner
) -> ManagerStats:
    """The numbers as they are now."""
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
    """0 for none."""
    return sorted(values)[len(values) // 2] if values else 0.0
