"""The requests of a pool, and what its hosts work on."""

from dataclasses import dataclass, replace
from typing import Self

from ...records import Purpose
from ..base import GenerationRequest

__all__ = ["PoolJob", "Run"]


@dataclass(frozen=True, slots=True)
class PoolJob:
    """A request.

    Attributes:
        asked_at: time of its addition to the plan, in seconds.
        avoid: the host that lost or declined it.
        at: the host that has begun its clip, if clips cost money there; only that host is asked.
        losses: the hosts that lost or declined it.
        displaced: how many times it had to make way.
    """

    ticket: int
    request: GenerationRequest
    asked_at: float = 0.0
    avoid: str = ""
    at: str = ""
    losses: int = 0
    displaced: int = 0

    @property
    def is_urgent(self) -> bool:
        return self.request.is_urgent

    def promoted(self, purpose: Purpose, deadline: float | None) -> Self:
        """The job with this purpose, if it is a higher one; otherwise the job itself."""
        if purpose <= self.request.purpose:
            return self
        return replace(self, request=replace(self.request, purpose=purpose, deadline=deadline))


@dataclass(frozen=True, slots=True)
class Run:
    """A host's present work; several jobs if it makes them together.

    Attributes:
        at: start time in seconds.
        is_hedge: whether it is the second run of its job, in case the first is too slow.
    """

    number: int
    host: str
    jobs: tuple[PoolJob, ...]
    at: float
    is_hedge: bool = False

    @property
    def purpose(self) -> Purpose:
        """The highest one of its jobs."""
        return max(job.request.purpose for job in self.jobs)

    @property
    def is_urgent(self) -> bool:
        return any(job.is_urgent for job in self.jobs)
