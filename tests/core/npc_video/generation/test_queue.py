from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from npc_video.generation.queue import GenerationQueue
from npc_video.records import Purpose

from tests.core.npc_video.generation.jobs import job

ONE = ["a"]


def queue(**more):
    return GenerationQueue({"a": 1}, **more)


def names(starts):
    return [start.job.params.expression for start in starts]


def drained(waiting, now=0.0):
    """Names of all jobs in the order in which one backend does them."""
    done = []
    while starts := waiting.assign(now, ONE).starts:
        done += names(starts)
        waiting.finish(starts[0].ticket)
    return done


class TestOrder:
    def test_highest_priority_first_then_first_come(self):
        waiting = queue()
        for name, priority in (("x", 1), ("y", 5), ("z", 5)):
            waiting.add(job(name, priority=priority))
        assert drained(waiting) == ["y", "z", "x"]

    def test_what_is_urgent_goes_before_what_is_not_whatever_their_priorities(self):
        waiting = queue()
        waiting.add(job("x", purpose=Purpose.BAKE, priority=99))
        waiting.add(job("y", priority=0))
        assert drained(waiting) == ["y", "x"]

    def test_upgrades_go_before_speculation_and_that_before_the_rest(self):
        waiting = queue()
        for purpose, priority in ((Purpose.BAKE, 3), (Purpose.UPGRADE, 1)):
            waiting.add(job(purpose.word, purpose=purpose, priority=priority))
        waiting.add(job("guess", purpose=Purpose.SPECULATION, priority=2))
        assert drained(waiting) == ["upgrade", "guess", "bake"]

    def test_what_is_not_urgent_has_a_turn_after_a_minute(self):
        waiting = queue()
        waiting.add(job("old", purpose=Purpose.BAKE, priority=0.0, now=0.0))
        waiting.add(job("new", purpose=Purpose.SPECULATION, priority=0.5, now=100.0))
        waiting.add(job("older", purpose=Purpose.BAKE, priority=0.0, now=-1.0))
        assert drained(waiting, now=100.0) == ["older", "new", "old"]

    def test_a_job_rests_until_its_time(self):
        waiting = queue()
        waiting.add(job("x", not_before=5.0))
        assert drained(waiting, now=4.9) == []
        assert drained(waiting, now=5.0) == ["x"]


class TestSingleFlight:
    def test_a_second_request_joins_the_first_and_keeps_its_place(self):
        waiting = queue()
        for name, priority in (("x", 1), ("y", 2), ("x", 2)):
            waiting.add(job(name, priority=priority))
        assert drained(waiting) == ["x", "y"]

    def test_a_request_makes_a_running_speculation_urgent(self):
        waiting = queue()
        waiting.add(job("x", purpose=Purpose.SPECULATION, priority=0.1))
        waiting.assign(0.0, ONE)
        waiting.add(job("x"))
        waiting.add(job("y", priority=10))
        assert waiting.assign(1.0, ONE).stops == ()
        assert waiting.running[0].job.is_urgent

    def test_a_speculation_takes_nothing_from_a_request(self):
        waiting = queue()
        waiting.add(job("x", priority=5))
        waiting.add(job("x", purpose=Purpose.SPECULATION, priority=50))
        assert waiting.waiting[0].priority == 5


class TestPreemption:
    def test_an_urgent_job_takes_the_place_of_a_speculation_for_good(self):
        waiting = queue()
        waiting.add(job("x", purpose=Purpose.SPECULATION))
        waiting.assign(0.0, ONE)
        waiting.add(job("y", priority=0))
        assignment = waiting.assign(1.0, ONE)
        assert names(assignment.stops) == ["x"]
        assert names(assignment.starts) == ["y"]
        assert len(waiting) == 0

    def test_an_urgent_job_of_lower_priority_waits_again(self):
        waiting = queue()
        waiting.add(job("x", "a", priority=1))
        waiting.assign(0.0, ONE)
        waiting.add(job("y", "b", priority=2))
        assert names(waiting.assign(0.0, ONE).starts) == ["y"]
        assert [each.params.expression for each in waiting.waiting] == ["x"]

    def test_equal_ones_wait_their_turn(self):
        waiting = queue()
        waiting.add(job("x", "a"))
        waiting.assign(0.0, ONE)
        waiting.add(job("y", "b"))
        assert waiting.assign(0.0, ONE).stops == ()

    def test_of_two_speculations_the_worse_goes(self):
        waiting = GenerationQueue({"a": 1, "b": 1})
        waiting.add(job("good", purpose=Purpose.SPECULATION, priority=0.9))
        waiting.add(job("bad", purpose=Purpose.SPECULATION, priority=0.1))
        waiting.assign(0.0, ["a", "b"])
        waiting.add(job("y"))
        assert names(waiting.assign(0.0, ["a", "b"]).stops) == ["bad"]


