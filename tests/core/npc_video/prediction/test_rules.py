import pytest
from npc_video import NpcResponseEvaluator, Profile
from npc_video.prediction.base import Observation
from npc_video.prediction.rules import RulePredictor
from npc_video.records import VideoParams


def proposals(*expressions, intensity=0.5, **more):
    predictor = RulePredictor(**more)
    for expression in expressions:
        params = VideoParams(expression=expression, intensity=intensity)
        predictor.observe(Observation(params, params.cache_key(), None, 0.0))
    return [(each.params.expression, each.params.intensity) for each in predictor.propose(0.0, 4.0)]


def test_a_mood_goes_on_or_progresses():
    assert proposals("interested") == [("interested", 0.6), ("aroused", 0.65), ("pleased", 0.65)]


def test_the_third_time_puts_the_first_progression_in_front():
    assert proposals(*["interested"] * 3) == [
        ("aroused", 0.7),
        ("interested", 0.6),
        ("aroused", 0.65),
    ]


def test_an_interruption_begins_the_count_anew():
    assert proposals("interested", "pleased", "interested")[0] == ("interested", 0.6)


@pytest.mark.parametrize("times", [1, 3])
def test_an_expression_without_progression_only_goes_on(times):
    assert proposals(*["sleepy"] * times) == [("sleepy", 0.6)]


def test_intensity_stays_within_its_range():
    assert {intensity for _, intensity in proposals("interested", intensity=0.95)} == {1.0}


def test_the_table_can_be_changed():
    assert proposals("shy", progression={"shy": ("bold",)}) == [("shy", 0.6), ("bold", 0.65)]


def test_looks_follow_the_expression_where_they_are_known():
    predictor = RulePredictor(looks={"aroused": ("alert", ""), "pleased": ("", "nod")})
    first = VideoParams(expression="interested", emotion="calm", animation="idle")
    looks = [(each.emotion, each.animation) for _, each in predictor.after(first)]
    assert looks == [("calm", "idle"), ("alert", "idle"), ("calm", "nod")]


def test_nothing_is_proposed_before_anything_was_shown():
    assert RulePredictor().propose(0.0, 4.0) == []


def test_with_a_model_they_are_asked_for_as_answers_are():
    npc = Profile("Ember", base_prompt="a dragon", seed_policy="reaction")
    evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
    predictor = RulePredictor(model=evaluator)
    shown = evaluator.asked_for(VideoParams(expression="interested"))
    predictor.observe(Observation(shown, shown.cache_key(), None, 0.0))
    proposed = [each.params for each in predictor.propose(0.0, 4.0)]
    assert [params.expression for params in proposed] == ["interested", "aroused", "pleased"]
    for params in proposed:
        look = VideoParams(expression=params.expression, intensity=params.intensity)
        assert params == evaluator.asked_for(look)
        assert f"{params.expression} expression" in params.prompt
    assert len({params.seed for params in proposed}) == 3
