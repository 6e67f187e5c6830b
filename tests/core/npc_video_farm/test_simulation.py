import math

import pytest
from npc_video.records import QUALITY_PRESETS, Purpose

from bench.farm.capacity import CASES, PLAYERS
from bench.farm.chart import draw
from bench.farm.clients import Client, Want
from bench.farm.schedule import replay, schedule
from bench.farm.simulate import fleet_for, simulate
from bench.farm.virtual import Fleet, VirtualFarm
from bench.farm.world import Moment, Plan, moments


def asked(moves):
    return [(want.purpose, want.key) for want in moves.asks]


def want(key, purpose=Purpose.URGENT, *, game=0):
    return Want(key, 0, game, purpose, QUALITY_PRESETS["realtime"], due_in=5.0)


def test_a_world_is_the_same_whenever_it_is_made():
    plan = Plan(20, 60.0)
    assert list(moments(plan)) == list(moments(plan))


def test_the_moments_of_a_world_are_in_order():
    times = [moment.at for moment in moments(Plan(50, 60.0))]
    assert times == sorted(times)
    assert times[-1] < 60.0


def test_a_world_without_unseen_looks_asks_for_nothing():
    assert not any(moment.look or moment.guess for moment in moments(Plan(50, 60.0, unseen=0.0)))


def test_the_newest_look_is_urgent_and_the_one_before_is_left():
    client = Client(1, 0)
    assert asked(client.react(Moment(0.0, 1, 0, "a"))) == [(Purpose.URGENT, "a realtime")]
    moves = client.react(Moment(1.0, 1, 0, "b"))
    assert moves.leaves == ["a realtime"]
    assert asked(moves) == [(Purpose.URGENT, "b realtime")]


def test_a_better_clip_is_asked_for_once_and_only_for_what_is_shown():
    client = Client(1, 0)
    client.react(Moment(0.0, 1, 0, "a"))
    better = client.arrive("a realtime")
    assert better is not None
    assert (better.purpose, better.key) == (Purpose.UPGRADE, "a fast")
    assert client.arrive("a realtime") is None
    client.react(Moment(1.0, 1, 0, "b"))
    assert client.arrive("a realtime") is None


def test_an_expected_look_is_kept_if_it_comes_and_left_if_not():
    client = Client(1, 0)
    assert asked(client.react(Moment(0.0, 1, 0, "", "a"))) == [(Purpose.SPECULATION, "a realtime")]
    right = client.react(Moment(1.0, 1, 0, "a", "b"))
    assert right.leaves == []
    assert client.react(Moment(2.0, 1, 0, "c")).leaves == ["a realtime", "b realtime"]


def test_every_clip_that_is_asked_for_comes():
    done = []
    farm = VirtualFarm(
        Fleet(["game 0", "game 1"], load_seconds=1.0),
        lambda game: f"game {game}",
        lambda want, now: done.append(want.key),
    )
    keys = [str(number) for number in range(60)]
    for number, key in enumerate(keys):
        farm.advance(number / 10.0)
        farm.ask(want(key, list(Purpose)[number % 4], game=number % 3), number / 10.0)
    farm.advance(math.inf)
    assert sorted(done) == sorted(f"{key} realtime" for key in keys)


def test_loading_another_model_is_part_of_the_wait():
    farm = VirtualFarm(Fleet(["other"], load_seconds=3.0), lambda game: "own")
    farm.ask(want("a"), 0.0)
    farm.advance(math.inf)
    assert farm.account.waits[Purpose.URGENT] == [(3.0, True)]
    assert farm.account.work == {
        "loading": 3.0,
        "urgent": pytest.approx(want("a").seconds),
    }


def test_an_urgent_clip_displaces_baking_and_that_is_made_afterwards():
    done = []
    farm = VirtualFarm(Fleet([""]), lambda game: "", lambda want, now: done.append(want.key))
    farm.ask(want("bake", Purpose.BAKE), 0.0)
    farm.advance(0.1)
    farm.ask(want("urgent"), 0.1)
    farm.advance(math.inf)
    assert done == ["urgent realtime", "bake realtime"]
    assert farm.account.work["lost"] == pytest.approx(0.1)


def test_a_clip_that_was_made_ahead_is_there_at_once():
    done = []
    farm = VirtualFarm(Fleet([""]), lambda game: "", lambda want, now: done.append(now))
    farm.ask(want("a", Purpose.SPECULATION), 0.0)
    farm.advance(100.0)
    farm.ask(want("a"), 100.0)
    assert done[-1] == 100.0
    assert farm.account.waits[Purpose.URGENT] == []


def test_a_schedule_has_the_load_that_is_asked_for():
    requests = schedule(players=30, count=100, workers=4, load=1.4, scale=0.05)
    work = sum({each.want.key: each.want.seconds for each in requests}.values()) * 0.05
    assert len(requests) == 100
    assert work / (4 * requests[-1].at) == pytest.approx(1.4)
    assert [each.at for each in requests] == sorted(each.at for each in requests)


def test_a_replay_measures_each_urgent_clip_and_longer_waits_under_more_load():
    waits = {}
    for load in (0.3, 3.0):
        requests = schedule(players=30, count=150, workers=2, load=load, scale=0.05)
        waits[load] = replay(requests, workers=2, scale=0.05)
        urgent = {each.want.key for each in requests if each.want.purpose is Purpose.URGENT}
        assert len(waits[load]) == len(urgent)
    assert sum(waits[0.3]) < sum(waits[3.0])


def test_seventy_gpus_serve_a_thousand_players():
    plan = Plan(1000, 120.0, games=4)
    figures = simulate(plan, moments(plan), fleet_for(plan, 70, load_seconds=10.0))
    assert figures.urgent_p95 < 1.0
    assert figures.loads < 2.0
    assert figures.useful > 0.8


def test_many_players_of_eight_games_need_as_few_gpus_for_each():
    plan = Plan(4000, 120.0)
    figures = simulate(plan, moments(plan), fleet_for(plan, 140, load_seconds=10.0))
    assert figures.urgent_p95 < 1.0
    assert figures.loads < 2.0


def test_the_chart_has_a_line_for_each_case(tmp_path):
    draw({name: dict.fromkeys(PLAYERS, 50) for name in CASES}, tmp_path / "chart.svg")
    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert drawn.count("<polyline") == len(CASES)
    assert all(name in drawn for name in CASES)


def test_a_flood_for_one_model_costs_the_players_of_others_little():
    plan = Plan(1000, 240.0)
    played = list(moments(plan))
    fleet = fleet_for(plan, 70, 10.0)
    alone = simulate(plan, played, fleet).urgent_p95
    assert simulate(plan, played, fleet, flood=140.0).urgent_p95 <= 2.0 * alone
