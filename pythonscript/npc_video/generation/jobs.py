"""A clip to be generated, and its way onto a backend."""

from dataclasses import dataclass
from enum import IntEnum

from ..records import CacheKey, QualityPreset, VideoParams

__all__ = ["Job", "Purpose", "Start"]


class Purpose(IntEnum):
    """Why a clip is generated; only what somebody waits for is urgent."""

    BACKGROUND = 0
    """The game expects to need it some time, as after loading a scene."""
    SPECULATION = 1
    """A predictor expects it next."""
    UPGRADE = 2
    """It is on screen and would look better."""
    WANTED = 3
    """It was asked for, and something else is on screen until it is there."""


@dataclass(frozen=True, slots=True)
class Job:
    """One clip at one preset.

    Attributes:
        key: what makes it interchangeable; at most one job of a key waits or runs.
        priority: higher begins earlier, among jobs that are wanted and among those that are not.
        owner: the NPC that it is for.
        asked_at: seconds, when it came into the queue.
        order: a number that grows from job to job.
        attempt: how often it has failed.
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
        """Made for what may come, so that it may turn out to be wasted."""
        return self.purpose in (Purpose.SPECULATION, Purpose.BACKGROUND)


@dataclass(frozen=True, slots=True)
class Start:
    """A job that a backend works on; `ticket` tells one start from all others."""

    ticket: int
    backend: str
    job: Job
    at: float
