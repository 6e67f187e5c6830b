"""A clip that is wanted from a pool, and everyone who waits for it."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field

from ...records import GeneratedClip
from ..base import Early, OnEarly, OnProgress, Preview
from .jobs import PoolJob

__all__ = ["Wanted"]


@dataclass(slots=True)
class Wanted:
    """A clip and its listeners.

    Attributes:
        runs: how many were started; the parts that the first one reports belong together.
    """

    job: PoolJob
    key: Hashable
    clip: asyncio.Future[GeneratedClip]
    listeners: list[tuple[OnProgress, OnEarly]] = field(default_factory=list)
    told: float = -1.0
    runs: int = 0

    def progress(self, part: float) -> None:
        if part > self.told and not self.clip.done():
            self.told = part
            for on_progress, _ in self.listeners:
                on_progress(part)

    def early(self, news: Early) -> None:
        if not self.clip.done() and (self.runs == 1 or isinstance(news, Preview)):
            for _, on_early in self.listeners:
                on_early(news)
