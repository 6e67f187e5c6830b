from dataclasses import replace

import pytest
from npc_video import NpcResponseEvaluator, ToolInteraction
from npc_video.cache import ClipCache
from npc_video.generation.core import GenerationCore
from npc_video.generation.events import ClipReady, DeadlinePassed, Failed, MadeAhead, Upgraded
from npc_video.generation.planner import QuietPeriod
from npc_video.prediction.blended import standard_predictor
from npc_video.records import Fallback, Purpose, VideoGenerationConfig
from npc_video.templates import read_template

from tests.core.npc_video.generation.jobs import clip, look

PLAIN = VideoGenerationConfig(preset="realtime", predictive=False)
EAGER = VideoGenerationConfig(preset="realtime")


def core(config=PLAIN, backends=("a",), size=10, **more):
    return GenerationCore(config, ClipCache(size), dict.fromkeys(backends, 1), **more)


def finish(core, start, now):
    return core.finish(start.ticket, clip(start.job.params, start.job.preset.name), now)


def shown(core, params, now):
    """Asks for `params` and has it generated at once; returns the last decision."""
    _, decision = core.request(params, 10, now)
    return finish(core, decision.starts[-1], now + 1.0)


class TestRequest:
    def test_a_miss_starts_the_clip_and_names_a_fallback(self):
        answer, decision = core().request(look(), 10, 0.0)
        assert answer.fallback is Fallback.PROCEDURAL
        assert [start.job.params for start in decision.starts] == [look()]

    def test_a_hit_is_the_clip_itself(self):
        subject = core()
        assert shown(subject, look(), 0.0).events == (ClipReady(look(), clip(look())),)
        answer, decision = subject.request(look(), 10, 5.0)
        assert answer.fallback is None
        assert answer.clip == clip(look())
        assert decision.starts == ()

    def test_a_similar_clip_comes_before_a_gesture(self):
        subject = core()
        shown(subject, look("happy"), 0.0)
        answer, _ = subject.request(look("amused"), 10, 5.0)
        assert answer.fallback is Fallback.SIMILAR
        assert answer.clip == clip(look("happy"))
        assert 0.6 <= answer.similarity < 1.0

    @pytest.mark.parametrize(
        ("preferred", "available", "expected"),
        [
            (Fallback.FREEZE, Fallback, Fallback.FREEZE),
            (Fallback.PLACEHOLDER, Fallback, Fallback.PLACEHOLDER),
            (Fallback.SIMILAR, [Fallback.PLACEHOLDER, Fallback.FREEZE], Fallback.PLACEHOLDER),
            (Fallback.PROCEDURAL, [Fallback.FREEZE], Fallback.FREEZE),
            (Fallback.SIMILAR, [], Fallback.FREEZE),
        ],
    )
    def test_the_configured_fallback_else_the_best_there_is(self, preferred, available, expected):
        subject = core(replace(PLAIN, fallback=preferred), fallbacks=frozenset(available))
        assert subject.request(look(), 10, 0.0)[0].fallback is expected

    def test_what_finds_the_queue_full_is_told_as_failed(self):
        subject, events = core(), []
        for number in range(34):  # one is made, and 32 wait
            _, decision = subject.request(look(npc_id=f"npc {number}"), 10, 0.0)
            events += decision.events
        (failed,) = events
        assert isinstance(failed, Failed)
        assert failed.reason.startswith("Too many clips are waiting")
        assert failed.params not in [job.params for job in subject.stats().jobs]
        assert subject.stats().refused == 1

    def test_late_clips_are_told_of_once(self):
        subject = core(replace(PLAIN, max_wait=2.0))
        subject.request(look(), 10, 1.0)
        assert subject.next_wake(1.0) == 3.0
        assert subject.advance(2.9).events == ()
        assert subject.advance(3.0).events == (DeadlinePassed(look(), 2.0),)
        assert subject.advance(9.0).events == ()

    def test_what_comes_after_it_was_given_up_is_kept(self):
        subject = core()
        _, decision = subject.request(look(), 10, 0.0)
        assert subject.cancel(look(), 0.5).stops == decision.starts
        assert finish(subject, decision.starts[0], 1.0).events == ()
        assert subject.request(look(), 10, 2.0)[0].clip == clip(look())

    def test_an_npc_that_leaves_takes_its_jobs_along(self):
        subject = core()
        subject.request(look(npc_id="a"), 10, 0.0)
        subject.request(look(npc_id="b"), 10, 0.0)
        decision = subject.forget("a", 1.0)
        assert [stop.job.owner for stop in decision.stops] == ["a"]
        assert [start.job.owner for start in decision.starts] == ["b"]


