import pytest
from npc_video.scheduling.attempts import MAX_ATTEMPTS
from npc_video.scheduling.policy import Policy
from npc_video.scheduling.tasks import Decision

from .world import (
    BAKE,
    SPECULATION,
    UPGRADE,
    URGENT,
    World,
    policy,
    started,
    stopped,
    task,
    worker,
)


def in_turn(subject, now=0.0):
    """The keys of all tasks in the order in which the workers begin them."""
    keys = []
    while starts := subject.decide(now).starts:
        for run in starts:
            for each in run.tasks:
                keys.append(each.key)
                subject.end(each.key, now)
    return keys


def one_by_one(subject, now=0.0):
    """The keys of all tasks of one worker in turn; each takes a second."""
    keys = []
    while starts := subject.decide(now).starts:
        now += 1.0
        keys.append(starts[0].tasks[0].key)
        subject.end(keys[-1], now)
    return keys


def busy(*tasks, **more):
    """A policy whose one worker makes tasks since 0."""
    subject = policy(worker(slots=len(tasks), **more))
    for each in tasks:
        subject.add(each, 0.0)
    assert len(subject.decide(0.0).starts) == len(tasks)
    return subject


class TestClasses:
    def test_the_higher_goes_first(self):
        subject = policy()
        for purpose in (BAKE, UPGRADE, URGENT, SPECULATION):
            subject.add(task(purpose, purpose.word), 0.0)
        assert in_turn(subject) == ["urgent", "upgrade", "speculation", "bake"]

    @pytest.mark.parametrize("purpose", [SPECULATION, BAKE])
    @pytest.mark.parametrize(("now", "place"), [(56.9, 3), (60.0, 0)])
    def test_the_lower_two_go_before_upgrades_after_a_minute(self, purpose, now, place):
        subject = busy(task(key="runs"))
        subject.add(task(purpose, "old"), 0.0)
        for key in "abc":
            subject.add(task(UPGRADE, key, asked_at=1.0), now)
        subject.end("runs", now)
        assert one_by_one(subject, now).index("old") == place

    @pytest.mark.parametrize(("now", "first"), [(4.9, "late"), (5.0, "in time")])
    def test_an_urgent_one_goes_with_upgrades_after_its_deadline(self, now, first):
        subject = busy(task(key="runs"))
        subject.add(task(URGENT, "late", due_at=5.0), 0.0)
        subject.add(task(URGENT, "in time", due_at=9.0), 0.0)
        subject.add(task(UPGRADE, "upgrade"), 0.0)
        subject.end("runs", now)
        keys = in_turn(subject, now)
        assert keys[0] == first
        assert keys.index("late") < keys.index("upgrade")


class TestDeadlines:
    def test_the_earliest_goes_first_then_the_first_asked(self):
        subject = policy()
        for key, due_at in (("c", 9.0), ("a", 3.0), ("d", 9.0), ("b", 4.0)):
            subject.add(task(URGENT, key, due_at=due_at), 0.0)
        assert in_turn(subject) == ["a", "b", "c", "d"]

    def test_a_task_rests_until_its_time(self):
        subject = policy()
        subject.add(task(key="x", not_before=5.0), 0.0)
        assert subject.decide(4.9) == Decision()
        assert subject.next_wake(4.9) == 5.0
        assert started(subject.decide(5.0)) == ["x"]


class TestJoining:
    def test_an_equal_task_runs_once(self):
        subject = policy(worker(slots=2))
        for _ in range(3):
            subject.add(task(key="x"), 0.0)
        assert in_turn(subject) == ["x"]

    def test_promotes_but_never_the_opposite(self):
        subject = policy()
        subject.add(task(SPECULATION, "x"), 0.0)
        subject.promote("x", URGENT, 5.0, 0.0)
        subject.add(task(BAKE, "x"), 0.0)
        (told,) = subject.waiting
        assert (told.purpose, told.due_at) == (URGENT, 5.0)

    def test_what_runs_is_not_displaced_once_somebody_waits(self):
        subject = busy(task(BAKE, "x", seconds=5.0))
        subject.promote("x", URGENT, 5.0, 0.0)
        subject.add(task(key="y"), 0.0)
        assert subject.decide(0.1) == Decision()

    def test_the_last_one_of_a_run_ends_it(self):
        subject = policy(worker(batch=2))
        for key in "ab":
            subject.add(task(BAKE, key, kind="k"), 0.0)
        (run,) = subject.decide(0.0).starts
        assert subject.end("a", 0.1) is None
        assert subject.end("b", 0.1).number == run.number
        assert subject.end("b", 0.1) is None


