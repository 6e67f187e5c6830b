"""Numbers about the whole farm, which the leading brain writes for pages, metrics and admission."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

__all__ = ["Failure", "Figures", "TenantFigures", "read_figures", "write_figures"]


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
        wanted_workers: by generator and model.
        tenants: by id, those with open jobs.
        failures: the last ones, the newest first.
    """

    epoch: int
    waiting: Mapping[str, int] = field(default_factory=dict)
    running: Mapping[str, int] = field(default_factory=dict)
    backlog_seconds: Mapping[str, float] = field(default_factory=dict)
    wanted_workers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    tenants: Mapping[str, TenantFigures] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


def write_figures(figures: Figures) -> bytes:
    """The record of the figures, for the store."""
    return msgspec.json.encode(figures)


def read_figures(record: bytes | None) -> Figures | None:
    """The figures in a record; None if there is none, or a brain of another version wrote it."""
    try:
        return msgspec.json.decode(record, type=Figures) if record else None
    except msgspec.MsgspecError:
        return None
