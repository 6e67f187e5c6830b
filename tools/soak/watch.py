"""What a process uses, as Linux tells, and whether that grows."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Sample", "queued", "sample", "slope"]


@dataclass(frozen=True)
class Sample:
    """At one moment.

    Attributes:
        at: In seconds.
        megabytes: Of memory that is resident.
        handles: Open files, sockets and the like.
    """

    at: float
    megabytes: float
    handles: int
    threads: int


def sample(pid: int, at: float) -> Sample | None:
    """Of the process `pid` now; None when it is gone."""
    folder = Path("/proc") / str(pid)
    try:
        lines = (folder / "status").read_text("utf-8").splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        handles = len(list((folder / "fd").iterdir()))
        return Sample(at, int(fields["VmRSS"].split()[0]) / 1024.0, handles, int(fields["Threads"]))
    except (OSError, KeyError):
        return None


def queued(pid: int) -> float | None:
    """Seconds for which the main thread of `pid` could have run and had no processor.

    None when it is gone.
    """
    try:
        return int((Path("/proc") / str(pid) / "schedstat").read_text("utf-8").split()[1]) / 1e9
    except (OSError, IndexError):
        return None


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much the second value grows for each 60 of the first, by the line of least squares."""
    if len({at for at, _ in points}) < 2:
        return 0.0
    line = statistics.linear_regression([at for at, _ in points], [value for _, value in points])
    return line.slope * 60.0
