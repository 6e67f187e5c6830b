"""Leads the farm: reads what happens, asks the ledger what to do, and does it."""

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from npc_video.errors import InvalidDataError

from ..errors import FarmError, StoreError
from ..figures import Failure, write_figures
from ..jobs import Event, EventKind, JobState
from ..store.clips import ClipStore, make_room
from ..store.valkey import Store
from ..tenants import read_tenant
from .ledger import Action, Assign, Fail, Ledger, Pardon, Requeue
from .report import failure_of, figures_of
from .tenants import TenantCopy

__all__ = ["Brain"]

_log = logging.getLogger(__name__)

_GATHER_SECONDS = 0.002
_LEAD_SECONDS = 1.0  # a lease lasts 3
_FOLLOW_SECONDS = 0.5
_AWAY_SECONDS = 0.2
_WORKERS_SECONDS = 0.25
_TICKETS_SECONDS = 5.0
_FIGURES_SECONDS = 0.5
_TENANTS_SECONDS = 2.0
_FAILURES = 20
_CLIPS_SECONDS = 60.0
_CLIP_BYTES = 20 * 1024**3
"""The size from which the clips that were not used for the longest time are removed."""


class Brain:
    """One of possibly several; the others wait for the end of the one that leads."""

    def __init__(self, store: Store, clips: ClipStore):
        self._id = secrets.token_hex(8)
        self._store = store
        self._clips = clips
        self._tenants = TenantCopy(store)

    async def run(self) -> None:
        """Leads whenever it may, until it is cancelled."""
        said = ""
        while True:
            try:
                epoch = await self._store.lead(self._id)
                if epoch is None:
                    await self._tenants.refresh()
                    await asyncio.sleep(_FOLLOW_SECONDS)
                    continue
                _log.info("Brain %s leads, epoch %d.", self._id, epoch)
                try:
                    await _Reign(self._store, self._clips, self._tenants, self._id, epoch).run()
                except asyncio.CancelledError:
                    with suppress(StoreError):
                        await self._store.resign(epoch)
                    raise
                said = ""
            except StoreError as error:
                if str(error) != said:
                    _log.warning("The brain waits: %s", error)
                said = str(error)
                await asyncio.sleep(_AWAY_SECONDS)


class _Reign:
    """The time of one epoch; another brain, or a store that was away, ends it."""

    def __init__(self, store: Store, clips: ClipStore, tenants: TenantCopy, brain: str, epoch: int):
        self._store = store
        self._clips = clips
        self._tenants = tenants
        self._brain, self._epoch = brain, epoch
        self._offset = 0.0
        self._is_over = False
        self._read_at = 0.0
        self._due: dict[Callable[[], Awaitable[float]], float] = {
            self._see: 0.0,
            self._renew: 0.0,
            self._expire: 0.0,
            self._weigh: 0.0,
            self._publish: 0.0,
        }
        self._failures: deque[Failure] = deque(maxlen=_FAILURES)  # the newest first
        self._ledger: Ledger

    @property
    def _now(self) -> float:
        """The time by the store's clock."""
        return time.perf_counter() + self._offset

    async def run(self) -> None:
        """Leads until the reign is over.

        Raises:
            StoreError: the store is away, or refuses.
        """
        await self._renew()
        jobs, place = await self._store.open_jobs()
        self._ledger = Ledger(self._epoch, jobs, await self._store.workers(), self._now)
        tidying = asyncio.create_task(self._tidy())
        try:
            while not self._is_over:
                await self._act()
                await self._gather()
                events, is_trimmed = await self._store.events(place, self._rest())
                self._read_at = time.perf_counter()
                if is_trimmed:
                    return  # everything is read anew
                for event in events:
                    place = event.id
                    self._take(event)
                await self._look_after()
        finally:
            tidying.cancel()

    async def _gather(self) -> None:
        """Lets events gather while they come densely, so that one read takes several."""
        await asyncio.sleep(self._read_at + _GATHER_SECONDS - time.perf_counter())

    def _take(self, event: Event) -> None:
        if event.kind is EventKind.WORKER and not self._ledger.knows(event.worker):
            self._due[self._see] = 0.0
        if event.job is not None and event.job.state is JobState.FAILED:
            self._failures.appendleft(failure_of(event.job, self._now))
        self._ledger.take(event, self._now)

    async def _look_after(self) -> None:
        """Does what is due."""
        for duty, at in tuple(self._due.items()):
            if self._now >= at:
                self._due[duty] = self._now + await duty()

    def _rest(self) -> float:
        """Seconds until something is due."""
        now = self._now
        wake = self._ledger.policy.next_wake(now)
        ends = min(self._due.values())
        return max(0.0, (ends if wake is None else min(ends, wake)) - now)

    async def _act(self) -> None:
        """Carries out what the ledger decides, until it decides nothing more."""
        while actions := self._ledger.decide(self._now):
            for action in actions:
                if not self._is_over:
                    await self._carry_out(action)

    async def _carry_out(self, action: Action) -> None:
        store, epoch = self._store, self._epoch
        if isinstance(action, Fail):
            await store.fail(epoch, action.key, action.kind, action.error)
        elif isinstance(action, Pardon):
            await store.pardon(epoch, action.key, action.worker)
        elif isinstance(action, Requeue):
            await self._requeue(action)
        elif not await store.assign(epoch, action.worker, action.keys, action.token):
            await self._take_refusal(action)

    async def _requeue(self, action: Requeue) -> None:
        """Lets a job wait again; one whose run was over before was not lost with its worker."""
        store, key, token = self._store, action.key, action.token
        if action.displaced:
            await store.stop(self._epoch, key, token)
        if not await store.requeue(
            self._epoch, key, token, killed=action.killed, displaced=action.displaced
        ):
            self._ledger.correct(key, await store.job(key), self._now)

    async def _take_refusal(self, assign: Assign) -> None:
        """Finds out why an assignment was refused: a late event, a lost worker, another brain."""
        await self._renew()
        if not self._is_over:
            jobs = [await self._store.job(key) for key in assign.keys]
            self._ledger.refused(assign, jobs, self._now)
            await self._see()

    async def _renew(self) -> float:
        """Renews the lease; the reign is over if another brain led meanwhile."""
        self._is_over = await self._store.lead(self._brain) != self._epoch
        self._offset = await self._store.now() - time.perf_counter()
        return _LEAD_SECONDS

    async def _see(self) -> float:
        self._ledger.see(await self._store.workers(), self._now)
        return _WORKERS_SECONDS

    async def _expire(self) -> float:
        await self._store.expire_tickets(self._epoch)
        return _TICKETS_SECONDS

    async def _publish(self) -> float:
        figures = figures_of(self._epoch, self._ledger, self._failures, self._now)
        await self._store.publish(write_figures(figures))
        return _FIGURES_SECONDS

    async def _weigh(self) -> float:
        """Takes the tenants' shares."""
        await self._tenants.refresh(self._epoch)
        for name, record in self._tenants.records.items():
            with suppress(InvalidDataError):  # the gateway refuses such a tenant
                self._ledger.policy.set_tenant(name, read_tenant(record).weight)
        return _TENANTS_SECONDS

    async def _tidy(self) -> None:
        """Removes clips again and again, beside the brain's other work."""
        while True:
            try:
                await make_room(self._store, self._clips, self._epoch, _CLIP_BYTES)
            except FarmError as error:
                _log.warning("No clips were removed: %s", error)
            await asyncio.sleep(_CLIPS_SECONDS)