class TestProgressive:
    CONFIG = replace(PLAIN, preset="fast")

    def test_the_cheapest_first_then_the_wanted_one(self):
        subject = core(self.CONFIG)
        _, first = subject.request(look(), 10, 0.0)
        assert first.starts[0].job.preset.name == "realtime"
        second = finish(subject, first.starts[0], 1.0)
        assert [start.job.preset.name for start in second.starts] == ["fast"]
        assert second.starts[0].job.purpose is Purpose.UPGRADE
        last = finish(subject, second.starts[0], 2.0)
        assert last.events == (Upgraded(look(), clip(look(), "fast")),)
        assert subject.request(look(), 10, 9.0)[0].clip.preset == "fast"

    def test_an_upgrade_makes_way(self):
        subject = core(self.CONFIG)
        upgrade = shown(subject, look(), 0.0).starts[0]
        _, decision = subject.request(look("angry"), 10, 1.5)
        assert decision.stops == (upgrade,)
        assert decision.starts[0].job.params == look("angry")

    def test_without_it_the_wanted_preset_at_once(self):
        subject = core(replace(self.CONFIG, progressive=False, adaptive=False))
        assert subject.request(look(), 10, 0.0)[1].starts[0].job.preset.name == "fast"

    def test_with_adaption_what_should_be_in_time(self):
        config = replace(PLAIN, preset="quality", progressive=False, max_wait=4.5)
        assert core(config).request(look(), 10, 0.0)[1].starts[0].job.preset.name == "fast"

    @pytest.mark.parametrize("wanted", ["fast", "balanced", "quality"])
    def test_reaches_the_wanted_preset_if_the_player_waits(self, wanted):
        subject = core(replace(PLAIN, preset=wanted))
        now, decision = 0.0, subject.request(look(), 10, 0.0)[1]
        while decision.starts:
            now += 100.0
            decision = finish(subject, decision.starts[0], now)
        assert subject.request(look(), 10, now)[0].clip.preset == wanted


