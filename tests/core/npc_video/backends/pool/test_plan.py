from npc_video.backends.base import Capabilities
from npc_video.backends.pool.jobs import PoolJob
from npc_video.backends.pool.plan import Plan
from npc_video.records import Purpose

from ..contract import wanted


def test_a_batch_stays_urgent_as_long_as_somebody_waits_for_one_of_its_clips():
    plan = Plan({"a": Capabilities(batch=2)}, share=1.0)
    for ticket in (1, 2):
        plan.add(PoolJob(ticket, wanted(seed=ticket, urgent=False)))
    _, (run,) = plan.assign(0.0)
    assert len(run.jobs) == 2
    plan.promote(1, Purpose.URGENT, 5.0)
    plan.promote(2, Purpose.URGENT, 5.0)
    plan.drop(2)
    (left,) = plan.runs_of(1)
    assert left.is_urgent