class TestShares:
    def flood(self, *others, **more):
        """Begins many tasks of one tenant, then some of others; returns the tenants in turn."""
        subject = policy()
        for name, weight in more.items():
            subject.set_tenant(name, weight)
        tenants = ["flood"] * 30 + list(others)
        for number, tenant in enumerate(tenants):
            subject.add(task(URGENT, f"{tenant} {number}", tenant=tenant), 0.0)
        return [key.split()[0] for key in one_by_one(subject)]

    def test_a_small_tenant_does_not_wait_for_a_large_one(self):
        turns = self.flood("small", "small", "small")
        assert [turns.index("small"), len(turns) - turns[::-1].index("small")] == [1, 6]

    def test_by_weight(self):
        turns = self.flood(*["heavy"] * 10, heavy=3.0)[:12]
        assert turns.count("heavy") == pytest.approx(9, abs=1)

    def test_absence_earns_nothing(self):
        subject = policy()
        for number in range(50):
            subject.add(task(key=f"flood {number}", tenant="flood"), 0.0)
        now = 0.0
        for _ in range(20):
            (run,) = subject.decide(now).starts
            now += 1.0
            subject.end(run.tasks[0].key, now)
        for number in range(20):
            subject.add(task(key=f"new {number}", tenant="new"), now)
        turns = []
        for _ in range(10):
            (run,) = subject.decide(now).starts
            now += 1.0
            turns.append(run.tasks[0].tenant)
            subject.end(run.tasks[0].key, now)
        assert turns.count("flood") == pytest.approx(5, abs=1)

    def test_by_what_runs_took_not_by_what_was_expected(self):
        subject = policy()
        for number in range(40):
            tenant = "slow" if number % 2 else "quick"
            subject.add(task(key=f"{tenant} {number}", tenant=tenant), 0.0)
        now, turns = 0.0, []
        for _ in range(20):
            (run,) = subject.decide(now).starts
            turns.append(run.tasks[0].tenant)
            now += 3.0 if turns[-1] == "slow" else 1.0
            subject.end(run.tasks[0].key, now)
        assert turns.count("slow") == pytest.approx(5, abs=1)

    def test_old_baking_takes_a_tenth_of_the_time(self):
        subject = policy()
        for number in range(100):
            subject.add(task(BAKE, f"bake {number}"), 0.0)
            subject.add(task(UPGRADE, f"upgrade {number}", asked_at=100.0), 100.0)
        turns = [key.split()[0] for key in one_by_one(subject, 100.0)]
        assert turns[:100].count("bake") == 10

    def test_old_baking_does_not_hold_up_speculation(self):
        subject = policy()
        for number in range(100):
            subject.add(task(BAKE, f"bake {number}", tenant="studio"), 0.0)
            subject.add(task(SPECULATION, f"next {number}", asked_at=100.0), 100.0)
        turns = [key.split()[0] for key in one_by_one(subject, 100.0)]
        assert turns[:50].count("bake") == 5


