"""Waiting for what other threads do."""

import time

DEADLINE = 10.0


def until(condition):
    """Waits until `condition()` is true, for `DEADLINE` seconds at most."""
    deadline = time.perf_counter() + DEADLINE
    while not condition():
        assert time.perf_counter() < deadline, "it did not come to that in time"
        time.sleep(0.001)
