"""Lets pytest see the tests that run inside the engine, and gives generated examples their time."""

from hypothesis import HealthCheck, settings

from tests.harness.collect import pytest_collect_file, pytest_pycollect_makemodule

__all__ = ["pytest_collect_file", "pytest_pycollect_makemodule"]

# Tests assert behaviour and never wall time: on a busy machine any example may take long.
settings.register_profile("npc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("npc")