class TestFailure:
    def fail(self, subject, start, now, worth_retrying=True):
        return subject.fail(start.ticket, "Off.", now, worth_retrying=worth_retrying)

    def test_is_told_at_once_if_trying_again_is_no_use(self):
        subject = core()
        start = subject.request(look(), 10, 0.0)[1].starts[0]
        assert self.fail(subject, start, 1.0, worth_retrying=False).events == (
            Failed(look(), "Off."),
        )

    def test_is_tried_again_after_a_rest_and_then_told(self):
        subject = core(replace(PLAIN, max_wait=1e6))
        decision, now, starts = subject.request(look(), 10, 0.0)[1], 0.0, 0
        while not decision.events:
            for start in decision.starts:
                starts += 1
                decision = self.fail(subject, start, now)
                break
            else:
                wake = subject.next_wake(now)
                assert wake > now
                now = wake
                decision = subject.advance(now)
        assert decision.events == (Failed(look(), "Off."),)
        assert starts == 3

    def test_is_tried_again_when_the_host_wants_to_be_asked_again(self):
        subject = core(replace(PLAIN, max_wait=1e6))
        start = subject.request(look(), 10, 0.0)[1].starts[0]
        ended = subject.fail(start.ticket, "Busy.", 1.0, worth_retrying=True, rest=20.0)
        assert ended.events == ()
        assert subject.advance(20.9).starts == ()
        assert [each.job.params for each in subject.advance(21.1).starts] == [look()]

    def test_is_told_when_that_is_too_late(self):
        subject = core()
        start = subject.request(look(), 10, 0.0)[1].starts[0]
        ended = subject.fail(start.ticket, "Busy.", 1.0, worth_retrying=True, rest=3600.0)
        assert ended.events == (Failed(look(), "Busy."),)

    def test_of_what_may_cost_money_already_is_told_at_once(self):
        subject = core()
        start = subject.request(look(), 10, 0.0)[1].starts[0]
        ended = subject.fail(start.ticket, "Late.", 1.0, worth_retrying=True, has_begun=True)
        assert ended.events == (Failed(look(), "Late."),)
        assert ended.starts == ()
        assert subject.next_wake(1.0) is None or subject.advance(600.0).starts == ()

    def test_is_told_when_the_only_host_is_left_alone(self):
        subject = core()
        for count in range(2):
            start = subject.request(look(npc_id=f"npc {count}"), 10, 0.0)[1].starts[0]
            assert self.fail(subject, start, 0.0).events == ()
            subject.forget(f"npc {count}", 0.0)
        start = subject.request(look(), 10, 0.0)[1].starts[0]
        assert self.fail(subject, start, 0.0).events == (Failed(look(), "Off."),)

    def test_nobody_waits_longer_than_max_wait_for_a_host_that_is_left_alone(self):
        subject = core(replace(PLAIN, max_wait=2.0))
        for _ in range(3):
            for start in subject.request(look(), 10, 0.0)[1].starts:
                self.fail(subject, start, 0.0)
            subject.forget(look().npc_id, 0.0)
        assert subject.request(look("sad"), 10, 1.0)[1].starts == ()
        assert subject.next_wake(1.0) == 3.0
        told = subject.advance(3.0)
        assert told.events == (DeadlinePassed(look("sad"), 2.0), Failed(look("sad"), "Off."))
        assert subject.advance(100.0).starts == ()

    def test_a_host_that_keeps_failing_is_left_alone_for_a_while(self):
        subject = core(backends=("a", "b"))
        for count in range(3):
            started = subject.request(look(npc_id=f"npc {count}"), 10, 0.0)[1].starts
            broken = next(start for start in started if start.backend == "a")
            self.fail(subject, broken, 0.0, worth_retrying=True)
            subject.forget(f"npc {count}", 0.0)
        assert subject.stats().backends["a"].is_resting
        backends = [
            start.backend
            for count in range(2)
            for start in subject.request(look(npc_id=f"new {count}"), 10, 1.0)[1].starts
        ]
        assert backends == ["b"]
        assert "a" in [start.backend for start in subject.advance(100.0).starts]

    @pytest.mark.parametrize("worth_retrying", [False, True])
    def test_what_was_refused_is_not_made_ahead_as_quickly_as_it_is_refused(self, worth_retrying):
        subject, now, asked = core(EAGER), 0.0, []
        for name in ("sad", "angry", "happy"):
            subject.hint(look(name), 0.9, now)
        starts = list(subject.request(look(), 10, now)[1].starts)
        while now < 60.0:
            now += 0.05
            decision = subject.advance(now)
            for start in starts:
                asked.append(start.job.key)
                again = self.fail(subject, start, now, worth_retrying)
                decision = replace(decision, starts=(*decision.starts, *again.starts))
            starts = list(decision.starts)
        assert len(asked) <= 6

    def test_a_clip_that_comes_lets_others_be_made_ahead_again(self):
        subject = core(EAGER)
        ahead = subject.hint(look("sad"), 0.9, 0.0).starts[0]
        subject.hint(look("angry"), 0.9, 0.0)
        assert self.fail(subject, ahead, 1.0, worth_retrying=False).starts == ()
        wanted = subject.request(look(), 10, 2.0)[1].starts[0]
        following = finish(subject, wanted, 3.0).starts
        assert [start.job.params for start in following] == [look("angry")]


