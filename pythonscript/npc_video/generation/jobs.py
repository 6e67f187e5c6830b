"""A clip to generate, and its start on a backend."""

from dataclasses import dataclass

from ..records import CacheKey, Purpose, QualityPreset, VideoParams

__all__ = ["Job", "Start"]


@dataclass(frozen=True, slots=True)
class Job:
    """A clip at one preset.

    Attributes:
        key: the clip's key; at most one job per key waits or runs.
        priority: a higher one begins earlier, among urgent jobs and among others.
        owner: the NPC that it is for.
        asked_at: time of its addition to the queue, in seconds.
        order: a number that increases from job to job.
        attempt: the number of failures.
        not_before: seconds; it rests until then.
    """

    key: CacheKey
    params: VideoParams
    preset: QualityPreset
    purpose: Purpose
    priority: float
    owner: str
    asked_at: float
    order: int
    attempt: int = 0
    not_before: float = 0.0

    @property
    def is_urgent(self) -> bool:
        return self.purpose is Purpose.URGENT

    @property
    def is_speculative(self) -> bool:
        """Whether it is made for a possible future request, so that it may be wasted."""
        return self.purpose in (Purpose.SPECULATION, Purpose.BAKE)


@dataclass(frozen=True, slots=True)
class Start:
    """A job that a backend works on; `ticket` identifies the start."""

    ticket: int
    backend: str
    job: Job
    at: float
