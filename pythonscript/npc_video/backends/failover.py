"""Two generators, the second of which steps in when the first is down or too slow: a local one and
the cloud, in either order, within a budget.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from ..errors import GenerationError, GeneratorUnavailableError, InvalidDataError
from ..quality import LoadFactor, typical_seconds
from ..records import GeneratedClip
from .base import (
    Backend,
    Capabilities,
    Early,
    GenerationRequest,
    Health,
    OnEarly,
    OnProgress,
    ignore,
)
from .blame import host_breaker, is_of_host, may_go_elsewhere, say_where
from .fingerprint import joined_fingerprint
from .kept import Kept

__all__ = ["Budget", "FailoverBackend"]

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits for the use of the cloud within any hour; None for no limit.

    Attributes:
        max_jobs_per_hour: clips, including failed ones.
        max_cost_per_hour: their cost, in any currency.
        price: of one clip, in the same currency.

    Raises:
        InvalidDataError: a value is negative, or there is `max_cost_per_hour` without a `price`.
    """

    max_jobs_per_hour: int | None = None
    max_cost_per_hour: float | None = None
    price: float = 0.0

    def __post_init__(self) -> None:
        if min(self.max_jobs_per_hour or 0, self.max_cost_per_hour or 0.0, self.price) < 0:
            raise InvalidDataError(
                "budget: max_jobs_per_hour, max_cost_per_hour and price must not be negative."
            )
        if self.max_cost_per_hour is not None and self.price == 0:
            raise InvalidDataError("budget: say what one clip costs, in price.")

    def allows(self, spent: int) -> bool:
        """Whether another clip is allowed after `spent` clips within the hour."""
        if self.max_jobs_per_hour is not None and spent >= self.max_jobs_per_hour:
            return False
        if self.max_cost_per_hour is None:
            return True
        cost = (spent + 1) * self.price
        return cost <= self.max_cost_per_hour * (1 + 1e-9)


class FailoverBackend(Backend):
    """Uses the first generator, and the second one if the first is down or too slow.

    - A request with a deadline goes to the second one if the first would miss the deadline,
      judging by its earlier and present jobs. A request without a deadline goes there only if the
      first is down.
    - If one is unavailable or declines, the other is used, unless the work may have begun and costs
      money. In that case the same generator is asked when the clip is wanted again.
    - A generator whose last job failed by its own fault comes second for a time that doubles with
      each failure, then is tested with one job.

    Args:
        local: closed with this backend. Without it only the budget applies.
        cloud: closed with this backend.
        cloud_first: whether the cloud comes first and the local one steps in.
        budget: of the cloud, in either order.
        clock: monotonic time in seconds.
    """

    def __init__(
        self,
        local: Backend | None,
        cloud: Backend,
        *,
        cloud_first: bool = False,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ):
        self._cloud = cloud
        both = (cloud, local) if cloud_first else (local, cloud)
        self._order = [backend for backend in both if backend is not None]
        self._first = self._order[0]
        self._budget = budget or Budget()
        self._clock = clock
        self._spent: deque[float] = deque()
        self._load = LoadFactor()
        self._busy: list[float] = []
        self._begun: Kept[Backend] = Kept()  # the generator of a clip that did not arrive in time
        self._breakers = {backend: host_breaker() for backend in self._order}

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities.joined([backend.capabilities for backend in self._order])

    @property
    def fingerprint(self) -> str:
        return joined_fingerprint(backend.fingerprint for backend in self._order)

    async def health(self) -> Health:
        """The joint state, ready if one of them is."""
        found = [await backend.health() for backend in self._order]
        return Health.of_any(
            found,
            (problem for each in found for problem in each.problems),
            (advice for each in found for advice in each.advice),
        )

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        usable = [backend for backend in self._best_first(request) if self._may_use(backend)]
        if not usable:
            raise GeneratorUnavailableError("The budget of the cloud is spent for this hour.")
        merged = _MergedProgress(on_progress, on_early)
        for backend in usable[:-1]:
            try:
                return await self._make(backend, request, merged)
            except GenerationError as error:
                if not may_go_elsewhere(error):
                    raise
                merged.is_second = True
        return await self._make(usable[-1], request, merged)

    async def promote(self, request: GenerationRequest) -> None:
        for backend in self._order:
            await backend.promote(request)

    async def close(self) -> None:
        # Both of them, also where one breaks.
        async with AsyncExitStack() as closing:
            for backend in self._order:
                closing.push_async_callback(backend.close)

    def _best_first(self, request: GenerationRequest) -> list[Backend]:
        order, now = self._order, self._clock()
        if request.deadline is not None and self._expected(request) > request.deadline:
            order = order[::-1]
        begun = self._begun.take(request.key)

        def rank(backend: Backend) -> tuple[bool, bool]:
            return backend is not begun, not self._breakers[backend].lets_through(now)

        return sorted(order, key=rank)

    def _expected(self, request: GenerationRequest) -> float:
        """Seconds until the first generator would finish the request, after its earlier work."""
        seconds = typical_seconds(request.preset) * self._load.value
        slots = self._first.capabilities.slots
        before = sum(self._busy) * self._load.value / slots if len(self._busy) >= slots else 0.0
        return before + seconds

    def _may_use(self, backend: Backend) -> bool:
        if backend is not self._cloud:
            return True
        now = self._clock()
        while self._spent and self._spent[0] <= now - _HOUR:
            self._spent.popleft()
        return self._budget.allows(len(self._spent))

    async def _make(
        self, backend: Backend, request: GenerationRequest, merged: "_MergedProgress"
    ) -> GeneratedClip:
        if backend is self._cloud:
            self._spent.append(self._clock())
        if backend is not self._first:
            return await self._watched(backend, request, merged)
        started, usual = self._clock(), typical_seconds(request.preset)
        self._busy.append(usual)
        try:
            clip = await self._watched(backend, request, merged)
        finally:
            self._busy.remove(usual)
        self._load.record(request.preset, self._clock() - started)
        return clip

    async def _watched(
        self, backend: Backend, request: GenerationRequest, merged: "_MergedProgress"
    ) -> GeneratedClip:
        """Generates a clip, and records in the circuit breaker whether that worked."""
        breaker = self._breakers[backend]
        breaker.started()
        try:
            clip = await backend.generate(request, merged.progress, merged.early)
        except BaseException as error:
            if isinstance(error, GenerationError):
                say_where(error, backend.place)
                if error.has_begun:
                    self._begun.keep(request.key, backend)
            if isinstance(error, Exception) and is_of_host(error):
                breaker.failed(self._clock())
            else:
                breaker.stopped()
            raise
        breaker.succeeded()
        return clip


class _MergedProgress:
    """Merges the progress of two attempts."""

    def __init__(self, on_progress: OnProgress, on_early: OnEarly):
        self._on_progress = on_progress
        self._on_early = on_early
        self._part = -1.0
        self.is_second = False

    def progress(self, part: float) -> None:
        if part > self._part:
            self._part = part
            self._on_progress(part)

    def early(self, news: Early) -> None:
        # Bytes of two clips do not make one.
        if not self.is_second:
            self._on_early(news)
