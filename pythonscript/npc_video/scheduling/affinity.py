"""Decides when a worker loads another model.

Loading costs time in which nothing is made, so a worker stays with its model as long as that has
work, or as long as that needs it for what players wait for, now or in a moment. No tenant draws
more workers than its fair share away from what other players wait for.
"""

from .models import Model, Worker
from .order import AGEING_SECONDS, EARLY, TURNS, Class
from .pools import Pool
from .waiting import Entry, Lane

__all__ = ["best_lane", "first_for_loader", "idle_loader", "may_load"]

# A worker keeps its model for so many times the time of loading.
_KEPT = 10.0


def best_lane(pool: Pool, worker: Worker, now: float) -> Lane | None:
    """The lane that a worker with a free slot serves; None if it waits for other tasks."""
    own = worker.model
    is_free = worker.can.load_seconds == 0.0
    stays = not is_free and worker.can_load and _is_needed(pool, own, now)
    for place, least in enumerate(TURNS):
        demand = pool.demand[least]
        if not demand or (place == EARLY and not pool.aged_turn.is_open(now)):
            continue
        lane = own.lanes[least]
        if not worker.can_load:
            if lane:
                return lane
            continue
        # Only a model without a worker may come before what waits for the worker's own, unless
        # that is of tenants with more than their share.
        yields = not (is_free or stays) and _is_of_greedy(pool, own, least, now)
        models = pool.homeless if stays or (lane and not (is_free or yields)) else demand
        lanes = [
            model.lanes[least]
            for model in models.values()
            if model is not own
            and model.lanes[least]
            and _may_load(pool, worker, model, least, now, yields=yields)
        ]
        if lane and (is_free or not lanes):
            lanes.append(lane)
        if lanes:
            return lanes[0] if len(lanes) == 1 else min(lanes, key=Lane.rank)
    return None


def idle_loader(pool: Pool, model: Model, least: Class, now: float) -> Worker | None:
    """The idle worker that loads a model for a task of class `least`."""
    workers = [
        worker
        for own in pool.idle.values()
        if own is not model and (worker := next(iter(own.unused.values()), None)) is not None
        if may_load(pool, worker, model, least, now)
    ]
    return min(workers, key=lambda worker: worker.model.urgent_at, default=None)


def first_for_loader(worker: Worker, model: Model, lane: Lane) -> Entry:
    """The task of a lane that a worker begins with that loads the model.

    Where other workers have the model and are sooner free, it is the one that can best wait.
    """
    if model.is_homeless or worker.can.load_seconds == 0.0:
        entry = lane.first()
    elif lane is model.lanes[Class.URGENT] and (upgrade := model.lanes[Class.UPGRADE].last()):
        entry = upgrade
    else:
        entry = lane.last()
    assert entry is not None
    return entry


def may_load(pool: Pool, worker: Worker, other: Model, least: Class, now: float) -> bool:
    """Whether a worker that can load a model may do so for a task of class `least`."""
    if worker.can.load_seconds == 0.0:
        return True
    if not other.is_homeless and _is_needed(pool, worker.model, now):
        return False
    yields = _is_of_greedy(pool, worker.model, least, now)
    return _may_load(pool, worker, other, least, now, yields=yields)


def _may_load(
    pool: Pool, worker: Worker, other: Model, least: Class, now: float, *, yields: bool
) -> bool:
    """As `may_load`; `yields` tells whether `_is_of_greedy` holds for the worker's own model."""
    own, seconds = worker.model, worker.can.load_seconds
    if seconds == 0.0:
        return True
    # Below the upgrades nothing is worth loading as long as there is anything else to do.
    has_work = own.has_waiting(least if least >= Class.UPGRADE else Class.BAKE)
    if least >= Class.UPGRADE and not other.is_homeless:
        first = other.lanes[least].first()
        if first is not None and pool.has_share(first.task.tenant, least, now):
            if own.has_urgent_demand(now):
                return False
        elif has_work and yields:
            if other.is_short(least, now):
                return True
            has_work = False
    if own.workers == 1 and own.has_urgent_demand(now):
        may_leave = other.is_homeless and (least >= Class.UPGRADE or least is Class.AGED)
        return may_leave and (not has_work or _has_turn(worker, other, least, now))
    if other.is_homeless and (least is Class.URGENT or _has_turn(worker, other, least, now)):
        return True
    if has_work:
        return False
    if _due_to_start(pool, other, least, now) > other.soon_free(now, seconds):
        return True
    # An upgrade waits for the loading; the urgent ones get the workers that are sooner free.
    has_upgrade = bool(other.lanes[Class.UPGRADE])
    return least is Class.URGENT and has_upgrade and other.is_short(least, now)


def _is_needed(pool: Pool, model: Model, now: float) -> bool:
    """Whether a model cannot spare a worker, as its urgent tasks take all that it has.

    It can while all of them are of tenants that hold their share already.
    """
    if not model.has_urgent_demand(now) or model.workers > 1 + model.need(Class.URGENT, now):
        return False
    return not model.lanes[Class.URGENT] or not _is_of_greedy(pool, model, Class.URGENT, now)


def _due_to_start(pool: Pool, model: Model, least: Class, now: float) -> int:
    """The number of tasks that wait in a class or above, of tenants without their share."""
    if least < Class.UPGRADE or not pool.is_scarce(least):
        return model.waiting_from(least)
    return sum(
        count
        for lane in model.lanes[least:]
        for tenant, count in lane.tenants()
        if not pool.has_share(tenant, least, now)
    )


def _is_of_greedy(pool: Pool, model: Model, least: Class, now: float) -> bool:
    """Whether all that waits from a class on is of tenants that hold their share already."""
    firsts = (lane.first() for lane in model.lanes[least:])
    return all(first is None or pool.has_share(first.task.tenant, least, now) for first in firsts)


def _has_turn(worker: Worker, other: Model, least: Class, now: float) -> bool:
    """Whether a task without any worker has waited so long that the worker's own must wait."""
    kept = max(AGEING_SECONDS, _KEPT * worker.can.load_seconds)
    first = other.lanes[least].first()
    has_waited = first is not None and now - first.task.asked_at >= AGEING_SECONDS
    return has_waited and now - worker.loaded_at >= kept