class TestModels:
    def loaders(self, count=2, models="ab", seconds=10.0):
        return [
            worker(f"w{number}", model=models[number % len(models)], load_seconds=seconds)
            for number in range(count)
        ]

    def test_a_worker_that_has_it_is_taken(self):
        subject = policy(*self.loaders())
        subject.add(task(BAKE, "x", model="b"), 0.0)
        (run,) = subject.decide(0.0).starts
        assert (run.worker, run.loads) == ("w1", False)

    def test_none_is_loaded_where_a_worker_with_it_is_soon_free(self):
        subject = policy(*self.loaders())
        subject.add(task(model="b", seconds=4.0), 0.0)
        subject.decide(0.0)
        subject.add(task(key="x", model="b"), 0.0)
        assert subject.decide(0.0) == Decision()
        subject.add(task(key="y", model="b"), 0.0)
        (run,) = subject.decide(0.0).starts
        assert (run.worker, run.loads) == ("w0", True)

    def test_a_worker_that_hangs_is_not_waited_for(self):
        subject = policy(*self.loaders())
        subject.add(task(model="b", seconds=4.0), 0.0)
        subject.decide(0.0)
        subject.add(task(key="x", model="b"), 0.0)
        assert subject.decide(14.0) == Decision()
        assert started(subject.decide(15.1)) == ["x"]
        assert subject.next_wake(15.1) is None

    def test_a_worker_stays_with_its_model_as_long_as_that_has_work(self):
        subject = policy(*self.loaders(1, "a"))
        for key, model in (("b1", "b"), ("a1", "a"), ("a2", "a"), ("b2", "b")):
            subject.add(task(UPGRADE, key, model=model), 0.0)
        assert in_turn(subject) == ["a1", "a2", "b1", "b2"]

    def test_a_higher_class_is_worth_loading(self):
        subject = policy(*self.loaders(1, "a"))
        subject.add(task(SPECULATION, "a", model="a"), 0.0)
        subject.add(task(URGENT, "b", model="b"), 0.0)
        assert started(subject.decide(0.0)) == ["b"]

    def test_speculation_never_comes_before_any_work_of_the_model(self):
        subject = policy(*self.loaders(1, "a"))
        subject.add(task(SPECULATION, "b", model="b"), 0.0)
        subject.add(task(BAKE, "a", model="a"), 0.0)
        assert in_turn(subject) == ["a", "b"]

    def test_one_worker_remains_for_a_model_that_players_wait_for(self):
        subject = policy(*self.loaders(2, "a"))
        subject.add(task(URGENT, "a", model="a"), 0.0)
        subject.decide(0.0)
        subject.end("a", 1.0)
        for number in range(9):
            subject.add(task(BAKE, f"b{number}", model="b", seconds=99.0, asked_at=1.0), 1.0)
        assert len(subject.decide(1.0).starts) == 1
        subject.add(task(URGENT, "again", model="a", asked_at=2.0), 2.0)
        (run,) = subject.decide(2.0).starts
        assert not run.loads

    def test_upgrades_draw_no_worker_from_a_model_that_urgent_tasks_need(self):
        subject = policy(*self.loaders(3, "aab"))
        for key in ("a1", "a2"):
            subject.add(task(URGENT, key, model="a", seconds=4.0), 0.0)
        for number in range(9):
            subject.add(task(UPGRADE, f"b{number}", model="b", seconds=9.0), 0.0)
        subject.decide(0.0)
        subject.end("a1", 4.0)
        assert subject.decide(4.0) == Decision()
        subject.end("a2", 200.0)
        loading = [run for run in subject.decide(200.0).starts if run.loads]
        assert len(loading) == 1

    def test_urgent_tasks_get_the_workers_that_are_sooner_free_than_one_that_loads(self):
        subject = policy(*self.loaders(2, "ab"))
        for key in ("b1", "b2", "b3"):
            subject.add(task(URGENT, key, model="b", seconds=4.0), 0.0)
        subject.add(task(UPGRADE, "better", model="b"), 0.0)
        by_worker = {run.worker: run.tasks[0].key for run in subject.decide(0.0).starts}
        assert by_worker == {"w1": "b1", "w0": "better"}

    def test_without_upgrades_the_last_urgent_task_waits_for_the_loading(self):
        subject = policy(*self.loaders(2, "ab"))
        for key in ("b1", "b2", "b3"):
            subject.add(task(URGENT, key, model="b", seconds=4.0), 0.0)
        by_worker = {run.worker: run.tasks[0].key for run in subject.decide(0.0).starts}
        assert by_worker == {"w1": "b1", "w0": "b3"}

    def test_a_model_that_nobody_wants_any_more_makes_room(self):
        subject = policy(*self.loaders(1, "a"))
        subject.add(task(URGENT, "a", model="a"), 0.0)
        subject.decide(0.0)
        subject.end("a", 1.0)
        subject.add(task(BAKE, "b", model="b", asked_at=290.0), 290.0)
        assert not subject.decide(290.0).starts
        assert started(subject.decide(301.0)) == ["b"]

    def test_no_model_starves(self):
        world = World(*self.loaders(1, "a"))
        for number in range(600):
            world.ask(number * 0.9, task(UPGRADE, f"a{number}", model="a", asked_at=number * 0.9))
        world.ask(5.0, task(BAKE, "b", model="b", asked_at=5.0))
        world.play(600.0)
        assert world.wait("b") < 150.0
        assert world.loads <= 2 * 600 / 100

    def test_nothing_is_lost_between_models_that_take_turns(self):
        world = World(*self.loaders(2, "ab"))
        for number in range(200):
            world.ask(0.0, task(BAKE, f"{number}", model="abcdefgh"[number % 8]))
        assert len(world.play().ended) == 200
        assert world.loads <= 16

    def test_where_loading_is_free_the_tenants_are_what_counts(self):
        subject = policy(worker(model="a"))
        for number in range(9):
            subject.add(task(key=f"a{number}", tenant="flood", model="a"), 0.0)
        subject.add(task(key="b", tenant="small", model="b"), 0.0)
        assert "b" in in_turn(subject)[:2]

    def test_a_worker_that_makes_something_does_not_load(self):
        subject = busy(task(model="a"), task(model="a"), model="a", load_seconds=1.0)
        subject.end(subject.running[0].tasks[0].key, 0.5)
        subject.add(task(key="b", model="b"), 0.5)
        assert subject.decide(0.5) == Decision()


