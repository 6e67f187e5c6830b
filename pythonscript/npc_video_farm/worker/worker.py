"""The worker itself: its orders, its state, and its end."""

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import replace

from npc_video.backends.base import Backend

from ..errors import FarmError
from ..jobs import Order, WorkerState, WorkerView
from ..store.clips import ClipStore
from ..store.valkey import Store
from .heartbeat import Heartbeat
from .insist import insist
from .pace import Pace
from .run import Result, Run, Tools

__all__ = ["FarmWorker", "worker_id"]

_log = logging.getLogger(__name__)

_ORDER_SECONDS = 5.0
_PAUSE_SECONDS = 0.2
_LEAVE_SECONDS = 20.0  # orchestrators kill a process 30 seconds after they asked it to end
_LAST_SECONDS = 5.0
# The rest of a generator that is out of order, and of one that fails again and again.
_REST_SECONDS, _LONGEST_REST = 5.0, 60.0


def worker_id(generator: str) -> str:
    """A new name for a worker; orphans of a restarted one keep the old name."""
    return f"{generator}-{secrets.token_hex(4)}"


class FarmWorker:
    """Drives a generator from `work` until `leave`.

    Args:
        url: the address of the store, for the heartbeat's own connection.
        generator: the name of the backend in the farm.
    """

    def __init__(self, url: str, store: Store, clips: ClipStore, backend: Backend, generator: str):
        can = backend.capabilities
        self._store = store
        self._tools = Tools(store, clips, backend, self._go_down)
        self._view = WorkerView(
            id=worker_id(generator),
            generator=generator,
            fingerprint=backend.fingerprint,
            slots=can.slots,
            batch=can.batch,
            streams=can.streams,
            finishes_started=can.finish_started,
            state=WorkerState.DOWN,
        )
        self._heart = Heartbeat(url, self._view)
        self._pace = Pace()
        self._slots = asyncio.Semaphore(can.slots)
        self._runs: dict[Run, asyncio.Task[None]] = {}
        self._problem = "It has not answered yet."
        self._failures = 0  # in a row
        self._leave_within: float | None = None
        self._is_leaving = asyncio.Event()

    @property
    def id(self) -> str:
        return self._view.id

    def leave(self, within: float = _LEAVE_SECONDS) -> None:
        """Takes nothing new, gives back what will not end within some seconds, and ends."""
        self._leave_within = within
        self._is_leaving.set()

    async def work(self) -> None:
        """Works until `leave` was called."""
        tasks = [asyncio.create_task(self._take_orders()), asyncio.create_task(self._recover(0.0))]
        try:
            await self._is_leaving.wait()
        finally:
            for task in tasks:
                task.cancel()
            self._show()
            within = self._leave_within or 0.0
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wind_up(within), within + _LAST_SECONDS)
            self._heart.end()  # first: a late beat would bring the worker back
            with suppress(TimeoutError):
                await asyncio.wait_for(insist(lambda: self._store.gone(self.id)), _LAST_SECONDS)
            await self._tools.backend.close()

    async def _take_orders(self) -> None:
        while True:
            self._heart.note_life()
            try:
                order = await self._store.orders(self.id, _ORDER_SECONDS)
            except FarmError:
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            if order is not None and order.kind == "run":
                run = Run(self._tools, order.keys, order.token)
                self._runs[run] = asyncio.create_task(self._work(run))
            elif order is not None:
                self._change(order)

    def _change(self, order: Order) -> None:
        """Tells the run that an order to stop or to promote jobs is about."""
        for run in self._runs:
            if run.token == order.token:
                for key in order.keys:
                    if order.kind == "promote":
                        run.promote(key)
                    else:
                        run.drop(key)

    async def _work(self, run: Run) -> None:
        try:
            async with self._slots:
                if not await run.begin():
                    return
                model, usual = run.model, run.usual_seconds
                has_loaded = model != self._view.model
                self._show(model=model)
                result = await run.work()
                self._learn(result, usual, has_loaded=has_loaded)
                if has_loaded and result.seconds:
                    with suppress(FarmError):  # it only counts
                        await self._store.loaded(self._view.generator, model)
        finally:
            del self._runs[run]
            self._show()

    def _learn(self, result: Result, usual: float, *, has_loaded: bool) -> None:
        failure = result.failure
        if failure is None:
            if result.seconds:
                self._failures = 0
                self._pace.record(usual, result.seconds, has_loaded=has_loaded)
        elif failure.may_retry and not failure.is_untouched:
            self._failures += 1
            if self._failures > 1:
                self._rest(failure.text)

    async def _go_down(self, problem: str) -> None:
        self._failures += 1
        self._rest(problem)
        with suppress(FarmError):  # at once, because the heart beats on another connection
            await self._store.beat(self._view)

    def _rest(self, problem: str) -> None:
        """Takes no jobs until the generator says that it works."""
        if not self._problem:
            self._problem = problem
            self._show()
            _log.warning("%s rests: %s", self.id, problem)
            rest = min(_LONGEST_REST, _REST_SECONDS * self._failures)
            self._recovering = asyncio.create_task(self._recover(rest))

    async def _recover(self, rest: float) -> None:
        while self._problem:
            await asyncio.sleep(rest)
            health = await self._tools.backend.health()
            self._problem = "" if health.is_ready else " ".join(health.problems)
            rest = _REST_SECONDS if health.again_after is None else health.again_after
            self._show()

    def _show(self, model: str | None = None) -> None:
        """Tells the farm the present state."""
        if self._is_leaving.is_set():
            state = WorkerState.LEAVING
        elif self._problem:
            state = WorkerState.DOWN
        else:
            state = WorkerState.BUSY if self._runs else WorkerState.IDLE
        self._view = replace(
            self._view,
            state=state,
            model=self._view.model if model is None else model,
            load_seconds=self._pace.load_seconds,
            running=tuple(job.key for run in self._runs for job in run.jobs),
            problem=self._problem,
        )
        self._heart.show(self._view)

    async def _wind_up(self, within: float) -> None:
        """Ends all runs: by their own end, or given back."""
        for run in list(self._runs):
            left = self._pace.expect(run.usual_seconds) - run.elapsed
            if left > within and not self._tools.finishes_started:
                await run.give_back()
        if self._runs and within:
            await asyncio.wait(self._runs.values(), timeout=within)
        for run, task in list(self._runs.items()):
            await run.give_back()
            task.cancel()
