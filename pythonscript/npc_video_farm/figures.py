"""Numbers about the whole farm, which the leading brain writes for pages, metrics and admission."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Failure", "Figures", "TenantFigures"]


@dataclass(frozen=True, slots=True)
class TenantFigures:
    """A tenant's jobs."""

    waiting: int = 0
    running: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed.

    Attributes:
        at: seconds, by the store's clock.
        kind: as in `JobView.error_kind`.
    """

    at: float
    tenant: str
    generator: str
    preset: str
    kind: str
    error: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of the farm.

    Attributes:
        epoch: of the brain that wrote it.
        waiting, running: jobs by the word of their purpose.
        backlog_seconds: by generator, the time that its workers need for all that waits.
        wanted_workers: by model.
        tenants: by id, those with open jobs.
        totals: counts since the farm's beginning, by name: "joined", "lost_workers",
            "late_finishes", "model_loads", "preempted_seconds".
        failures: the last ones, the newest first.
    """

    epoch: int
    waiting: Mapping[str, int] = field(default_factory=dict)
    running: Mapping[str, int] = field(default_factory=dict)
    backlog_seconds: Mapping[str, float] = field(default_factory=dict)
    wanted_workers: Mapping[str, int] = field(default_factory=dict)
    tenants: Mapping[str, TenantFigures] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
