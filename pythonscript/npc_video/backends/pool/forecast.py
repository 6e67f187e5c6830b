"""Forecasts which host ends a job first, while the jobs of a pool are planned one after another."""

import heapq
from collections.abc import Collection, Mapping

from ...records import QualityPreset
from .host import Host
from .jobs import PoolJob, Run

__all__ = ["Forecast"]

# The extra time for loading other LoRAs, as a part of the job's time.
_SWITCH = 0.1
# A run that is overdue should end at once.
_AT_ONCE = 1e-3

_Kind = tuple[QualityPreset, tuple[str, ...], str, str]


class Forecast:
    """The times at which the slots of the hosts that are up should be free.

    Args:
        runs: those of each host.
    """

    def __init__(
        self, hosts: Mapping[str, Host], runs: Mapping[str, Mapping[int, Run]], now: float
    ):
        self._hosts = hosts
        self._now = now
        self._free_at: dict[str, list[float]] = {}
        self._soonest: dict[_Kind, list[tuple[float, int, str]]] = {}
        self.free = 0
        for name, host in hosts.items():
            if host.is_up:
                ends = [
                    max(now + _AT_ONCE, run.at + self.expected(name, run.jobs[0]))
                    for run in runs[name].values()
                ]
                free = max(0, host.can.slots - len(ends))
                self.free += free
                self._free_at[name] = [now] * free + sorted(ends)

    def expected(self, host: str, job: PoolJob) -> float:
        """The expected duration of a job on a host, in seconds."""
        seconds = self._hosts[host].pace.seconds(job.request.preset, 0.5)
        has_model = self._hosts[host].loras in (None, job.request.params.loras)
        return seconds if has_model else seconds * (1.0 + _SWITCH)

    def is_free(self, host: str) -> bool:
        return self._free_at[host][0] <= self._now

    def first_done(self, job: PoolJob) -> tuple[str | None, float]:
        """The host on which a job would finish first, and the time."""
        request = job.request
        kind = (request.preset, request.params.loras, job.avoid, job.at)
        heap = self._soonest.get(kind)
        if heap is None:
            order = enumerate(self.candidates(job))
            heap = [(self._done(name, job), place, name) for place, name in order]
            heapq.heapify(heap)
            self._soonest[kind] = heap
        while heap:
            # Slots are only taken, so a time in the heap can only be too early.
            noted, place, name = heap[0]
            done = self._done(name, job)
            if done <= noted:
                return name, done
            heapq.heapreplace(heap, (done, place, name))
        return None, 0.0

    def candidates(self, job: PoolJob) -> Collection[str]:
        """Hosts that may take a job, working ones if there are any.

        If one has begun its clip already, only that one, and the job waits for it.
        """
        up = self._free_at
        if job.at:
            return [job.at] if job.at in up else []
        others = [name for name in up if name != job.avoid]
        working = [name for name in others if self._hosts[name].breaker.lets_through(self._now)]
        return working or others or list(up)

    def take(self, host: str, done: float) -> None:
        """Takes the first free slot of a host until then."""
        self.free -= self.is_free(host)
        heapq.heapreplace(self._free_at[host], done)

    def free_last(self, host: str) -> None:
        """Frees the slot of a host that would be free last, because its run is stopped."""
        times = self._free_at[host]
        times.remove(max(times))
        heapq.heappush(times, self._now)
        self.free += 1
        self.forget()

    def forget(self) -> None:
        """Forgets which hosts are the soonest: one has another model, or may not be used."""
        self._soonest.clear()

    def _done(self, host: str, job: PoolJob) -> float:
        return max(self._now, self._free_at[host][0]) + self.expected(host, job)
