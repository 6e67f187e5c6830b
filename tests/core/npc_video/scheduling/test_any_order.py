"""Policies under any order of events."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from npc_video.records import Purpose
from npc_video.scheduling.attempts import MAX_ATTEMPTS, MAX_KILLS
from npc_video.scheduling.giving_way import MOST_DISPLACED

from .world import BAKE, URGENT, World, policy, task, worker

NAMES = st.sampled_from("abc")
KEYS = st.sampled_from("pqrstuvwxyz")
MODELS = st.sampled_from(["", "m", "n"])


class AnyOrder(RuleBasedStateMachine):
    """A policy beside lists that are searched from end to end."""

    @initialize(load=st.sampled_from([0.0, 3.0]), batch=st.integers(1, 3))
    def begin(self, load, batch):
        self.now = 0.0
        self.load, self.batch = load, batch
        self.policy = policy(worker("a", load_seconds=load, batch=batch))
        self.slots = {"a": 1}
        self.leaving = set()
        self.known = set()
        self.going = {}

    @rule(
        key=KEYS,
        purpose=st.sampled_from(Purpose),
        tenant=NAMES,
        model=MODELS,
        seconds=st.sampled_from([1.0, 4.0, 20.0]),
        kind=st.sampled_from(["", "k"]),
        due_in=st.none() | st.integers(0, 9),
        rest=st.sampled_from([0.0, 0.0, 3.0]),
    )
    def add(self, key, purpose, tenant, model, seconds, kind, due_in, rest):
        due_at = None if due_in is None else self.now + due_in
        new = task(
            purpose, key, tenant=tenant, model=model, seconds=seconds, kind=kind,
            asked_at=self.now, due_at=due_at, not_before=self.now + rest,
        )  # fmt: skip
        self.policy.add(new, self.now)
        self.known.add(key)

    @rule(key=KEYS, purpose=st.sampled_from(Purpose))
    def promote(self, key, purpose):
        self.policy.promote(key, purpose, self.now + 2.0, self.now)

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 61.0]))
    def pass_time(self, seconds):
        self.now += seconds

    @rule()
    def decide(self):
        before = {each.key for each in self.policy.waiting}
        busy_before = {name: self.busy(name) for name in self.slots}
        decision = self.policy.decide(self.now)
        for run in decision.stops:
            assert self.going.pop(run.number)
            assert all(each.purpose < Purpose.UPGRADE for each in run.tasks)
        for run in decision.starts:
            stopped = {each.key for stop in decision.stops for each in stop.tasks}
            for each in run.tasks:
                assert each.key in before | stopped
                assert each.not_before <= self.now
            assert len(run.tasks) <= self.batch
            assert len({(each.model, each.kind) for each in run.tasks}) == 1
            assert len(run.tasks) == 1 or run.tasks[0].purpose < Purpose.UPGRADE
            self.going[run.number] = run
        for name, slots in self.slots.items():
            # Slots may have become fewer.
            assert self.busy(name) <= max(slots, busy_before[name])
        self.no_worker_is_idle_for_nothing()

    def no_worker_is_idle_for_nothing(self):
        """Tasks wait beside an idle worker only where loading takes time, and not for long."""
        up = self.slots.items()
        idle = {name for name, slots in up if self.busy(name) < slots} - self.leaving
        ready = [each for each in self.policy.waiting if each.not_before <= self.now]
        if self.load == 0.0:
            assert not (idle and ready)
        if idle and ready:
            assert self.policy.next_wake(self.now) <= self.now + 1.0

    @rule(key=KEYS)
    def end(self, key):
        run = self.policy.end(key, self.now)
        assert run is None or [each.key for each in run.tasks] == [key]
        self.leave(key)
        self.known.discard(key)

    @rule(key=KEYS)
    def fail(self, key):
        if self.policy.run_of(key) is not None:
            given_up = self.policy.fail(key, self.now)
            self.leave(key)
            if given_up is not None:
                assert given_up.task.attempt >= MAX_ATTEMPTS
                self.known.remove(key)

    @rule(key=KEYS)
    def give_back(self, key):
        if self.policy.run_of(key) is not None:
            self.leave(key)
        self.policy.give_back(key, self.now)

    @rule(name=NAMES, slots=st.integers(1, 2), model=MODELS, is_leaving=st.booleans())
    def set_worker(self, name, slots, model, is_leaving):
        self.policy.set_worker(
            worker(
                name, slots=slots, model=model, is_leaving=is_leaving,
                load_seconds=self.load, batch=self.batch,
            ),
            self.now,
        )  # fmt: skip
        self.slots[name] = slots
        self.leaving = self.leaving - {name} | ({name} if is_leaving else set())

    @rule(name=NAMES)
    def lose_worker(self, name):
        for given_up in self.policy.lose_worker(name, self.now):
            kills, attempt = given_up.task.kills, given_up.task.attempt
            assert kills == MAX_KILLS or attempt - kills >= MAX_ATTEMPTS
            self.known.remove(given_up.task.key)
        self.slots.pop(name, None)
        self.going = {n: run for n, run in self.going.items() if run.worker != name}

    @rule(key=KEYS)
    def pardon(self, key):
        self.policy.pardon(key)

    @invariant()
    def no_task_is_lost_or_run_twice(self):
        running = [each.key for run in self.policy.running for each in run.tasks]
        keys = [each.key for each in self.policy.waiting] + running
        assert sorted(keys) == sorted(self.known)
        assert {run.number for run in self.policy.running} == set(self.going)

    @invariant()
    def no_task_makes_way_too_often(self):
        tasks = [*self.policy.waiting, *(each for run in self.policy.running for each in run.tasks)]
        assert all(each.displaced <= MOST_DISPLACED for each in tasks)

    def teardown(self):
        """Whatever has happened, all is made in the end."""
        self.set_worker("a", 1, "", False)
        for _ in range(500):
            self.decide()
            for run in self.policy.running:
                for each in run.tasks:
                    self.end(each.key)
            self.now = self.policy.next_wake(self.now) or self.now
        assert not self.known

    def busy(self, name):
        return sum(run.worker == name for run in self.going.values())

    def leave(self, key):
        for number, run in list(self.going.items()):
            left = [each for each in run.tasks if each.key != key]
            self.going[number] = type(run)(number, run.worker, tuple(left), run.at, run.loads)
            if not left:
                del self.going[number]


AnyOrder.TestCase.settings = settings(max_examples=150, deadline=None, phases=[Phase.generate])
TestAnyOrder = AnyOrder.TestCase

TASKS = st.lists(
    st.tuples(
        st.floats(0.0, 100.0),
        st.sampled_from(Purpose),
        NAMES,
        MODELS,
        st.sampled_from([1.0, 3.0, 8.0]),
    ),
    max_size=60,
)


@given(TASKS, st.integers(1, 3), st.sampled_from([0.0, 2.0, 10.0]))
@settings(max_examples=100, deadline=None, phases=[Phase.generate])
def test_all_that_is_asked_is_made(tasks, workers, load):
    world = World(*(worker(f"w{n}", load_seconds=load) for n in range(workers)))
    for at, purpose, tenant, model, seconds in tasks:
        new = task(purpose, tenant=tenant, model=model, seconds=seconds, asked_at=at)
        world.ask(at, new)
    world.play()
    assert len(world.ended) == len(tasks)
    work = sum(seconds + load for *_, seconds in tasks)
    assert world.now <= 100.0 + (1 + MOST_DISPLACED) * work + 400.0


@given(st.sampled_from(Purpose), st.sampled_from([0.0, 5.0]), st.integers(0, 400))
@settings(max_examples=25, deadline=None, phases=[Phase.generate])
def test_a_flooding_tenant_does_not_starve_another(purpose, load, at):
    world = World(*(worker(f"w{n}", load_seconds=load) for n in range(2)))
    for number in range(400):
        world.ask(0.0, task(purpose, f"f{number}", tenant="flood", seconds=2.0))
    for number in range(10):
        asked_at = at + 4.0 * number
        world.ask(asked_at, task(purpose, f"s{number}", tenant="small", asked_at=asked_at))
    world.play()
    # What a flood has left over for a minute goes before new baking.
    longest = 64.0 if purpose is BAKE else 4.0
    assert all(world.wait(f"s{number}") <= longest for number in range(10))


@given(st.sampled_from([Purpose.SPECULATION, BAKE]), st.sampled_from([0.5, 0.8]))
@settings(max_examples=10, deadline=None, phases=[Phase.generate])
def test_nothing_starves_while_urgent_tasks_leave_a_part(purpose, part):
    world = World(worker("w"))
    world.ask(0.0, task(purpose, "x", seconds=3.0))
    for number in range(300):
        at = number / part
        world.ask(at, task(URGENT, f"u{number}", asked_at=at, due_at=at + 5.0))
    world.play()
    assert world.ended["x"] < 90.0
