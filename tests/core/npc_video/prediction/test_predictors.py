import json
from dataclasses import replace

import pytest
from npc_video import NpcResponseEvaluator, Profile, ToolInteraction
from npc_video.errors import InvalidDataError
from npc_video.prediction.attention import Attention
from npc_video.prediction.base import Observation, Proposal
from npc_video.prediction.blended import BlendedPredictor, standard_predictor
from npc_video.prediction.common import get_common_npc_states
from npc_video.prediction.lookahead import LookaheadPredictor
from npc_video.prediction.markov import MarkovPredictor
from npc_video.records import VideoParams
from npc_video.templates import read_template

GAP = 4.0


def touch(tool, pressure=0.5):
    return ToolInteraction(tool, tool, pressure=pressure, zone="cheek")


def played(evaluator, *listeners, tools, start=0.0):
    """Plays `tools` at the usual gap; returns what was answered."""
    answers = []
    for count, tool in enumerate(tools):
        at = start + count * GAP
        params = evaluator.evaluate_at(touch(tool), at)
        for listener in listeners:
            listener.observe(Observation(params, params.cache_key(), touch(tool), at))
        answers.append(params)
    return answers


def keys(proposals, step=1):
    return {each.key for each in proposals if each.step == step}


@pytest.fixture
def evaluator():
    return NpcResponseEvaluator(read_template("affinity"))


def test_what_was_learned_keeps_to_which_clips_count_for_which_prompt():
    npc = Profile("Juniper", prompt_in_key=False, document=read_template("affinity"))
    evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
    before = standard_predictor(evaluator)
    played(evaluator, before, tools=["gift", "song", "gift"])
    after = standard_predictor(evaluator, learned=json.loads(json.dumps(before.to_dict())))
    assert keys(after.propose(2 * GAP, GAP)) == keys(before.propose(2 * GAP, GAP))


class TestLookahead:
    def test_every_clip_is_asked_for_as_the_answer_that_shows_it(self):
        npc = Profile("Juniper", seed_policy="reaction", document=read_template("affinity"))
        evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
        habits = MarkovPredictor()
        played(evaluator, habits, tools=["gift", "song", "gift", "hand"])
        ahead = LookaheadPredictor(evaluator, habits).propose(4 * GAP, GAP)
        assert len(ahead) > 3
        for params in (each.params for each in ahead):
            assert params == npc.apply_profile(replace(params, seed=0))

    def test_names_a_clip_that_was_never_seen(self, evaluator):
        habits = MarkovPredictor()
        seen = played(evaluator, habits, tools=["gift"] * 3)
        proposals = LookaheadPredictor(evaluator, habits).propose(2 * GAP, GAP)
        following = evaluator.copy().evaluate_at(touch("gift"), 3 * GAP).cache_key()
        assert following not in {params.cache_key() for params in seen}
        assert following in keys(proposals)

    def test_sees_several_steps_ahead(self, evaluator):
        habits = MarkovPredictor()
        played(evaluator, habits, tools=["gift"] * 3)
        ahead = LookaheadPredictor(evaluator, habits).propose(2 * GAP, GAP)
        future = evaluator.copy()
        for step in (1, 2, 3):
            params = future.evaluate_at(touch("gift"), (2 + step) * GAP)
            assert params.cache_key() in keys(ahead, step)

    def test_leaves_the_evaluator_as_it_was(self, evaluator):
        habits = MarkovPredictor()
        played(evaluator, habits, tools=["gift", "song", "gift"])
        before = evaluator.to_dict()["nodes"]
        LookaheadPredictor(evaluator, habits).propose(2 * GAP, GAP)
        assert evaluator.to_dict()["nodes"] == before

    def test_tries_no_more_than_it_may(self, evaluator):
        habits = MarkovPredictor()
        played(evaluator, habits, tools=["gift", "song", "hand", "stick", "treat"] * 3)
        tried = LookaheadPredictor(evaluator, habits, evaluations=5).propose(15 * GAP, GAP)
        assert len({(each.step, each.params.expression, each.probability) for each in tried}) > 0
        assert len(tried) <= 2 * 5  # each interaction gives at most a look and its neighbour


