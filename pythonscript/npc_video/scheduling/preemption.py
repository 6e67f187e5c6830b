"""When a run is displaced by an urgent task."""

from ..records import Purpose
from .affinity import may_load
from .models import Live, Model, Pool
from .order import Class

__all__ = ["making_way"]

# An urgent task rather waits for a run that should end within this part of its own time.
_PATIENCE = 0.25


def making_way(pool: Pool, model: Model, now: float) -> Live | None:
    """The run that makes way for the first urgent task of a model; None if it waits.

    A run of the same model is preferred, because another one would have to be replaced first.
    """
    lane = model.lanes[Class.URGENT]
    first = lane.first()
    if first is None or len(lane) <= model.soon_free(now, _PATIENCE * first.task.seconds):
        return None
    for purpose in (Purpose.BAKE, Purpose.SPECULATION):
        live = model.least_to_lose(purpose)
        if live is not None:
            return live
    for purpose in (Purpose.BAKE, Purpose.SPECULATION):
        found = [
            live
            for other in pool.models.values()
            if other is not model and (live := other.least_to_lose(purpose)) is not None
            if len(live.worker.runs) == 1 and may_load(live.worker, model, Class.URGENT, now)
        ]
        if found:
            return max(found, key=lambda live: live.at)
    return None
