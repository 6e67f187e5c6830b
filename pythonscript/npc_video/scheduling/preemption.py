"""Decides when an urgent task displaces a run."""

from ..records import Purpose
from .affinity import may_load
from .giving_way import PATIENCE
from .models import Live, Model, Worker
from .order import Class
from .pools import Pool

__all__ = ["making_way"]


def making_way(pool: Pool, model: Model, now: float) -> Live | None:
    """The run that makes way for the first urgent task of a model; None if it waits.

    A run of the same model is preferred, because another one would have to be replaced first.
    """
    if not any(pool.giving_way):
        return None
    lane = model.lanes[Class.URGENT]
    first = lane.first()
    if first is None or len(lane) <= model.soon_free(now, PATIENCE * first.task.seconds):
        return None
    for runs in model.giving_way:
        if runs:
            return runs[0][2]
    for purpose in (Purpose.BAKE, Purpose.SPECULATION):
        found = [
            live
            for other in pool.giving_way[purpose].values()
            if _can_load((live := other.giving_way[purpose][0][2]).worker)
            and may_load(pool, live.worker, model, Class.URGENT, now)
        ]
        if found:
            return max(found, key=lambda live: live.at)
    return None


def _can_load(worker: Worker) -> bool:
    """Whether a worker can load another model once one of its runs is stopped."""
    return len(worker.runs) == 1 or worker.can_load
