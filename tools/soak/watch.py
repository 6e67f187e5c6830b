"""Measures a process's use of resources on Linux, and its growth."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Sample", "queued", "sample", "slope"]


@dataclass(frozen=True)
class Sample:
    """A process's use of resources at one moment.

    Attributes:
        at: In seconds.
        megabytes: Resident memory.
        handles: Open files, sockets and the like.
    """

    at: float
    megabytes: float
    handles: int
    threads: int


def sample(pid: int, at: float) -> Sample | None:
    """Measures the process `pid` now; returns None if it has ended."""
    folder = Path("/proc") / str(pid)
    try:
        lines = (folder / "status").read_text("utf-8").splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        handles = len(list((folder / "fd").iterdir()))
        return Sample(at, int(fields["VmRSS"].split()[0]) / 1024.0, handles, int(fields["Threads"]))
    except (OSError, KeyError):
        return None


def queued(pid: int) -> float | None:
    """Returns the seconds in which the main thread of `pid` could have run and had no processor.

    None if it has ended.
    """
    try:
        return int((Path("/proc") / str(pid) / "schedstat").read_text("utf-8").split()[1]) / 1e9
    except (OSError, IndexError):
        return None


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Returns the least-squares growth of the second value for each 60 of the first."""
    if len({at for at, _ in points}) < 2:
        return 0.0
    line = statistics.linear_regression([at for at, _ in points], [value for _, value in points])
    return line.slope * 60.0
