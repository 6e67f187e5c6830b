"""A clip to generate, and its start on a backend."""

from dataclasses import dataclass
from enum import IntEnum

from ..records import CacheKey, QualityPreset, VideoParams

__all__ = ["Job", "Purpose", "Start"]


class Purpose(IntEnum):
    """The reason for generating a clip; only WANTED is urgent."""

    BACKGROUND = 0
    """The game expects to need it at some time, for example after loading a scene."""
    SPECULATION = 1
    """A predictor expects it next."""
    UPGRADE = 2
    """It is on screen and could look better."""
    WANTED = 3
    """It was requested, and a fallback is on screen until it is there."""


@dataclass(frozen=True, slots=True)
class Job:
    """A clip at one preset.

    Attributes:
        key: the clip's key; at most one job per key waits or runs.
        priority: a higher one begins earlier, among wanted jobs and among others.
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
    def is_wanted(self) -> bool:
        return self.purpose is Purpose.WANTED

    @property
    def is_speculative(self) -> bool:
        """Whether it is made for a possible future request, so that it may be wasted."""
        return self.purpose in (Purpose.SPECULATION, Purpose.BACKGROUND)


@dataclass(frozen=True, slots=True)
class Start:
    """A job that a backend works on; `ticket` identifies the start."""

    ticket: int
    backend: str
    job: Job
    at: float
