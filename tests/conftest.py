"""Lets pytest see the tests that run inside the engine."""

from tests.harness.collect import pytest_collect_file, pytest_pycollect_makemodule

__all__ = ["pytest_collect_file", "pytest_pycollect_makemodule"]
