"""The brain's ledger against a farm that is only written down."""

import random
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from npc_video.records import Purpose
from npc_video.scheduling.policy import Policy
from npc_video_farm.brain.ledger import Assign, Fail, Ledger, Pardon, Requeue
from npc_video_farm.jobs import Event, EventKind, JobState, WorkerState, WorkerView

from ..samples import JOB


def job(key, **about):
    return replace(JOB, key=key, **about)


def event(kind, about, worker=""):
    return Event("1-0", kind, about.key, about, worker)


def ledger(*jobs, workers=(), now=0.0):
    return Ledger(7, jobs, workers, now, Policy(random.Random(1)))


W1, W2 = WorkerView("w1", "faces"), WorkerView("w2", "faces")


def test_a_free_worker_gets_what_waits():
    book = ledger(job("a"), workers=[W1])
    assert book.decide(0.0) == [Assign("w1", ("a",), "7-1")]
    assert book.decide(0.0) == []


def test_what_is_asked_later_waits_for_a_worker():
    book = ledger()
    book.take(event(EventKind.ASK, job("a")), 1.0)
    assert book.decide(1.0) == []
    book.see([W1], 2.0)
    assert book.decide(2.0) == [Assign("w1", ("a",), "7-1")]


def test_what_runs_already_is_not_assigned():
    running = job("a", state=JobState.RUNNING, worker="w1", token="6-1", begun_at=0.0)
    book = ledger(running, job("b"), workers=[W1])
    assert book.decide(0.0) == []
    book.take(event(EventKind.END, replace(running, state=JobState.DONE)), 1.0)
    assert book.decide(1.0) == [Assign("w1", ("b",), "7-2")]


def test_a_worker_of_the_last_brain_has_time_to_be_seen():
    running = job("a", state=JobState.RUNNING, worker="w1", token="6-1", begun_at=0.0)
    book = ledger(running, workers=[W2])
    book.see([W2], 2.0)
    assert book.decide(2.0) == []
    book.see([W2], 3.5)
    assert book.decide(3.5) == [Requeue("a", "6-1", killed=True), Assign("w2", ("a",), "7-2")]


def test_a_worker_that_left_killed_nothing():
    book = ledger(job("a"), workers=[W1])
    book.decide(0.0)
    book.see([replace(W1, state=WorkerState.LEAVING), W2], 1.0)
    book.see([W2], 2.0)
    assert book.decide(2.0) == [Requeue("a", "7-1"), Assign("w2", ("a",), "7-2")]


def lose(book, worker, *others, now):
    """Has a worker that makes "a" fall silent; returns what follows."""
    (run,) = book.running
    book.see(others, now)
    first, *rest = book.decide(now)
    assert first == Requeue("a", first.token, killed=True)
    assert run.key == "a"
    assert worker.id not in [each.id for each in book.workers]
    return rest


def test_a_worker_that_was_only_late_killed_nothing():
    book = ledger(job("a"), workers=[W1])
    book.decide(0.0)
    assert lose(book, W1, W2, now=1.0) == [Assign("w2", ("a",), "7-2")]
    book.see([W1, W2], 2.0)
    assert book.decide(2.0) == [Pardon("a", "w1")]
    assert lose(book, W2, W1, now=3.0) == [Assign("w1", ("a",), "7-3")]
    book.see([W1], 9.0)
    assert not any(isinstance(action, Fail) for action in book.decide(9.0))


def test_one_worker_that_is_late_again_and_again_is_not_two():
    book = ledger(job("a"), workers=[W1])
    book.decide(0.0)
    for now in (1.0, 3.0):
        assert lose(book, W1, now=now) == []
        book.see([W1], now + 1.0)
        pardon, assign = book.decide(now + 1.0)
        assert (pardon, assign.keys) == (Pardon("a", "w1"), ("a",))


def test_a_job_that_seems_to_kill_two_workers_fails_if_the_second_stays_away():
    book = ledger(job("a"), workers=[W1])
    book.decide(0.0)
    lose(book, W1, W2, now=1.0)
    assert lose(book, W2, WorkerView("w3", "faces"), now=2.0) == []
    book.see([], 4.9)
    assert book.decide(4.9) == []
    book.see([], 5.0)
    (fail,) = book.decide(5.0)
    assert (fail.key, "2 workers were lost" in fail.error) == ("a", True)


@pytest.mark.parametrize("back", [W1, W2])
def test_a_job_that_seemed_to_kill_two_workers_goes_on_when_one_is_back(back):
    book = ledger(job("a"), workers=[W1])
    book.decide(0.0)
    lose(book, W1, W2, now=1.0)
    assert lose(book, W2, now=2.0) == []
    waited_for = job("a", purpose=Purpose.UPGRADE, due_at=9.0, tenants=("other",))
    book.take(event(EventKind.PROMOTE, waited_for), 2.5)
    book.see([back], 3.0)
    assert book.decide(3.0) == [Pardon("a", back.id), Assign(back.id, ("a",), "7-3")]
    task = book.policy.task("a")
    assert (task.purpose, task.due_at, task.tenant) == (Purpose.UPGRADE, 9.0, "other")
    book.see([replace(back, running=("a",))], 9.0)
    assert book.decide(9.0) == []


