"""Adds up the statistics of the whole game: all generators, all caches, all playing clips.

The debugger, the overlay and `get_stats` show them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from npc_video.cache.stats import TierStats
from npc_video.media.cost import Cost

from ..sharing import shared, sources

if TYPE_CHECKING:
    from npc_video.generation.jobs import Job

TIERS = ("memory", "disk", "baked")
# Seconds: often enough to follow, and seldom enough to cost nothing.
_LOOK_SECONDS = 0.5
_NO_COST = Cost()


@dataclass(frozen=True, slots=True)
class GameStats:
    """The statistics at one moment; counts are since the start.

    Attributes:
        tiers: of the caches, by name.
        hits: requests whose clip existed; `misses`, the others.
        waiting: clips that wait to be made; `running`, those that are being made.
        jobs: all of these: of each generator those that run, then those that wait in their order.
        late: requests that waited longer than the player's `max_wait`.
        busy_seconds: of generating, all generators together.
        made_ahead: clips made before their request; `used`, those of them that were shown.
        ahead_seconds: of generating spent on those; `wasted_seconds`, on those never shown.
        cost: of playing; `cost_before`, its value when `decode_ms` and `upload_ms` begin.
    """

    tiers: dict[str, TierStats]
    hits: int
    misses: int
    waiting: int
    running: int
    jobs: tuple[Job, ...]
    generated: int
    failed: int
    late: int
    busy_seconds: float
    made_ahead: int
    used: int
    ahead_seconds: float
    wasted_seconds: float
    cost: Cost
    cost_before: Cost

    @property
    def hit_rate(self) -> float:
        """Returns the share of hits, 0 to 1; 0 before the first request."""
        return self.hits / max(1, self.hits + self.misses)

    @property
    def decode_ms(self) -> float:
        """Returns a decoder's processor time per frame in ms, 0 for no frames."""
        frames = self.cost.decoded - self.cost_before.decoded
        return (
            1000.0 * (self.cost.decode_seconds - self.cost_before.decode_seconds) / max(1, frames)
        )

    @property
    def upload_ms(self) -> float:
        """Returns the main thread's time per frame of a clip in ms, 0 for no frames."""
        frames = self.cost.uploaded - self.cost_before.uploaded
        return (
            1000.0 * (self.cost.upload_seconds - self.cost_before.upload_seconds) / max(1, frames)
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the statistics for `get_stats`."""
        tiers = {
            name: {**asdict(tier), "hit_rate": tier.hit_rate} for name, tier in self.tiers.items()
        }
        return {
            "hit_rate": self.hit_rate,
            "cache": tiers,
            "queue": {
                "waiting": self.waiting,
                "running": self.running,
                "generated": self.generated,
                "failed": self.failed,
                "late": self.late,
                "busy_seconds": self.busy_seconds,
                "jobs": list(map(_job_to_dict, self.jobs)),
            },
            "speculation": {
                "made": self.made_ahead,
                "used": self.used,
                "seconds": self.ahead_seconds,
                "wasted_seconds": self.wasted_seconds,
            },
            "playing": {
                "decode_ms": self.decode_ms,
                "upload_ms": self.upload_ms,
                "dropped": self.cost.dropped,
            },
        }


def now(cost_before: Cost = _NO_COST) -> GameStats:
    """Collects statistics from all managers, caches and reels."""
    managers = list(sources.managers())
    stats = [manager.stats() for manager in managers]
    caches = [cache.stats() for cache in sources.caches()]
    return GameStats(
        tiers={name: _joined(getattr(cache, name) for cache in caches) for name in TIERS},
        hits=sum(each.hits for each in stats),
        misses=sum(each.misses for each in stats),
        waiting=sum(each.queue_length for each in stats),
        running=sum(each.running for each in stats),
        jobs=tuple(job for each in stats for job in each.jobs),
        generated=sum(each.generated for each in stats),
        failed=sum(each.failed for each in stats),
        late=sum(each.late for each in stats),
        busy_seconds=sum(each.busy_seconds for each in stats),
        made_ahead=sum(each.speculations for each in stats),
        used=sum(each.speculations_used for each in stats),
        ahead_seconds=sum(each.speculation_seconds for each in stats),
        wasted_seconds=sum(each.wasted_seconds for each in stats),
        cost=shared.cost().total(),
        cost_before=cost_before,
    )


class _Recent:
    """The latest statistics, for frequent readers."""

    def __init__(self) -> None:
        self.stats: GameStats | None = None
        self.looked_at = 0.0


_recent = _Recent()


def recent() -> GameStats:
    """Returns statistics at most half a second old; times per frame are of the period before."""
    at, before = time.perf_counter(), _recent.stats
    if before is not None and at - _recent.looked_at < _LOOK_SECONDS:
        return before
    _recent.looked_at = at
    _recent.stats = now() if before is None else now(before.cost)
    return _recent.stats


def _job_to_dict(job: Job) -> dict[str, Any]:
    """Returns a clip that is made or waits, for `get_stats`."""
    return {
        "npc_id": job.owner,
        "expression": job.params.expression,
        "emotion": job.params.emotion,
        "preset": job.preset.name,
        "why": "wanted" if job.is_urgent else "ahead" if job.is_speculative else "better",
    }


def _joined(tiers: Iterable[TierStats]) -> TierStats:
    """Adds up one tier of all caches."""
    rows = [(t.hits, t.misses, t.evictions, t.damaged, t.entries, t.bytes) for t in tiers]
    return TierStats(*(sum(column) for column in zip(*rows, strict=True)))
