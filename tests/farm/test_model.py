"""Random histories of a farm, beside a simple model: no job is lost, none is finished twice."""

import asyncio

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from npc_video.records import Purpose
from npc_video_farm.jobs import JobState, WorkerView
from npc_video_farm.store.valkey import Store

from tests.farm.stories import ENTRY, ask, command, key_of

KEYS = st.integers(0, 3).map(key_of)
TICKETS = st.integers(0, 5).map(str)
PURPOSES = st.sampled_from(Purpose)
WORKERS = st.sampled_from(["w1", "w2"])
TENANTS = st.sampled_from(["a", "b"])
WAITING, RUNNING, DONE, FAILED, CANCELLED = JobState


class Job:
    def __init__(self):
        self.state = WAITING
        self.tickets = {}
        self.token = ""
        self.finished = 0
        self.worker = ""
        self.lost = set()
        self.late = 0

    @property
    def kills(self):
        return len(self.lost)


def machine_on(server):
    class Farm(RuleBasedStateMachine):
        tokens = Bundle("tokens")

        def __init__(self):
            super().__init__()
            command(server, "FLUSHALL")
            self.loop = asyncio.Runner()
            self.store = self.run(Store.open(server.url))
            self.epoch = self.run(self.store.lead("brain"))
            self.jobs = {}
            self.tickets = {}  # the key that each is for
            self.count = 0

        def teardown(self):
            self.run(self.store.close())
            self.loop.close()

        def run(self, coroutine):
            return self.loop.run(coroutine)

        def runs(self, key, token):
            job = self.jobs.get(key)
            return job is not None and job.state is RUNNING and job.token == token

        @rule(key=KEYS, ticket=TICKETS, purpose=PURPOSES, tenant=TENANTS)
        def submit(self, key, ticket, purpose, tenant):
            self.run(self.store.submit(ask(key, purpose, tenant=tenant), ticket))
            if ticket in self.tickets:
                return
            job = self.jobs.get(key)
            is_poison = job is not None and job.state is FAILED and job.kills >= 2
            if job is None or not (job.state.is_open or job.state is DONE or is_poison):
                job = self.jobs[key] = Job()
            self.tickets[ticket] = key
            if job.state.is_open:
                job.tickets[ticket] = purpose, tenant

        @rule(ticket=TICKETS, purpose=PURPOSES)
        def promote(self, ticket, purpose):
            job = self.jobs.get(self.tickets.get(ticket))
            waits = job is not None and job.state.is_open and ticket in job.tickets
            assert self.run(self.store.promote(ticket, purpose, None)) == waits
            if waits:
                job.tickets[ticket] = purpose, job.tickets[ticket][1]

        @rule(ticket=TICKETS)
        def leave(self, ticket):
            key = self.tickets.pop(ticket, None)
            assert self.run(self.store.leave(ticket)) == (key is not None)
            job = self.jobs.get(key)
            if job and job.state.is_open and job.tickets.pop(ticket, None) and not job.tickets:
                job.state = CANCELLED

        @rule(
            target=tokens,
            keys=st.lists(KEYS, min_size=1, max_size=3, unique=True),
            worker=WORKERS,
        )
        def assign(self, keys, worker):
            self.count += 1
            token = f"run{self.count}"
            self.run(self.store.beat(WorkerView(worker, "faces")))
            wait = all(key in self.jobs and self.jobs[key].state is WAITING for key in keys)
            assert self.run(self.store.assign(self.epoch, worker, keys, token)) == wait
            for key in keys if wait else ():
                self.jobs[key].state, self.jobs[key].token = RUNNING, token
                self.jobs[key].worker = worker
            return token

        @rule(key=KEYS, token=tokens)
        def finish(self, key, token):
            job, runs = self.jobs.get(key), self.runs(key, token)
            is_repeated = job is not None and job.state is DONE and job.token == token
            assert self.run(self.store.finish(key, token, ENTRY)) == (runs or is_repeated)
            if runs:
                job.state, job.finished = DONE, job.finished + 1
                assert job.finished == 1

        @rule(key=KEYS, token=tokens, killed=st.booleans())
        def requeue(self, key, token, killed):
            job, runs = self.jobs.get(key), self.runs(key, token)
            is_repeated = job is not None and job.state is WAITING and job.token == token
            if is_repeated and killed:
                is_repeated = job.worker in job.lost
            done = self.run(self.store.requeue(self.epoch, key, token, killed=killed))
            assert done == (runs or is_repeated)
            if runs:
                job.state = WAITING
                job.lost |= {job.worker} if killed else set()

        @rule(key=KEYS, worker=WORKERS)
        def pardon(self, key, worker):
            job = self.jobs.get(key)
            is_open = job is not None and job.state.is_open
            assert self.run(self.store.pardon(self.epoch, key, worker)) == is_open
            if is_open and worker in job.lost:
                job.lost.remove(worker)
                job.late += 1

        @rule(key=KEYS, token=tokens, may_retry=st.booleans())
        def fail_run(self, key, token, may_retry):
            runs = self.runs(key, token)
            self.run(self.store.fail_run(key, token, "failed", "It broke.", may_retry=may_retry))
            if runs:
                self.jobs[key].state = WAITING if may_retry else FAILED

        @rule()
        def lead_anew(self):
            command(server, "DEL", "{farm}:leader")
            old, self.epoch = self.epoch, self.run(self.store.lead("brain"))
            assert self.epoch > old

        @invariant()
        def the_store_agrees(self):
            found = {job.key: job for job in self.run(self.store.open_jobs())[0]}
            assert found.keys() == {k for k, job in self.jobs.items() if job.state.is_open}
            for key, job in self.jobs.items():
                told = self.run(self.store.job(key))
                assert (told.state, told.kills) == (job.state, job.kills)
                assert (set(told.lost), told.late) == (job.lost, job.late)
                if job.state.is_open:
                    assert told.purpose == max(purpose for purpose, _ in job.tickets.values())
                    tenants = {tenant for _, tenant in job.tickets.values()}
                    assert sorted(told.tenants) == sorted(tenants)

        @invariant()
        def the_tenants_wait_for_what_is_open(self):
            for tenant in ("a", "b"):
                waiting = [
                    ticket
                    for job in self.jobs.values()
                    if job.state.is_open
                    for ticket, (_, who) in job.tickets.items()
                    if who == tenant
                ]
                assert self.run(self.store.waiting(tenant)) == len(waiting)

    return Farm


def test_no_job_is_lost_and_none_is_finished_twice(valkey):
    case = machine_on(valkey).TestCase
    # No shrinking: with a server it takes minutes, and thirty steps are read as quickly.
    phases = set(Phase) - {Phase.shrink}
    case.settings = settings(max_examples=40, stateful_step_count=30, deadline=None, phases=phases)
    case().runTest()
