"""What a pool is asked for: one clip each, for however many who want the same."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field

from ...records import GeneratedClip
from ..base import Early, OnEarly, OnProgress, Preview
from .plan import PoolJob

__all__ = ["Wanted"]


@dataclass(slots=True)
class Wanted:
    """A clip and all who wait for it.

    Attributes:
        runs: how many were begun; what the first one tells early belongs together.
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
