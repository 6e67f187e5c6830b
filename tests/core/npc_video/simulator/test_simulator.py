import json
import random
from dataclasses import replace

import pytest
from npc_video.npc.recording import read_recording
from npc_video.records import QUALITY_PRESETS

from bench import latency
from bench.simulator.chart import draw
from bench.simulator.drive import simulate
from bench.simulator.generator import generated, seconds_for
from bench.simulator.measures import Measures, missed_by_all, percentile, percentile_of_censored
from bench.simulator.players import KINDS
from bench.simulator.policies import POLICIES
from bench.simulator.world import make_game, recorded_game
from tests.core.npc_video.generation.jobs import job
from tests.core.npc_video.npc.recorded import NPC, Game

INTERACTIONS = 40


def game(kind, seed=1, **more):
    return make_game(kind, seed, escalates=True, interactions=INTERACTIONS, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_a_player_acts_by_the_probabilities_that_are_known_of_him(kind):
    player, rng = game(kind).player, random.Random(0)
    assert player is not None
    state = player.start()
    for _ in range(30):
        options = player.options(state)
        assert sum(probability for probability, _, _ in options) == pytest.approx(1.0)
        state = rng.choice(options)[2]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("templates", [False, True])
def test_a_game_is_the_same_whenever_it_is_played(kind, templates):
    first, second = (game(kind, templates=templates) for _ in range(2))
    assert first.reactions == second.reactions
    evaluators = first.fresh().evaluators
    for reaction in first.reactions:
        again = evaluators[reaction.npc_id].evaluate_at(reaction.interaction, reaction.at)
        assert again == reaction.params


@pytest.mark.parametrize("policy", POLICIES)
def test_every_reaction_is_accounted_for(policy):
    played = game("six_npcs")
    measures = simulate(played, POLICIES[policy], seed=1)
    assert len(measures.exact) == len(played.reactions)
    assert 0.0 <= measures.wasted_seconds <= measures.busy_seconds
    assert all(seconds >= 0.0 for seconds, _ in measures.exact)


@pytest.mark.parametrize("began", [0.0, 123456.7])
def test_a_recorded_session_is_a_game(tmp_path, began):
    path = tmp_path / "session.jsonl"
    played = Game(path, began=began)
    played.play(9)
    played.answers.clear()
    played.begin()
    played.play(30, seed=1)
    played.request(expression="sleepy")
    played.end()
    (session,) = read_recording(path).sessions
    made = recorded_game(session, NPC)
    assert [reaction.params for reaction in made.reactions] == played.asked[:-1]
    assert 0.0 <= made.reactions[0].at < 10.0
    for policy in ("none", "default", "clairvoyant"):
        measures = simulate(made, POLICIES[policy], seed=1)
        assert len(measures.exact) == len(made.reactions)


def test_the_benchmark_plays_session_files(tmp_path, capsys):
    path = tmp_path / "ember.jsonl"
    for seed in range(2):
        played = Game(path)
        played.begin()
        played.play(20, seed)
        played.end()
    latency.main([path])
    policies = json.loads(capsys.readouterr().out.splitlines()[-1])["ember.jsonl"]
    assert set(policies) == set(POLICIES) - {"known", "returning"}
    assert policies["none"]["on_time"] < policies["clairvoyant"]["on_time"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"npc": "Ember", "at": 1.0, "request": {}}\n', "is of an earlier version"),
        ("", "has no interactions"),
        ("nonsense", "line 1 is not part of a recorded session"),
    ],
)
def test_a_file_that_cannot_be_simulated_is_told(tmp_path, line, reason):
    path = tmp_path / "ember.jsonl"
    path.write_text(line, "utf-8")
    with pytest.raises(SystemExit, match=reason):
        latency.main([path])


def test_a_run_can_be_repeated():
    played = game("habitual")
    runs = [simulate(played, POLICIES["default"], seed=1).summary() for _ in range(2)]
    assert runs[0] == runs[1]


def test_knowing_the_future_helps_and_keeping_nothing_does_not():
    totals = {name: Measures() for name in ("none", "lru", "clairvoyant")}
    for seed in range(3):
        for name, total in totals.items():
            total.add(simulate(game("habitual", seed), POLICIES[name], seed=seed))
    on_time = {name: total.summary()["on_time"] for name, total in totals.items()}
    assert on_time["none"] < on_time["lru"] < on_time["clairvoyant"]


def test_a_clip_takes_as_long_for_everybody_and_its_usual_time_on_average():
    assert seconds_for(job("x"), 1) == seconds_for(job("x", owner="ember", now=9.0), 1)
    times = sorted(seconds_for(job(str(number)), 1) for number in range(400))
    assert times[200] == pytest.approx(6.0**0.5, rel=0.05)


def test_a_better_clip_is_a_larger_file():
    sizes = [
        len(generated(replace(job(), preset=preset), 1.0).data)
        for preset in QUALITY_PRESETS.values()
    ]
    assert sizes == sorted(sizes)


def test_percentiles():
    assert percentile([], 0.95) == 0.0
    assert percentile(range(100), 0.95) == 95


def test_what_did_not_come_counts_as_later_than_what_did():
    assert percentile_of_censored([(1.0, True), (2.0, True), (3.0, True)], 0.5) == 2.0
    # Half of them were given up before one second: those that came say more of the rest.
    assert percentile_of_censored([(0.5, False)] * 2 + [(1.0, True), (4.0, True)], 0.9) == 4.0
    assert percentile_of_censored([(1.0, True), (9.0, False)], 0.95) == 9.0


def test_the_chart_is_a_picture_of_the_table(tmp_path):
    table = {"calm & quiet": {policy: {"on_time": 0.5} for policy in POLICIES}}
    draw(table, tmp_path / "chart.svg")
    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "calm &amp; quiet" in drawn
    assert drawn.count(">50<") == 5


def test_waits_are_compared_over_what_all_have_missed():
    first = Measures(waits=[0.5, None, 2.0], exact=[(0.0, True)])
    second = Measures(waits=[0.1, 3.0, None], exact=[(0.0, True)])
    hard = missed_by_all([first, second])
    assert hard == {0}
    assert first.summary(hard)["urgent_wait_same_p95"] == 0.5
    assert first.summary()["urgent_wait_p95"] == 2.0


def test_nothing_waits_longer_for_what_is_made_ahead():
    """Only misses that both have are compared: those that are left to one may be harder ones."""
    runs = {name: Measures() for name in ("lru", "default")}
    for seed in range(3):
        for name, run in runs.items():
            run.add(simulate(game("habitual", seed), POLICIES[name], seed=seed))
    hard = missed_by_all(runs.values())
    lru, ours = (runs[name].summary(hard)["urgent_wait_same_p95"] for name in ("lru", "default"))
    assert ours <= 1.1 * lru