class TestPromotion:
    def ahead(self):
        subject = core(EAGER)
        return subject, subject.hint(look("sad"), 0.9, 0.0).starts[0]

    def test_a_request_for_what_is_made_ahead_is_told_to_its_backend(self):
        subject, start = self.ahead()
        _, decision = subject.request(look("sad"), 10, 2.0)
        (promoted,) = decision.promotions
        assert (promoted.ticket, promoted.backend) == (start.ticket, start.backend)
        assert (promoted.job.purpose, promoted.job.asked_at) == (Purpose.URGENT, 2.0)
        assert decision.starts == decision.stops == ()

    def test_it_is_told_once(self):
        subject, _ = self.ahead()
        subject.request(look("sad"), 10, 2.0)
        assert subject.request(look("sad"), 99, 3.0, viewer="second")[1].promotions == ()

    def test_what_waits_is_nobodys_to_be_told(self):
        subject, _ = self.ahead()
        subject.prepare([(look("calm"), 1.0)], 1.0)
        assert subject.request(look("calm"), 10, 2.0)[1].promotions == ()


class TestQueueOfTheBackend:
    def test_waiting_there_does_not_make_it_slow(self):
        config = replace(PLAIN, preset="quality", progressive=False, max_wait=4.5)
        subject = core(config)
        for number in range(12):
            start = subject.request(look(npc_id=f"npc {number}"), 10, 100.0 * number)[1].starts[0]
            made = replace(clip(start.job.params, start.job.preset.name), waiting_seconds=60.0)
            subject.finish(start.ticket, made, start.at + 63.0)
        assert start.job.preset.name == "fast"
        assert subject.stats().generating_seconds == pytest.approx(3.0)

    def test_a_clip_that_was_there_does_not_make_it_fast(self):
        subject = core(replace(PLAIN, preset="quality", progressive=False))
        for number in range(12):
            start = subject.request(look(npc_id=f"npc {number}"), 10, 100.0 * number)[1].starts[0]
            made = clip(start.job.params, start.job.preset.name)
            subject.finish(start.ticket, replace(made, generation_seconds=3.0), start.at + 0.05)
        assert start.job.preset.name == "fast"
        assert subject.stats().busy_seconds == pytest.approx(0.6)

    def test_refusing_what_nobody_waits_for_does_not_rest_it(self):
        subject, now = core(EAGER), 0.0
        for number in range(6):
            now = 100.0 * number
            for start in subject.hint(look(npc_id=f"npc {number}"), 0.9, now).starts:
                subject.fail(start.ticket, "Full.", now, worth_retrying=True, rest=5.0)
        assert subject.request(look("angry"), 10, now + 1.0)[1].starts


