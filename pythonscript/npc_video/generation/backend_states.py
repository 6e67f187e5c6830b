"""The state of each backend: its speed, and whether it works."""

from collections.abc import Iterable, Iterator, Sequence

from ..backends.breaker import Breaker
from ..quality import AdaptiveQuality
from ..records import QualityPreset

__all__ = ["BackendState", "BackendStates"]

# A backend is avoided after this many failures in a row, for this long at first.
_FAILURES, _PAUSE_SECONDS = 3, 5.0


class BackendState:
    """The state of one backend."""

    def __init__(self, name: str):
        self.name = name
        self.quality = AdaptiveQuality()
        self.breaker = Breaker(_FAILURES, _PAUSE_SECONDS)


class BackendStates:
    """All backends.

    Args:
        names: empty if nothing can be generated.
    """

    def __init__(self, names: Iterable[str]):
        self._states = {name: BackendState(name) for name in names}

    def __getitem__(self, name: str) -> BackendState:
        return self._states[name]

    def __iter__(self) -> Iterator[BackendState]:
        return iter(self._states.values())

    def configure(self, presets: Sequence[QualityPreset], deadline: float) -> None:
        """Sets the presets to choose from, and the seconds in which a clip should be there."""
        for state in self:
            state.quality.configure(presets, deadline)

    def working(self, now: float) -> list[str]:
        """Names of backends that may get a job, the least loaded first."""
        working = [state for state in self if state.breaker.lets_through(now)]
        working.sort(key=lambda state: state.quality.load.value)
        return [state.name for state in working]

    @property
    def fastest(self) -> BackendState:
        """The least loaded backend."""
        return min(self, key=lambda state: state.quality.load.value)

    def next_try(self, now: float) -> float | None:
        """The time at which the next resting backend is tried, in seconds; None if none rests."""
        resting = [
            state.breaker.opens_at
            for state in self
            if state.breaker.is_resting and state.breaker.opens_at > now
        ]
        return min(resting, default=None)
