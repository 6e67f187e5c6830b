"""What all tests need: the engine's own tests, time for examples, and an unchanged scheduling."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.harness.collect import pytest_collect_file, pytest_pycollect_makemodule

__all__ = ["pytest_collect_file", "pytest_pycollect_makemodule"]

# Tests assert behaviour and never wall time: on a busy machine any example may take long.
settings.register_profile("npc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("npc")


@pytest.fixture(autouse=True)
def _usual_scheduling() -> Iterator[None]:
    """Gives the main thread its scheduling back after each test.

    The encoder SVT-AV1 makes the thread that calls it a real-time one where that is allowed, as for
    root. Every process that is started later inherits that, and two engines then leave no time for
    anything else on the machine, the limits of their tests included.
    """
    yield
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
