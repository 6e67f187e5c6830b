from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.base import Capabilities
from npc_video.backends.pool.jobs import PoolJob
from npc_video.backends.pool.plan import Plan
from npc_video.quality import typical_seconds
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


def plan_of(*jobs, hosts="a", **can):
    """A plan with these jobs, and what starts at 0."""
    plan = Plan({name: Capabilities(**can) for name in hosts}, share=1.0)
    for ticket, request in enumerate(jobs):
        plan.add(PoolJob(ticket, request))
    return plan, plan.assign(0.0)[1]


def ahead(purpose=Purpose.SPECULATION, *loras, **more):
    request = wanted(urgent=False, purpose=purpose, **more)
    return replace(request, params=replace(request.params, loras=loras))


def tickets(runs):
    return [job.ticket for run in runs for job in run.jobs]


def test_the_classes_go_in_turn():
    purposes = (Purpose.BAKE, Purpose.UPGRADE, Purpose.SPECULATION, Purpose.URGENT)
    plan, runs = plan_of(*(ahead(purpose, seed=n) for n, purpose in enumerate(purposes)))
    begun = []
    while runs:
        begun += tickets(runs)
        plan.finish(runs[0], 1.0)
        _, runs = plan.assign(1.0)
    assert begun == [3, 1, 2, 0]


def test_baking_makes_way_before_speculation_and_that_before_upgrades():
    purposes = (Purpose.UPGRADE, Purpose.BAKE, Purpose.SPECULATION)
    plan, _ = plan_of(*map(ahead, purposes), hosts="abc")
    gone = []
    for ticket in range(3, 7):
        plan.add(PoolJob(ticket, wanted(seed=ticket)))
        stops, _ = plan.assign(0.1)
        gone += tickets(stops)
    assert gone == [1, 2, 0]


def test_a_run_makes_way_twice_at_most():
    plan, _ = plan_of(ahead())
    for ticket in (1, 2, 3):
        plan.add(PoolJob(ticket, wanted(seed=ticket)))
        stops, starts = plan.assign(0.1)
        assert tickets(stops) == ([0] if ticket < 3 else [])
        if ticket < 3:
            plan.finish(starts[0], 0.2)
            assert tickets(plan.assign(0.2)[1]) == [0]


def test_an_urgent_job_waits_for_a_run_that_ends_soon():
    usual = typical_seconds(wanted().preset)
    for now, gone in ((0.7 * usual, [0]), (0.8 * usual, [])):
        plan, _ = plan_of(ahead())
        plan.add(PoolJob(1, wanted()))
        assert tickets(plan.assign(now)[0]) == gone


@pytest.mark.parametrize("other", [ahead(Purpose.UPGRADE), ahead(Purpose.BAKE, "lora")])
def test_a_batch_is_of_one_model_and_for_nobody_who_waits(other):
    _, (run,) = plan_of(ahead(), other, ahead(Purpose.BAKE), batch=3)
    assert sorted(tickets([run])) in ([0, 2], [1])


jobs = st.tuples(st.sampled_from(Purpose), st.sampled_from(["", "x", "y"]), st.integers(0, 2))


@given(st.lists(jobs, max_size=30), st.integers(1, 3), st.integers(1, 3))
def test_all_jobs_are_made_once(asked, hosts, batch):
    plan = Plan({f"h{n}": Capabilities(slots=n, batch=batch) for n in range(1, hosts + 1)}, 0.5)
    going, made, now = {}, [], 0.0
    for ticket, (purpose, lora, gap) in enumerate(asked + [(None, "", 100)] * 60):
        if purpose is not None:
            plan.add(PoolJob(ticket, ahead(purpose, lora, seed=ticket), now))
        stops, starts = plan.assign(now)
        for run in stops:
            del going[run.number]
        going |= {run.number: run for run in starts}
        for host in range(1, hosts + 1):
            assert sum(run.host == f"h{host}" for run in going.values()) <= host
        now += gap
        if gap and going:
            run = going.pop(min(going))
            made += tickets([run])
            plan.finish(run, now)
    assert sorted(made) == list(range(len(asked)))
