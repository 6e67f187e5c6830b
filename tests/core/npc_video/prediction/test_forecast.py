import random
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video import NpcResponseEvaluator, Profile, ToolInteraction, VideoParams
from npc_video.prediction.forecast import AIM, Forecast, Walk
from npc_video.templates import TEMPLATES, read_template

from bench.simulator.npcs import TEMPLATES as STAGES
from bench.simulator.players import KINDS, make_player
from tests.core.npc_video.graph.graphs import metadata


def look(number: int) -> VideoParams:
    return VideoParams(seed=number)


@given(st.lists(st.integers(0, 9)), st.floats(0.0, 1.0))
def test_the_most_frequent_come_first_and_each_once(seeds: list[int], rate: float) -> None:
    forecast, counts = Forecast(), Counter(seeds)
    for seed in seeds:
        forecast.add(look(seed))
    weighted = forecast.weighted
    assert {params.seed for params, _ in weighted} == counts.keys()
    assert len(weighted) == len(forecast) == len(counts)
    often = [counts[params.seed] for params, _ in weighted]
    assert often == sorted(often, reverse=True)
    rates = [forecast.hit_rate(count) for count in range(len(forecast) + 1)]
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(
        sum(count for count in counts.values() if count > 1) / max(1, len(seeds))
    )
    count = forecast.count_for(rate)
    assert count == len(forecast) or rates[count] >= rate
    assert count <= 1 or rates[count - 1] < rate


def test_the_opening_comes_before_what_is_more_frequent() -> None:
    forecast = Forecast(look(1))
    for seed in (0, 0, 0, 1, 1):
        forecast.add(look(seed))
    assert [(params.seed, share) for params, share in forecast.weighted] == [(1, 0.4), (0, 0.6)]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_walk_goes_from_the_state_the_npc_is_in_and_changes_nothing(name: str) -> None:
    npc = NpcResponseEvaluator(read_template(name))
    state = npc.state.copy()
    first = Walk(npc).finish()
    assert npc.state == state
    assert Walk(npc).finish().weighted == first.weighted
    for tool in STAGES[name].tools:
        for count in range(20):
            npc.evaluate_at(ToolInteraction(tool, tool), float(count))
    assert Walk(npc).finish().weighted != first.weighted


def test_clips_are_asked_for_as_answers() -> None:
    data = read_template("affinity")
    npc = Profile("Juniper", base_prompt="a fox", seed_policy="reaction", document=data)
    evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
    for params, _ in Walk(evaluator, plays=3).finish().weighted:
        assert params.prompt.startswith("a fox, ")
        assert params.npc_id == "Juniper"
        assert params == npc.apply_profile(params)


def test_the_lists_of_the_profile_count_before_what_the_graph_knows() -> None:
    nodes = {
        "tool": ("input.tool", {}),
        "zone": ("input.zone", {}),
        "word": ("logic.switch", {"cases": {"stick": "sad"}, "default": "happy"}),
        "out": ("video.output", {}),
    }
    wires = (
        "tool.tool > word.selector",
        "word.value > out.expression",
        "zone.zone > out.animation",
    )
    shown = {}
    for tools, zones in (((), ()), (("feather",), ("nose",))):
        npc = Profile("Ember", tools=tools, zones=zones, document=metadata(nodes, *wires))
        forecast = Walk(NpcResponseEvaluator(npc.metadata()), plays=9).finish()
        shown[tools] = {(p.expression, p.animation) for p, share in forecast.weighted if share}
    assert shown == {
        (): {("sad", "unknown")},
        ("feather",): {("happy", "nose"), ("happy", "unknown")},
    }


def played(name: str, kind: str, seed: int) -> Iterator[VideoParams]:
    """What another kind of player is answered than those of a walk."""
    npc = NpcResponseEvaluator(read_template(name))
    player = make_player(kind, [STAGES[name]], random.Random(seed), escalates=seed % 2 == 1)
    for at, act, _ in player.play(75, random.Random(seed)):
        answer = npc.evaluate_at(act.interaction(at), at)
        if answer is not None:
            yield answer


@pytest.mark.parametrize("name", TEMPLATES)
def test_most_reactions_of_any_player_are_among_the_clips_proposed(name: str) -> None:
    forecast = Walk(NpcResponseEvaluator(read_template(name)), with_opening=True).finish()
    count = forecast.count_for()
    assert forecast.hit_rate(count) >= AIM
    assert count <= 30
    there = {params.cache_key() for params, _ in forecast.weighted[:count]}
    for kind in set(KINDS) - {"six_npcs"}:
        answers = [params for seed in range(6) for params in played(name, kind, seed)]
        hits = sum(params.cache_key() in there for params in answers)
        assert hits / len(answers) >= 0.8, kind