def test_a_job_that_nobody_wants_any_more_does_not_fail():
    book = ledger(job("a"), workers=[W1])
    book.decide(0.0)
    lose(book, W1, W2, now=1.0)
    lose(book, W2, now=2.0)
    book.take(event(EventKind.LEAVE, job("a", state=JobState.CANCELLED)), 2.5)
    book.see([W1], 9.0)
    assert book.decide(9.0) == []


def test_a_job_that_silences_its_worker_each_time_fails():
    book = ledger(job("a"), workers=[W1])
    actions = book.decide(0.0)
    for now in range(1, 20, 2):
        if not book.running:
            break
        lose(book, W1, now=float(now))
        book.see([W1], now + 1.0)
        actions = book.decide(now + 1.0)
    assert actions == [Pardon("a", "w1")]
    book.see([W1], 30.0)
    (fail,) = book.decide(30.0)
    assert "begun 4 times" in fail.error


def test_a_new_brain_pardons_workers_that_are_back():
    lost = job("a", kills=1, lost=("w1",), attempts=1)
    book = ledger(lost, workers=[W1])
    assert book.decide(0.0) == [Pardon("a", "w1"), Assign("w1", ("a",), "7-1")]
    assert (book.policy.task("a").kills, book.policy.task("a").attempt) == (0, 2)


def test_a_job_that_was_given_back_goes_to_another_worker():
    book = ledger(job("a"), workers=[W1])
    book.decide(0.0)
    book.take(event(EventKind.BACK, job("a", token="7-1"), "w1"), 1.0)
    book.see([W1], 1.1)
    assert book.decide(1.1) == []
    book.see([W1, W2], 1.2)
    assert book.decide(1.2) == [Assign("w2", ("a",), "7-2")]
    book.take(event(EventKind.ASK, job("b")), 1.3)
    book.see([replace(W1, running=("x",)), W2], 1.3)
    assert book.decide(1.3) == [Assign("w1", ("b",), "7-3")]


def test_news_of_an_earlier_run_are_ignored():
    book = ledger(job("a"), workers=[W1])
    book.decide(0.0)
    book.take(event(EventKind.BACK, job("a", token="6-9", attempts=1), "w1"), 1.0)
    assert [each.key for each in book.running] == ["a"]


def test_a_refused_assignment_is_taken_as_things_are():
    book = ledger(job("a"), workers=[W1])
    (assign,) = book.decide(0.0)
    book.refused(assign, [None], 0.0)
    assert not (book.waiting)
    assert not (book.running)
    book.take(event(EventKind.ASK, job("b")), 1.0)
    (assign,) = book.decide(1.0)
    book.refused(assign, [job("b")], 1.0)
    assert [each.key for each in book.waiting] == ["b"]


def test_three_failures_end_a_job_with_its_reason():
    book = ledger(job("a"), workers=[W1])
    now, actions = 0.0, book.decide(0.0)
    for attempts in (1, 2, 3):
        (assign,) = actions or book.decide(now)
        back = job("a", token=assign.token, attempts=attempts, error="Full.", error_kind="failed")
        book.take(event(EventKind.BACK, back, "w1"), now)
        actions = book.decide(now)
        now += 10.0
    (fail,) = actions
    assert isinstance(fail, Fail)
    assert (fail.kind, fail.error.endswith("Full.")) == ("failed", True)


def test_a_job_that_came_back_before_its_worker_was_lost_was_not_lost_with_it():
    book = ledger(job("a", kills=1, lost=("w0",)), workers=[W1])
    (assign,) = book.decide(0.0)
    book.see([], 1.0)
    (requeue,) = book.decide(1.0)
    assert requeue == Requeue("a", assign.token, killed=True)
    book.correct("a", job("a", token=assign.token, kills=1, lost=("w0",)), 1.0)
    book.see([], 10.0)
    assert book.decide(10.0) == []
    assert [each.key for each in book.waiting] == ["a"]


@pytest.mark.parametrize("state", [WorkerState.DOWN, WorkerState.LEAVING])
def test_a_worker_that_takes_nothing_gets_nothing(state):
    book = ledger(job("a"), workers=[replace(W1, state=state)])
    assert book.decide(0.0) == []


