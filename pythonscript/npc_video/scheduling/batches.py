"""Decides which tasks a worker makes together."""

from ..records import Purpose

__all__ = ["may_share"]


def may_share(purpose: Purpose) -> bool:
    """Whether a task may be made with others; nobody waits for the slowest of them."""
    return purpose < Purpose.UPGRADE
