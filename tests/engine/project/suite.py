"""Brings the runner of the tests into this project; see tests/harness."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "harness" / "inside"))

import engine_tests  # it registers the runner's classes
import extended  # and this one of a game

assert engine_tests
assert extended