class FarmMachine(RuleBasedStateMachine):
    """A store that is only written down, with late events, and a ledger that hears of it."""

    KEYS = tuple(f"k{number}" for number in range(6))
    WORKERS = tuple(WorkerView(f"w{number}", "faces", slots=2) for number in range(3))

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.epoch = 7
        self.jobs, self.events, self.alive = {}, [], {}
        self.book = ledger()

    def change(self, key, kind, **about):
        self.jobs[key] = replace(self.jobs[key], **about)
        self.events.append(event(kind, self.jobs[key], self.jobs[key].worker))

    def running(self):
        return [key for key, each in self.jobs.items() if each.state is JobState.RUNNING]

    @rule(key=st.sampled_from(KEYS), purpose=st.sampled_from(Purpose))
    def ask(self, key, purpose):
        if key not in self.jobs or not self.jobs[key].state.is_open:
            self.jobs[key] = job(key)
            self.change(key, EventKind.ASK, purpose=purpose, asked_at=self.now)

    @rule(worker=st.sampled_from(WORKERS))
    def appear(self, worker):
        self.alive[worker.id] = worker

    @precondition(lambda self: self.alive)
    @rule(data=st.data())
    def die(self, data):
        del self.alive[data.draw(st.sampled_from(sorted(self.alive)))]

    @precondition(lambda self: self.running())
    @rule(data=st.data(), how=st.sampled_from(["done", "back", "retry", "leave"]))
    def end_run(self, data, how):
        key = data.draw(st.sampled_from(self.running()))
        if how == "done":
            self.change(key, EventKind.END, state=JobState.DONE)
        elif how == "leave":
            self.change(key, EventKind.LEAVE, state=JobState.CANCELLED)
        else:
            attempts = self.jobs[key].attempts + (how == "retry")
            self.change(key, EventKind.BACK, state=JobState.WAITING, attempts=attempts)

    @rule(seconds=st.floats(0.1, 20.0))
    def think(self, seconds):
        self.now += seconds
        events, self.events = self.events, []
        for each in events:
            self.book.take(each, self.now)
        self.act()

    @rule(seconds=st.floats(0.1, 2.0))
    def look(self, seconds):
        self.now += seconds
        self.book.see(self.views(), self.now)
        self.act()

    @rule()
    def begin_anew(self):
        self.events.clear()
        self.epoch += 1
        open_jobs = [each for each in self.jobs.values() if each.state.is_open]
        policy = Policy(random.Random(1))
        self.book = Ledger(self.epoch, open_jobs, self.views(), self.now, policy)
        self.act()

    def views(self):
        held = {name: [] for name in self.alive}
        for key in self.running():
            if self.jobs[key].worker in held:
                held[self.jobs[key].worker].append(key)
        return [replace(self.alive[name], running=tuple(keys)) for name, keys in held.items()]

    def act(self):
        while actions := self.book.decide(self.now):
            for action in actions:
                each = self.jobs[action.keys[0] if isinstance(action, Assign) else action.key]
                if isinstance(action, Assign):
                    self.assign(action)
                elif isinstance(action, Fail) and each.state.is_open:
                    self.change(action.key, EventKind.END, state=JobState.FAILED)
                elif isinstance(action, Pardon) and each.state.is_open:
                    self.pardon(action, each)
                elif isinstance(action, Requeue):
                    self.requeue(action, each)

    def requeue(self, action, each):
        if each.state is not JobState.RUNNING or each.token != action.token:
            self.book.correct(action.key, each, self.now)
            return
        lost = tuple({*each.lost, each.worker}) if action.killed else each.lost
        displaced = each.displaced + action.displaced
        about = {"kills": len(lost), "lost": lost, "displaced": displaced}
        self.change(action.key, EventKind.BACK, state=JobState.WAITING, **about)

    def pardon(self, action, each):
        if action.worker in each.lost:
            lost = tuple(set(each.lost) - {action.worker})
            about = {"kills": len(lost), "lost": lost, "late": each.late + 1}
            self.jobs[action.key] = replace(each, **about)

    def assign(self, action):
        waits = all(self.jobs[key].state is JobState.WAITING for key in action.keys)
        if not waits or action.worker not in self.alive:
            self.book.refused(action, [self.jobs.get(key) for key in action.keys], self.now)
            self.book.see(self.views(), self.now)
            return
        about = {"state": JobState.RUNNING, "worker": action.worker, "token": action.token}
        for key in action.keys:
            self.jobs[key] = replace(self.jobs[key], begun_at=self.now, **about)

    @invariant()
    def no_job_fails_too_soon(self):
        for each in self.jobs.values():
            failures = each.attempts + each.kills + each.late
            assert each.state is not JobState.FAILED or failures >= 3 or each.kills >= 2

    @invariant()
    def none_is_displaced_more_than_twice(self):
        assert all(each.displaced <= 2 for each in self.jobs.values())

    def teardown(self):
        self.alive = {worker.id: worker for worker in self.WORKERS}
        for _ in range(200):
            self.look(1.0)
            self.think(1.0)
            for key in self.running():
                self.change(key, EventKind.END, state=JobState.DONE)
        assert not [each for each in self.jobs.values() if each.state.is_open]


FarmMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestFarm = FarmMachine.TestCase