class TestAhead:
    def test_a_hint_is_made_while_the_host_is_idle(self):
        subject = core(EAGER)
        decision = subject.hint(look("sad"), 0.9, 0.0)
        assert [start.job.purpose for start in decision.starts] == [Purpose.SPECULATION]
        told = finish(subject, decision.starts[0], 1.0).events
        assert [(type(event), event.params) for event in told] == [(MadeAhead, look("sad"))]
        assert subject.request(look("sad"), 10, 2.0)[0].fallback is None
        assert subject.stats().speculations_used == 1
        assert subject.stats().wasted_seconds == 0.0

    def test_it_never_delays_a_request(self):
        subject = core(EAGER)
        speculation = subject.hint(look("sad"), 0.9, 0.0).starts[0]
        _, decision = subject.request(look("happy"), 10, 1.0)
        assert decision.stops == (speculation,)
        assert decision.starts[0].job.params == look("happy")
        assert subject.stats().wasted_seconds == 1.0

    def test_what_follows_is_foreseen_once_the_request_is_answered(self):
        subject = core(EAGER, backends=("a", "b"))
        npc = NpcResponseEvaluator(read_template("tickle_game"), clock=lambda: 0.0)
        npc_id, touch = npc.metadata.npc.id, ToolInteraction("feather", "feather", zone="belly")
        subject.add_npc(npc_id, standard_predictor(npc), None, 0.0)
        subject.set_quiet_period(QuietPeriod.UNTIL_TOLD, 0.0)
        begun = []
        for now in (0.0, 3.0):
            _, decision = subject.request(npc.evaluate_at(touch, now), 10, now, touch)
            assert all(start.job.is_urgent for start in decision.starts)
            assert subject.next_wake(now) == now
            begun += subject.advance(now).starts
            assert subject.next_wake(now) > now
        assert {start.job.purpose for start in begun} == {Purpose.SPECULATION}

    def test_a_request_joins_what_is_being_made(self):
        subject = core(EAGER)
        speculation = subject.hint(look("sad"), 0.9, 0.0).starts[0]
        assert subject.request(look("sad"), 10, 1.0)[1].starts == ()
        assert finish(subject, speculation, 2.0).events == (
            ClipReady(look("sad"), clip(look("sad"))),
        )

    def test_a_hint_is_for_an_npc_that_is_there(self):
        subject = core(EAGER)
        subject.request(look(npc_id="a"), 10, 0.0)
        subject.hint(look("sad", npc_id="b"), 0.9, 1.0)
        subject.forget("b", 2.0)
        assert subject.forget("a", 3.0).starts == ()

    def test_a_clip_lost_before_it_was_shown_was_wasted(self):
        subject = core(EAGER, size=1)
        finish(subject, subject.hint(look("sad"), 0.9, 0.0).starts[0], 1.0)
        subject.configure(PLAIN)
        shown(subject, look("happy"), 2.0)  # takes its place
        shown(subject, look("sad"), 4.0)
        assert subject.stats().speculations_used == 0
        assert subject.stats().wasted_seconds == 1.0

    @pytest.mark.parametrize("quiet_period", [QuietPeriod.UNTIL_NEXT, QuietPeriod.UNTIL_TOLD])
    def test_a_pause_ends_with_the_next_request_and_a_cutscene_does_not(self, quiet_period):
        subject = core(EAGER)
        subject.set_quiet_period(quiet_period, 0.0)
        subject.request(look(), 10, 1.0)
        after = QuietPeriod.NONE if quiet_period is QuietPeriod.UNTIL_NEXT else quiet_period
        assert subject.planner.quiet_period is after

    def test_common_states_are_made_one_after_the_other(self):
        subject = core()
        states = [(look("sad"), 0.1), (look("happy"), 0.9)]
        decision, made = subject.prepare(states, 0.0), []
        while decision.starts:
            made.append(decision.starts[0].job.params.expression)
            decision = finish(subject, decision.starts[0], float(len(made)))
        assert made == ["happy", "sad"]

    def test_a_cutscene_leaves_time_for_unlikely_clips(self):
        subject = core(EAGER)
        shown(subject, look(), 0.0)
        for count in range(40):  # a player who never rests for long
            subject.request(look(), 10, 2.0 + count * 0.3)
        assert not subject.hint(look("sad"), 0.5, 13.7).starts
        assert subject.set_quiet_period(QuietPeriod.UNTIL_TOLD, 13.7).starts


def test_update_of_settings_holds_for_what_begins_then():
    subject = core()
    subject.configure(replace(PLAIN, preset="fast", progressive=False, adaptive=False))
    assert subject.request(look(), 10, 0.0)[1].starts[0].job.preset.name == "fast"


def test_two_hosts_work_at_once_the_faster_one_first():
    subject = core(backends=("slow", "quick"))
    for count, backend in enumerate(("slow", "quick")):
        start = subject.request(look(npc_id=f"first {count}"), 10, 0.0)[1].starts[0]
        subject.finish(
            start.ticket, clip(start.job.params), 9.0 if start.backend == "slow" else 1.0
        )
        if start.backend != backend:
            break
    first = subject.request(look(npc_id="x"), 10, 20.0)[1].starts[0]
    second = subject.request(look(npc_id="y"), 10, 20.0)[1].starts[0]
    assert {first.backend, second.backend} == {"slow", "quick"}
    assert first.backend == "quick"


