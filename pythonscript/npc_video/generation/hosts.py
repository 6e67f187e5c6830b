"""The machines that generate: how fast each is, and whether it works."""

from collections.abc import Iterable, Iterator, Sequence

from ..backends.breaker import Breaker
from ..quality import AdaptiveQuality
from ..records import QualityPreset

__all__ = ["Host", "Hosts"]

# So many failures in a row have a host left alone, at first for so long.
_FAILURES, _PAUSE_SECONDS = 3, 5.0


class Host:
    """One of them: what was learned of it."""

    def __init__(self, name: str):
        self.name = name
        self.quality = AdaptiveQuality()
        self.breaker = Breaker(_FAILURES, _PAUSE_SECONDS)


class Hosts:
    """All of them.

    Args:
        names: none where nothing can be generated.
    """

    def __init__(self, names: Iterable[str]):
        self._hosts = {name: Host(name) for name in names}

    def __getitem__(self, name: str) -> Host:
        return self._hosts[name]

    def __iter__(self) -> Iterator[Host]:
        return iter(self._hosts.values())

    def configure(self, presets: Sequence[QualityPreset], deadline: float) -> None:
        """What presets there are to choose from, and in how many seconds a clip should be there."""
        for host in self:
            host.quality.configure(presets, deadline)

    def working(self, now: float) -> list[str]:
        """Names of those that may be given a job, the least loaded first."""
        working = [host for host in self if host.breaker.lets_through(now)]
        working.sort(key=lambda host: host.quality.load.value)
        return [host.name for host in working]

    @property
    def fastest(self) -> Host:
        """The least loaded."""
        return min(self, key=lambda host: host.quality.load.value)

    def next_try(self, now: float) -> float | None:
        """When a host that rests is tried again, seconds; None if none rests."""
        resting = [
            host.breaker.opens_at
            for host in self
            if host.breaker.is_resting and host.breaker.opens_at > now
        ]
        return min(resting, default=None)
