import os
import sys

import pytest

from tools.soak.watch import queued, sample, slope

linux = pytest.mark.skipif(sys.platform != "linux", reason="it reads what Linux tells")


def test_the_slope_is_per_minute() -> None:
    assert slope([(0.0, 100.0), (60.0, 103.0), (120.0, 106.0)]) == pytest.approx(3.0)


def test_what_stays_has_none() -> None:
    assert slope([(0.0, 5.0), (60.0, 5.0)]) == 0.0
    assert slope([(1.0, 5.0)]) == 0.0
    assert slope([]) == 0.0


@linux
def test_it_sees_this_process() -> None:
    before = sample(os.getpid(), 1.0)
    assert before is not None
    with open(os.devnull, encoding="utf-8") as _:  # noqa: PTH123
        after = sample(os.getpid(), 2.0)
    assert after is not None
    assert after.handles == before.handles + 1
    assert after.threads >= 1
    assert after.megabytes > 1.0
    assert queued(os.getpid()) is not None


@linux
def test_what_is_gone_is_not_seen() -> None:
    gone = 2**22 + 1  # more than there can be
    assert sample(gone, 1.0) is None
    assert queued(gone) is None