class TestPreemption:
    def test_baking_goes_first_then_speculation_never_an_upgrade(self):
        subject = busy(
            task(UPGRADE, "upgrade", seconds=99.0),
            task(SPECULATION, "speculation", seconds=99.0),
            task(BAKE, "bake", seconds=99.0),
        )
        gone = []
        for _ in range(3):
            subject.add(task(seconds=99.0), 1.0)
            gone += stopped(subject.decide(1.0))
        assert gone == ["bake", "speculation"]

    def test_the_youngest_goes(self):
        subject = policy(worker("a"), worker("b"))
        for now in (0.0, 5.0):
            subject.add(task(BAKE, f"of {now}", seconds=99.0), now)
            subject.decide(now)
        subject.add(task(), 6.0)
        assert stopped(subject.decide(6.0)) == ["of 5.0"]

    @pytest.mark.parametrize("purpose", [UPGRADE, SPECULATION])
    def test_only_for_urgent_ones(self, purpose):
        subject = busy(task(BAKE, seconds=99.0))
        subject.add(task(purpose), 1.0)
        assert subject.decide(1.0) == Decision()

    @pytest.mark.parametrize(("now", "gone"), [(8.9, ["x"]), (9.0, [])])
    def test_not_if_a_run_ends_soon(self, now, gone):
        subject = busy(task(BAKE, "x", seconds=10.0))
        subject.add(task(seconds=4.0, asked_at=now), now)
        assert stopped(subject.decide(now)) == gone

    def test_a_run_that_should_have_ended_is_not_waited_for_long(self):
        subject = busy(task(BAKE, "x", seconds=10.0))
        subject.add(task(seconds=4.0, asked_at=10.0), 10.0)
        assert subject.decide(10.5) == Decision()
        assert subject.next_wake(10.5) == pytest.approx(11.5)
        assert stopped(subject.decide(11.5)) == ["x"]

    def test_at_most_twice(self):
        subject = busy(task(BAKE, "x", seconds=99.0))
        for now in (1.0, 2.0):
            subject.add(task(key="y", asked_at=now), now)
            assert stopped(subject.decide(now)) == ["x"]
            subject.end("y", now)
            assert started(subject.decide(now)) == ["x"]
        subject.add(task(key="y"), 3.0)
        assert subject.decide(3.0) == Decision()

    def test_never_where_what_is_begun_costs_money(self):
        subject = busy(task(BAKE, seconds=99.0), finishes_started=True)
        subject.add(task(), 1.0)
        assert subject.decide(1.0) == Decision()

    def test_a_worker_with_the_model_makes_way_first(self):
        subject = policy(
            worker("a", model="a", load_seconds=1.0), worker("b", model="b", load_seconds=1.0)
        )
        subject.add(task(SPECULATION, "a", model="a", seconds=99.0), 0.0)
        subject.add(task(BAKE, "b", model="b", seconds=99.0), 0.0)
        subject.decide(0.0)
        subject.add(task(model="a"), 1.0)
        assert stopped(subject.decide(1.0)) == ["a"]
        subject.add(task(model="a"), 2.0)
        assert stopped(subject.decide(2.0)) == []
        subject.add(task(model="a"), 2.0)
        assert stopped(subject.decide(2.0)) == ["b"]

    def test_nothing_starts_only_to_be_stopped_at_once(self):
        subject = policy(worker(model="a", load_seconds=1.0))
        subject.add(task(BAKE, "x", model="a"), 0.0)
        subject.add(task(key="y", model="b"), 0.0)
        decision = subject.decide(0.0)
        assert (started(decision), stopped(decision)) == (["y"], [])