class TestLeaving:
    def test_superseded_requests_are_dropped_before_they_start(self):
        waiting = queue()
        for name in ("runs", "waits"):
            waiting.add(job(name))
        waiting.assign(0.0, ONE)
        waiting.add(job("idle", purpose=Purpose.BAKE))
        waiting.add(job("awaited"))
        assert waiting.supersede({job("awaited").key}) == 1
        assert names(waiting.running) == ["runs"]
        assert {each.params.expression for each in waiting.waiting} == {"idle", "awaited"}

    def test_all_of_an_npc_that_left(self):
        waiting = queue()
        waiting.add(job("x", "a"))
        waiting.assign(0.0, ONE)
        waiting.add(job("y", "a"))
        waiting.add(job("z", "b"))
        assert names(waiting.cancel_owner("a")) == ["x"]
        assert drained(waiting) == ["z"]

    def test_the_least_valuable_is_refused_when_there_are_too_many(self):
        waiting = queue(length=2)
        waiting.add(job("x", priority=5))
        waiting.add(job("y", purpose=Purpose.BAKE))
        refused = waiting.add(job("z", priority=1))
        assert [each.params.expression for each in refused] == ["y"]
        refused = waiting.add(job("w", priority=0))
        assert [each.params.expression for each in refused] == ["w"]


KEYS = st.sampled_from("pqrstuvw")
OWNERS = st.sampled_from(["a", "b", "c"])
BACKENDS = {"one": 1, "two": 2}


class QueueAgainstModel(RuleBasedStateMachine):
    """The queue beside a list that is searched from end to end."""

    @initialize(length=st.integers(1, 6))
    def begin(self, length):
        self.now = 0.0
        self.length = length
        self.queue = GenerationQueue(BACKENDS, length=length)
        self.waiting = {}
        self.running = {}

    @rule(
        name=KEYS,
        owner=OWNERS,
        purpose=st.sampled_from(Purpose),
        priority=st.integers(0, 3),
        rest=st.sampled_from([0.0, 0.0, 3.0]),
    )
    def add(self, name, owner, purpose, priority, rest):
        new = job(name, owner, purpose, priority, self.now, not_before=self.now + rest)
        refused = self.queue.add(new)
        for ticket, start in self.running.items():
            if start.job.key == new.key:
                self.running[ticket] = replace(start, job=self.joined(start.job, new))
                assert refused == ()
                return
        old = self.waiting.get(new.key)
        self.waiting[new.key] = new if old is None else self.joined(old, new)
        expected = []
        if len(self.waiting) > self.length:
            expected = [min(self.waiting.values(), key=self.value)]
            del self.waiting[expected[0].key]
        assert list(refused) == expected

    @rule(seconds=st.integers(0, 5))
    def pass_time(self, seconds):
        self.now += seconds

    @rule(backends=st.permutations(list(BACKENDS)))
    def assign(self, backends):
        assignment = self.queue.assign(self.now, backends)
        urgent_before = {key for key, each in self.waiting.items() if each.is_urgent}
        for stop in assignment.stops:
            victim = self.running.pop(stop.ticket, None) or stop
            if victim.job.is_urgent:
                self.waiting[victim.job.key] = victim.job
        for start in assignment.starts:
            if start in assignment.stops:
                continue
            del self.waiting[start.job.key]
            self.running[start.ticket] = start
            assert start.job.not_before <= self.now
        ready = [each for each in self.waiting.values() if each.not_before <= self.now]
        is_full = all(self.busy(backend) == slots for backend, slots in BACKENDS.items())
        assert not ready or is_full
        # Nothing urgent waits while something less urgent runs.
        for each in ready:
            for start in self.running.values():
                assert self.urgency(each) <= self.urgency(start.job)
        assert urgent_before >= {key for key, each in self.waiting.items() if each.is_urgent} - {
            stop.job.key for stop in assignment.stops
        }

    @rule(data=st.data())
    def finish(self, data):
        if self.running:
            ticket = data.draw(st.sampled_from(sorted(self.running)))
            assert self.queue.finish(ticket) == self.running.pop(ticket)
        assert self.queue.finish(-1) is None

    @rule(owner=OWNERS)
    def cancel_owner(self, owner):
        stops = self.queue.cancel_owner(owner)
        assert {stop.ticket for stop in stops} == {
            ticket for ticket, start in self.running.items() if start.job.owner == owner
        }
        self.waiting = {k: each for k, each in self.waiting.items() if each.owner != owner}
        self.running = {t: s for t, s in self.running.items() if s.job.owner != owner}

    @rule(owner=OWNERS, awaited=st.sets(KEYS))
    def supersede(self, owner, awaited):
        keys = {job(name, owner).key for name in awaited}
        gone = [k for k, each in self.waiting.items() if each.is_urgent and k not in keys]
        assert self.queue.supersede(keys) == len(gone)
        for key in gone:
            del self.waiting[key]

    @invariant()
    def agrees_with_the_model(self):
        assert {each.key: each for each in self.queue.waiting} == self.waiting
        assert {start.ticket: start for start in self.queue.running} == self.running
        assert len(self.queue) <= self.length + sum(BACKENDS.values())
        keys = [*self.waiting, *(start.job.key for start in self.running.values())]
        assert len(keys) == len(set(keys))
        assert all(self.busy(backend) <= slots for backend, slots in BACKENDS.items())

    def busy(self, backend):
        return sum(start.backend == backend for start in self.running.values())

    @staticmethod
    def value(each):
        return (each.purpose, each.priority, -each.order)

    @staticmethod
    def urgency(each):
        return each.priority if each.is_urgent else -1

    @staticmethod
    def joined(first, second):
        if (second.is_urgent, second.priority) > (first.is_urgent, first.priority):
            is_promoted = second.is_urgent and not first.is_urgent
            asked_at = second.asked_at if is_promoted else first.asked_at
            return replace(
                first, purpose=second.purpose, priority=second.priority, asked_at=asked_at
            )
        return first


QueueAgainstModel.TestCase.settings = settings(max_examples=150)
TestAgainstModel = QueueAgainstModel.TestCase
