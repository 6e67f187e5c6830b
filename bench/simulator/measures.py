"""Measures delays that players notice, and the costs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

__all__ = ["Measures", "missed_by_all", "percentile", "percentile_of_censored"]

ON_TIME_SECONDS = 0.5


@dataclass(slots=True)
class Measures:
    """The measures of one run, or of several together.

    Attributes:
        exact: for each reaction, the seconds to its exact clip, and whether it came; else they are
            those until something newer was requested.
        waits: for each reaction, the seconds from the request to the start of its generation, 0 if
            that runs already; None if its clip existed.
    """

    hits: int = 0
    exact: list[tuple[float, bool]] = field(default_factory=list)
    waits: list[float | None] = field(default_factory=list)
    busy_seconds: float = 0.0
    wasted_seconds: float = 0.0

    def add(self, other: "Measures") -> None:
        self.hits += other.hits
        self.exact += other.exact
        self.waits += other.waits
        self.busy_seconds += other.busy_seconds
        self.wasted_seconds += other.wasted_seconds

    def summary(self, hard: Collection[int] = ()) -> dict[str, float]:
        """Returns all numbers by name.

        Args:
            hard: the numbers of the reactions for `urgent_wait_same_p95`; one whose clip existed
                waited for 0 seconds.
        """
        count = len(self.exact)
        came = [seconds for seconds, is_there in self.exact if is_there]
        numbers = {
            "on_time": sum(seconds <= ON_TIME_SECONDS for seconds in came) / count,
            "shown": len(came) / count,
            "ttec_p50": percentile_of_censored(self.exact, 0.5),
            "ttec_p95": percentile_of_censored(self.exact, 0.95),
            "exact_hit": self.hits / count,
            "waste": self.wasted_seconds / max(self.busy_seconds, 1e-9),
            "urgent_wait_p95": percentile((w for w in self.waits if w is not None), 0.95),
            "urgent_wait_same_p95": percentile((self.waits[i] or 0.0 for i in hard), 0.95),
        }
        return {name: round(value, 4) for name, value in numbers.items()}


def missed_by_all(runs: Iterable[Measures]) -> set[int]:
    """Returns the reactions whose clip was ready in none of several runs of the same games."""
    return set.intersection(
        *({i for i, wait in enumerate(run.waits) if wait is not None} for run in runs)
    )


def percentile(values: Iterable[float], part: float) -> float:
    """Returns the value at this part of the sorted values, 0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def percentile_of_censored(times: Iterable[tuple[float, bool]], part: float) -> float:
    """Estimates by Kaplan and Meier (1958); the longest time seen, if not enough of them ended."""
    ordered = sorted(times)
    at_risk, surviving, longest = len(ordered), 1.0, 0.0
    for seconds, is_there in ordered:
        longest = seconds
        if is_there:
            surviving *= 1.0 - 1.0 / at_risk
            if surviving <= 1.0 - part:
                return seconds
        at_risk -= 1
    return longest