class TestBatches:
    def test_tasks_of_one_kind_go_together_by_age(self):
        subject = policy(worker(batch=3))
        for number in range(5):
            subject.add(task(BAKE, f"{number}", kind="k"), 0.0)
        (run,) = subject.decide(0.0).starts
        assert [each.key for each in run.tasks] == ["0", "1", "2"]

    @pytest.mark.parametrize(
        "other",
        [{"kind": "l"}, {"kind": ""}, {"model": "m"}, {"pool": "p"}, {"not_before": 9.0}],
    )
    def test_others_stay(self, other):
        subject = policy(worker(batch=3, load_seconds=1.0))
        subject.add(task(BAKE, "x", kind="k"), 0.0)
        subject.add(task(BAKE, "y", **{"kind": "k"} | other), 0.0)
        assert started(subject.decide(0.0)) == ["x"]

    @pytest.mark.parametrize("purpose", [URGENT, UPGRADE])
    def test_only_the_lower_two_purposes(self, purpose):
        subject = policy(worker(batch=3))
        for _ in range(2):
            subject.add(task(purpose, kind="k"), 0.0)
        assert len(started(subject.decide(0.0))) == 1


class TestFailures:
    def test_three_attempts_with_pauses_that_grow(self):
        subject = policy()
        subject.add(task(key="x"), 0.0)
        now, pauses = 0.0, []
        for _ in range(2):
            assert started(subject.decide(now)) == ["x"]
            assert subject.fail("x", now) is None
            pauses.append(subject.next_wake(now) - now)
            now += pauses[-1]
        assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0
        subject.decide(now)
        given_up = subject.fail("x", now)
        assert (given_up.task.key, given_up.reason) == ("x", "The clip failed 3 times.")
        assert subject.waiting == subject.running == ()

    def test_at_least_the_pause_that_is_asked_for(self):
        subject = busy(task(key="x"))
        subject.fail("x", 1.0, rest=20.0)
        assert subject.next_wake(1.0) == 21.0

    def test_what_two_workers_were_lost_with_is_given_up(self):
        subject = policy(worker("a"), worker("b"), worker("c"))
        subject.add(task(key="x"), 0.0)
        (run,) = subject.decide(0.0).starts
        assert subject.lose_worker(run.worker, 1.0) == ()
        (run,) = subject.decide(1.0).starts
        (given_up,) = subject.lose_worker(run.worker, 2.0)
        assert given_up.task.key == "x"
        assert "2 workers were lost" in given_up.reason

    def test_a_worker_that_comes_back_was_not_lost(self):
        subject = policy(worker("a"), worker("b"), worker("c"))
        subject.add(task(key="x"), 0.0)
        for now in range(MAX_ATTEMPTS):
            (run,) = subject.decide(float(now)).starts
            assert subject.lose_worker(run.worker, now + 0.5) == ()
            subject.pardon("x")
            assert subject.task("x").kills == 0
            subject.set_worker(worker(run.worker), now + 0.5)
        (run,) = subject.decide(MAX_ATTEMPTS).starts
        (given_up,) = subject.lose_worker(run.worker, 9.0)
        assert "begun 4 times" in given_up.reason

    def test_what_is_given_back_does_not_count(self):
        subject = busy(task(key="x"))
        subject.give_back("x", 1.0)
        assert subject.task("x").attempt == 0
        assert started(subject.decide(1.0)) == ["x"]

    def test_of_the_unknown_nothing_happens(self):
        subject = Policy()
        subject.promote("x", URGENT, None, 0.0)
        subject.give_back("x", 0.0)
        subject.pardon("x")
        assert subject.end("x", 0.0) is subject.fail("x", 0.0) is subject.run_of("x") is None
        assert subject.lose_worker("w", 0.0) == ()
        assert subject.resume("w", [task()], 0.0) is None
        assert subject.next_wake(0.0) is None