def test_the_numbers_add_up():
    subject = core()
    shown(subject, look(), 0.0)
    subject.request(look(), 10, 5.0)
    stats = subject.stats()
    assert (stats.hits, stats.misses, stats.hit_rate) == (1, 1, 0.5)
    assert (stats.generated, stats.busy_seconds, stats.generating_seconds) == (1, 1.0, 1.0)
    assert stats.backends["a"].preset == "realtime"


class TestViewers:
    """One NPC that is seen several times."""

    def test_each_gets_its_own_clip(self):
        subject = core(PLAIN)
        _, first = subject.request(look("happy"), 10, 0.0, viewer="a")
        subject.request(look("sad"), 10, 0.0, viewer="b")
        second = finish(subject, first.starts[0], 1.0)
        assert [type(event) for event in second.events] == [ClipReady]
        assert second.starts[0].job.params == look("sad")
        third = finish(subject, second.starts[0], 2.0)
        assert third.events == (ClipReady(look("sad"), clip(look("sad"))),)

    def test_a_newer_request_takes_the_place_of_its_own_viewer_s_only(self):
        subject = core(PLAIN)
        _, first = subject.request(look("happy"), 10, 0.0, viewer="a")
        for viewer, expression in (("b", "sad"), ("c", "angry"), ("b", "sleepy")):
            subject.request(look(expression), 10, 0.0, viewer=viewer)
        made, starts = [], first.starts
        while starts:
            made.append(starts[0].job.params.expression)
            starts = finish(subject, starts[0], float(len(made))).starts
        assert made == ["happy", "angry", "sleepy"]

    def test_who_leaves_takes_along_only_what_nobody_else_awaits(self):
        subject = core(PLAIN)
        _, first = subject.request(look("happy"), 10, 0.0, viewer="a")
        subject.request(look("happy"), 10, 0.0, viewer="b")
        assert subject.leave("a", 1.0).stops == ()
        assert subject.leave("b", 2.0).stops == first.starts

    def test_what_both_see_is_bettered_until_the_last_one_leaves(self):
        subject = core(replace(PLAIN, preset="fast"))
        _, first = subject.request(look(), 10, 0.0, viewer="a")
        subject.request(look(), 10, 0.0, viewer="b")
        better = finish(subject, first.starts[0], 1.0).starts
        assert better[0].job.purpose is Purpose.UPGRADE
        assert subject.leave("a", 2.0).stops == ()
        assert subject.leave("b", 3.0).stops == better

    def test_a_clip_from_disk_is_told_of_once(self):
        subject = core(PLAIN)
        for viewer in ("a", "b"):
            subject.request(look(), 10, 0.0, viewer=viewer)
        events = subject.loaded(look().cache_key(), clip(look()), 1.0).events
        assert events == (ClipReady(look(), clip(look())),)

    def test_the_game_s_cancel_counts_for_all(self):
        subject = core(PLAIN)
        _, first = subject.request(look(), 10, 0.0, viewer="a")
        subject.request(look(), 10, 0.0, viewer="b")
        assert subject.cancel(look(), 1.0).stops == first.starts