class TestMarkov:
    def test_proposes_what_followed(self, evaluator):
        habits = MarkovPredictor()
        played(evaluator, habits, tools=["song", "hand"] * 4)
        assert next(habits.options(habits.context))[1].tool_id == "song"

    def test_is_saved_with_a_game(self, evaluator):
        habits = MarkovPredictor()
        played(evaluator, habits, tools=["song", "hand", "gift"] * 4)
        again = MarkovPredictor.from_dict(json.loads(json.dumps(habits.to_dict())))
        assert [
            (probability, interaction.tool_id)
            for probability, interaction in again.options(habits.context)
        ] == [
            (probability, interaction.tool_id)
            for probability, interaction in habits.options(habits.context)
        ]

    @pytest.mark.parametrize(
        "damaged", [{"counts": 3}, {"counts": [[1]], "examples": []}, {"x": 1}]
    )
    def test_refuses_a_damaged_save(self, damaged):
        with pytest.raises(InvalidDataError):
            MarkovPredictor.from_dict(damaged)

    def test_ignores_requests_that_no_interaction_led_to(self):
        habits = MarkovPredictor()
        habits.observe(Observation(VideoParams(), VideoParams().cache_key(), None, 0.0))
        assert habits.context == ()


class Fixed:
    """Always says the same."""

    def __init__(self, source, expression, probability):
        params = VideoParams(expression=expression)
        self.proposal = Proposal(params, params.cache_key(), probability, 1, source)

    def observe(self, seen):
        pass

    def propose(self, now, gap):
        return [self.proposal]


def happened(expression):
    params = VideoParams(expression=expression)
    return Observation(params, params.cache_key(), None, 0.0)


class TestBlended:
    def test_switches_a_loser_off_and_on_again(self):
        blended = BlendedPredictor([Fixed("good", "happy", 0.9), Fixed("bad", "sad", 0.9)])
        assert len(blended.propose(0.0, GAP)) == 2
        for _ in range(20):
            blended.observe(happened("happy"))
            blended.propose(0.0, GAP)
        assert [each.source for each in blended.propose(0.0, GAP)] == ["good"]
        for _ in range(40):
            blended.observe(happened("sad"))
            blended.propose(0.0, GAP)
        assert "bad" in {each.source for each in blended.propose(0.0, GAP)}

    def test_believes_a_source_as_far_as_it_was_right(self):
        blended = BlendedPredictor([Fixed("half", "happy", 1.0)])
        blended.propose(0.0, GAP)
        for count in range(200):
            blended.observe(happened("happy" if count % 2 else "sad"))
            blended.propose(0.0, GAP)
        assert blended.propose(0.0, GAP)[0].probability == pytest.approx(0.5, abs=0.1)

    def test_what_was_proposed_counts_for_the_next_request_only(self):
        blended = BlendedPredictor([Fixed("half", "happy", 1.0)])
        blended.propose(0.0, GAP)
        blended.observe(happened("sad"))
        once = blended.reliabilities["half"]
        blended.observe(happened("sad"))
        assert blended.reliabilities["half"] > once  # by forgetting

    def test_of_one_clip_the_strongest_counts(self):
        blended = BlendedPredictor([Fixed("a", "happy", 0.2), Fixed("b", "happy", 0.7)])
        assert [each.probability for each in blended.propose(0.0, GAP)] == [pytest.approx(0.7)]

    def test_the_standard_one_works_without_an_evaluator(self, evaluator):
        predictor = standard_predictor()
        played(evaluator, predictor, tools=["song", "hand"] * 3)
        assert predictor.propose(5 * GAP, GAP)

    @pytest.mark.parametrize("steps", [0, 1, 4])
    def test_the_standard_one_looks_as_far_ahead_as_it_is_told(self, evaluator, steps):
        predictor = standard_predictor(evaluator, look_ahead=steps)
        played(evaluator, predictor, tools=["song", "hand"] * 6)
        # Habits themselves tell of the next interaction only.
        assert max(each.step for each in predictor.propose(11 * GAP, GAP)) == max(1, steps)

    def test_the_standard_one_goes_by_rules_of_ones_own(self):
        predictor = standard_predictor(progression={"happy": ("proud",)})
        predictor.observe(happened("happy"))
        assert "proud" in {each.params.expression for each in predictor.propose(0.0, GAP)}


class TestAttention:
    def test_knows_the_usual_round(self):
        attention = Attention()
        for npc_id in "abcabcabcabc":
            attention.observe(npc_id)
        likeliest = {
            turn.step: npc_id
            for npc_id, turns in attention.turns().items()
            for turn in turns
            if turn.probability > 0.5
        }
        assert likeliest == {1: "a", 2: "b", 3: "c"}

    def test_counts_the_turns_of_each(self):
        attention = Attention()
        for _ in range(10):
            attention.observe("a")
        assert [(turn.nth, turn.step) for turn in attention.turns()["a"]] == [
            (1, 1),
            (2, 2),
            (3, 3),
        ]


class TestCommonStates:
    def test_of_most_npcs(self):
        states = get_common_npc_states(VideoParams(npc_id="ember", style="anime"))
        assert states[0][0].expression == "neutral"
        assert {params.npc_id for params, _ in states} == {"ember"}
        assert all(0.0 < weight <= 1.0 for _, weight in states)
