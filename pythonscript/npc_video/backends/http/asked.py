"""A request for a clip, on its way through a service."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...records import Purpose
from ..base import Early, GenerationRequest, OnEarly, OnProgress
from .rules import HttpJob

__all__ = ["Asked"]


@dataclass(slots=True, eq=False)
class Asked:
    """A request and those who hear of its clip.

    Attributes:
        request: as it is wanted now.
        body: the request for the service, as JSON.
        key: a short text that is equal for equal bodies.
        since: time of the request, by `time.perf_counter`; its deadline counts from there.
        told: the purpose that the service knows; None if it does not know the request.
        job: the service's job, once it has one.
        is_quiet: whether the bytes of its clip are not reported any more.
    """

    request: GenerationRequest
    on_progress: OnProgress
    on_early: OnEarly
    body: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    since: float = field(default_factory=time.perf_counter)
    told: Purpose | None = None
    job: HttpJob | None = None
    is_quiet: bool = False
    _reached: float = -1.0
    _has_early: bool = False

    @property
    def deadline(self) -> float | None:
        """Seconds from now until a player needs the clip, at least 0; None for no limit."""
        if self.request.deadline is None:
            return None
        return max(0.0, self.request.deadline - (time.perf_counter() - self.since))

    def promote(self, request: GenerationRequest) -> bool:
        """Takes a higher purpose for the same clip; False if it is not higher."""
        if request.key != self.request.key or request.purpose <= self.request.purpose:
            return False
        self.request = replace(self.request, purpose=request.purpose, deadline=request.deadline)
        self.since = time.perf_counter()
        return True

    def progress(self, part: float) -> None:
        """Reports progress from 0 to 1; it does not fall if a second job makes the clip."""
        if part > self._reached:
            self._reached = part
            self.on_progress(part)

    def early(self, news: Early) -> None:
        """Reports a part of the clip."""
        if not self.is_quiet:
            self._has_early = True
            self.on_early(news)

    def begin_anew(self) -> None:
        """Notes that its job is lost. Bytes of two jobs do not make one clip."""
        self.told, self.job = None, None
        self.is_quiet = self.is_quiet or self._has_early
