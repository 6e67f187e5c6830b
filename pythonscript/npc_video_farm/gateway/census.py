"""A fresh picture of the farm in this process, so that requests need not ask for it."""

import asyncio
import logging
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ..errors import FarmError
from ..figures import Figures, read_figures
from ..jobs import WorkerState, WorkerView
from ..store.valkey import Store
from .refusal import Refusal

__all__ = ["Census"]

_REST_SECONDS = 0.5
_AGAIN_SECONDS = 0.1
_WORKING = (WorkerState.IDLE, WorkerState.BUSY)
_SOON = 2.0
_log = logging.getLogger(__name__)


class Census:
    """The workers, the brain's figures, the totals and the farm's clock, read twice a second.

    Args:
        first: the generator of requests that name none; "" for the first one by name.
    """

    def __init__(self, store: Store, first: str = ""):
        self._store = store
        self._first = first
        self._offset = 0.0
        self._read_at = -math.inf
        self._fingerprints: dict[str, str] = {}
        self.workers: Sequence[WorkerView] = ()
        self.figures: Figures | None = None
        self.counts: Mapping[str, float] = {}
        self.used: Mapping[str, float] = {}
        self.loads: Mapping[tuple[str, str], float] = {}
        self.has_brain = False
        self.is_away = True

    @property
    def now(self) -> float:
        """Seconds since 1970 by the store's clock, which may differ from this machine's."""
        return time.perf_counter() + self._offset

    @property
    def generators(self) -> list[str]:
        """The names of the generators, in order."""
        return sorted({worker.generator for worker in self.workers})

    @property
    def first(self) -> str:
        """The generator of requests that name none; "" while there is no worker at all."""
        return self._first or next(iter(self.generators), "")

    async def read(self) -> None:
        """Reads everything anew.

        Raises:
            FarmError: the store does not answer.
        """
        asked_at = self._read_at = time.perf_counter()
        now = await self._store.now()
        offset = now - (asked_at + time.perf_counter()) / 2
        workers = await self._store.workers()
        has_brain = await self._store.has_leader()
        counts = await self._store.counts()
        used, loads = await self._store.used(), await self._store.loads()
        figures = read_figures(await self._store.figures())
        # All of it at once: requests look at it meanwhile.
        self._offset, self.workers, self.has_brain = offset, workers, has_brain
        self.counts, self.used, self.loads = counts, used, loads
        self.figures = figures
        self._fingerprints |= {each.generator: each.fingerprint for each in workers}

    async def run(self) -> None:
        """Reads again and again until it is cancelled."""
        while True:
            try:
                await self.read()
                self.is_away = False
            except FarmError as error:
                if not self.is_away:
                    _log.warning("The store is away: %s", error)
                self.is_away = True
            await asyncio.sleep(_REST_SECONDS)

    async def found_generator(self, named: str) -> tuple[str, str]:
        """As `generator_for`, after a second look at a farm that has just begun.

        Raises:
            Refusal: as `generator_for`.
        """
        try:
            return self.generator_for(named)
        except Refusal:
            if time.perf_counter() - self._read_at < _AGAIN_SECONDS:
                raise
        with suppress(FarmError):
            await self.read()
            self.is_away = False
        return self.generator_for(named)

    def generator_for(self, named: str) -> tuple[str, str]:
        """The generator that makes a clip, and the fingerprint of its workflow.

        Args:
            named: the generator that a request names; "" for the farm's first.

        Raises:
            Refusal: there is no brain, or no worker of such a generator.
        """
        if self.is_away or not self.has_brain:
            raise Refusal(
                503,
                "The farm has no brain at the moment, so nothing would be begun: start"
                " `npc-video farm brain`, or wait until it is back.",
                outcome="no_brain",
                retry_after=_SOON,
            )
        names = self.generators
        name = named or self.first
        if name not in names:
            if names and named:
                known = ", ".join(names)
                raise Refusal(
                    503,
                    f"The farm has no worker for the generator {name!r}; it has {known}.",
                    outcome="no_worker",
                    retry_after=_SOON,
                )
            raise Refusal(
                503,
                "The farm has no worker at the moment: start `npc-video farm worker`.",
                outcome="no_worker",
                retry_after=_SOON,
            )
        return name, self._fingerprints[name]

    def slots(self, generator: str = "") -> int:
        """The clips that are made at the same time, by one generator's workers or by all."""
        return sum(
            worker.slots
            for worker in self.workers
            if generator in ("", worker.generator) and worker.state in _WORKING
        )