class TestHostsThatFinishWhatTheyHaveBegun:
    """Each clip costs money: none is begun twice, and none is begun for nothing."""

    def paid(self, config=PLAIN):
        return core(config, finishing=("a",))

    def test_what_is_more_urgent_waits(self):
        subject = self.paid()
        _, opening = subject.request(look("neutral"), 0, 0.0)
        _, reaction = subject.request(look("happy"), 10, 0.5, viewer="another")
        assert reaction == type(reaction)((), (), ())
        done = finish(subject, opening.starts[0], 2.0)
        assert done.events == (ClipReady(look("neutral"), clip(look("neutral"))),)
        assert [start.job.params for start in done.starts] == [look("happy")]
        assert finish(subject, done.starts[0], 4.0).starts == ()

    def test_it_does_where_nothing_is_paid(self):
        subject = core()
        _, opening = subject.request(look("neutral"), 0, 0.0)
        _, reaction = subject.request(look("happy"), 10, 0.5, viewer="another")
        assert reaction.stops == opening.starts

    @pytest.mark.parametrize(
        "give_up",
        [
            lambda core: core.cancel(look(), 1.0),
            lambda core: core.leave("ember", 1.0),
            lambda core: core.forget("ember", 1.0),
            lambda core: core.clear(1.0),
        ],
    )
    def test_what_nobody_waits_for_any_more_is_kept_and_not_told(self, give_up):
        subject = self.paid()
        _, decision = subject.request(look(), 10, 0.0)
        assert give_up(subject).stops == ()
        events = finish(subject, decision.starts[0], 2.0).events
        assert events == (MadeAhead(look(), clip(look())),)
        answer, _ = subject.request(look(), 10, 3.0)
        assert answer.clip == clip(look())

    def test_what_is_wanted_again_is_joined(self):
        subject = self.paid()
        _, first = subject.request(look(), 10, 0.0)
        subject.leave("ember", 1.0)
        _, second = subject.request(look(), 10, 1.5)
        assert second.starts == ()
        assert finish(subject, first.starts[0], 2.0).events == (ClipReady(look(), clip(look())),)
        assert subject.stats().generated == 1

    def test_nor_does_what_was_made_ahead_make_way(self):
        subject = self.paid()
        ahead = subject.prepare([(look("happy"), 1.0)], 0.0)
        assert [start.job.params for start in ahead.starts] == [look("happy")]
        _, decision = subject.request(look("sad"), 10, 0.5)
        assert (decision.starts, decision.stops) == ((), ())
        assert [start.job.params for start in finish(subject, ahead.starts[0], 2.0).starts] == [
            look("sad")
        ]


class TestDiscard:
    """Clips that turn out to be such that nobody can play them."""

    def test_it_is_made_anew_when_it_is_asked_for_again(self):
        subject = core()
        shown(subject, look(), 0.0)
        assert subject.discard(clip(look()), 2.0).starts == ()
        answer, decision = subject.request(look(), 10, 3.0)
        assert answer.clip is None
        assert answer.fallback is Fallback.PROCEDURAL
        assert [start.job.params for start in decision.starts] == [look()]

    def test_it_is_neither_bettered_nor_made_ahead_by_itself(self):
        subject = core(replace(EAGER, preset="fast"))
        subject.add_npc("ember", standard_predictor(), None, 0.0)
        _, decision = subject.request(look(), 10, 0.0)
        subject.finish(decision.starts[0].ticket, clip(look()), 1.0)
        subject.clear(2.0)
        subject.hint(look(), 1.0, 2.0)
        subject.discard(clip(look()), 2.0)
        for second in range(3, 50):
            for start in subject.advance(float(second)).starts:
                assert start.job.params != look()
                finish(subject, start, second + 0.5)

    def test_another_stands_in_for_what_was_to_come(self):
        subject = core()
        closest, next_best = look("amused"), look("laughing")
        for second, each in enumerate((closest, next_best)):
            _, decision = subject.request(each, 10, 10.0 * second)
            made = clip(each, data=each.expression.encode())
            subject.finish(decision.starts[-1].ticket, made, 10.0 * second + 1)
        answer, wanted = subject.request(look(), 10, 30.0)
        first = answer.clip
        assert first is not None
        subject.discard(first, 31.0)
        answer, decision = subject.stand_in(look(), "ember", 31.0)
        assert answer.clip is not None
        assert {first.params, answer.clip.params} == {closest, next_best}
        assert not decision.events
        subject.discard(answer.clip, 32.0)
        assert subject.stand_in(look(), "ember", 32.0)[0].fallback is Fallback.PROCEDURAL
        assert subject.is_awaited(wanted.starts[0].ticket)
