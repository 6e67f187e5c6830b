"""Decides which runs make way for an urgent task: baking, then speculation, the youngest first."""

from ..records import Purpose

__all__ = ["MOST_DISPLACED", "PATIENCE", "gives_way", "loss"]

MOST_DISPLACED = 2
"""A task makes way so many times at most, so that it is made at some time."""
PATIENCE = 0.25
"""An urgent task rather waits for a run that should end within this part of its own time."""


def gives_way(purpose: Purpose, displaced: int, safe: Purpose = Purpose.UPGRADE) -> bool:
    """Whether a task that was displaced so often makes way for an urgent one.

    Args:
        safe: tasks of this purpose and above do not. Upgrades do where a game has a few generators
            of its own: all of them may be busy with upgrades for long.
    """
    return purpose < safe and displaced < MOST_DISPLACED


def loss(purpose: Purpose, at: float, worth: float = 0.0) -> tuple[Purpose, float, float]:
    """A sort key of runs: the first one is the least loss.

    Args:
        at: the start of the run.
        worth: anything that counts more than the time spent.
    """
    return purpose, worth, -at