class TestWorkers:
    def test_one_that_leaves_ends_its_runs_and_takes_no_more(self):
        subject = busy(task(BAKE, "x", seconds=9.0))
        subject.set_worker(worker(is_leaving=True), 1.0)
        subject.add(task(key="y"), 1.0)
        assert subject.decide(1.0) == Decision()
        subject.end("x", 9.0)
        assert subject.decide(9.0) == Decision()

    def test_one_that_has_loaded_another_model_itself(self):
        subject = policy(worker(model="a", load_seconds=5.0))
        subject.set_worker(worker(model="b", load_seconds=5.0), 1.0)
        subject.add(task(model="b"), 1.0)
        assert not subject.decide(1.0).starts[0].loads

    def test_more_slots_are_used(self):
        subject = busy(task())
        subject.add(task(key="x"), 0.0)
        subject.set_worker(worker(slots=2), 0.0)
        assert started(subject.decide(0.0)) == ["x"]

    def test_of_other_pools_make_nothing(self):
        subject = policy(worker(pool="p"))
        subject.add(task(), 0.0)
        assert subject.decide(0.0) == Decision()

    def test_what_they_make_already_is_not_started_again(self):
        subject = policy(worker())
        run = subject.resume("w", [task(BAKE, "x", seconds=9.0)], 0.0)
        assert subject.decide(1.0) == Decision()
        subject.add(task(key="y"), 1.0)
        assert [each.number for each in subject.decide(1.0).stops] == [run.number]

    def test_what_waits_here_may_be_made_already(self):
        subject = policy()
        subject.add(task(BAKE, "x"), 0.0)
        subject.resume("w", [task(BAKE, "x")], 0.0)
        assert subject.waiting == ()
        assert subject.decide(1.0) == Decision()


class TestAdmission:
    def test_speculation_is_refused_while_more_than_a_minute_waits(self):
        subject = policy(worker("a"), worker("b"))
        new = task(SPECULATION)
        for _ in range(11):
            assert subject.refusal(new) is None
            subject.add(task(UPGRADE, seconds=12.0), 0.0)
        refused = subject.refusal(new)
        assert refused.retry_after == pytest.approx(6.0)
        assert all(subject.refusal(task(each)) is None for each in (URGENT, UPGRADE, BAKE))

    def test_baking_does_not_count_because_it_goes_later(self):
        subject = policy()
        for _ in range(100):
            subject.add(task(BAKE, seconds=11.0), 0.0)
        assert subject.refusal(task(SPECULATION)) is None

    def test_without_workers_speculation_is_refused(self):
        assert Policy().refusal(task(SPECULATION)).retry_after == 60.0

    def test_a_tenant_may_have_a_limit(self):
        subject = policy()
        subject.set_tenant("t", most_waiting=2)
        for key in "ab":
            assert subject.refusal(task(tenant="t")) is None
            subject.add(task(key=key, tenant="t"), 0.0)
        assert "2 clips are waiting" in subject.refusal(task(tenant="t")).reason
        assert subject.refusal(task(tenant="other")) is None
        subject.decide(0.0)
        assert subject.refusal(task(tenant="t")) is None


class TestWantedWorkers:
    def test_what_arrives_and_what_waits(self):
        subject = Policy()
        for second in range(300):
            subject.add(task(URGENT, seconds=1.4, model="m", asked_at=second), second)
        wanted = subject.wanted_workers(299.0)
        assert wanted["", "m"] == pytest.approx(2.0 + 1.4, rel=0.03)

    def test_what_is_not_needed_any_more_is_forgotten(self):
        subject = Policy()
        subject.add(task(key="x", model="m"), 0.0)
        subject.end("x", 1.0)
        assert list(subject.wanted_workers(300.0)) == [("", "m")]
        assert subject.wanted_workers(301.0) == {}
