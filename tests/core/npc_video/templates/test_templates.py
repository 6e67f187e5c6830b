"""Walks each template as a player would, and looks where the mood goes."""

from collections.abc import Iterable
from typing import Any

import pytest
from npc_video.errors import InvalidDataError
from npc_video.face.words import ANIMATION_WORDS, EXPRESSION_WORDS
from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.records import ToolInteraction, VideoParams
from npc_video.templates import DEFAULT_TEMPLATE, TEMPLATES, read_template


class Player:
    """Does something every two seconds."""

    def __init__(self, template: str):
        self._evaluator = NpcResponseEvaluator(read_template(template))
        self._now = 0.0

    def does(self, tool: str, times: int = 1, **fields: Any) -> VideoParams:
        """What is seen after the last time."""
        for _ in range(times):
            self._now += 2.0
            answer = self._evaluator.evaluate_at(ToolInteraction(tool, tool, **fields), self._now)
        assert answer is not None
        return answer

    def waits(self, seconds: float) -> None:
        self._now += seconds

    def sees(self, tools: Iterable[str], **fields: Any) -> list[str]:
        return [self.does(tool, **fields).expression for tool in tools]


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_says_what_it_is_for_and_speaks_the_words_of_the_face(name: str) -> None:
    template = read_template(name)
    assert len(template["description"]) > 40
    for state in NpcResponseEvaluator(template).reachable_states():
        assert state.expression in EXPRESSION_WORDS
        assert state.animation in ANIMATION_WORDS


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="mood_meter"):
        read_template("../errors")


def test_a_template_that_was_read_may_be_changed() -> None:
    read_template("guard")["npc"]["name"] = "Bob"
    assert read_template("guard")["npc"]["name"] == ""


def test_mood_meter_is_what_an_npc_without_a_graph_has() -> None:
    assert DEFAULT_TEMPLATE == "mood_meter"
    own = NpcResponseEvaluator({"npc": {"id": "ember", "name": "Ember"}})
    answer = own.evaluate(ToolInteraction("feather", "feather", zone="cheek"))
    assert answer is not None
    assert (answer.npc_id, answer.expression) == ("ember", "happy")


def test_mood_meter() -> None:
    player = Player("mood_meter")
    climbing = ["feather", "feather", "hand", "treat"]
    assert player.sees(climbing, zone="forehead") == ["happy", "amused", "amused", "ecstatic"]
    assert player.does("song").animation == "bounce"
    player.waits(60.0)
    assert player.does("stick", pressure=0.0).expression == "sad"
    falling = player.sees(["stick"] * 4)
    assert falling[-1] == "angry"
    assert "annoyed" in falling
    player.waits(60.0)
    assert player.does("feather", pressure=0.0, zone="horns").expression == "curious"
    surprised = player.does("gift", pressure=1.0)
    assert (surprised.expression, surprised.animation) == ("surprised", "startle")


def test_mood_meter_counts_pressure_and_place() -> None:
    soft = Player("mood_meter").does("hand", pressure=0.1, zone="horns")
    hard = Player("mood_meter").does("hand", pressure=1.0, zone="belly")
    assert soft.intensity < hard.intensity
    assert (soft.expression, hard.expression) == ("curious", "happy")


def test_tickle_game() -> None:
    player = Player("tickle_game")
    tickle = {"zone": "belly", "pattern": "zigzag", "speed": 0.7, "pressure": 0.3}
    laughing = player.sees(["feather"] * 8, **tickle)
    assert list(dict.fromkeys(laughing)) == ["happy", "amused", "ecstatic"]
    rough = player.does("hand", **{**tickle, "pressure": 0.95})
    assert (rough.expression, rough.animation) == ("annoyed", "shake")
    player.waits(20.0)
    assert player.does("feather", zone="horns", pattern="hold", speed=0.0).expression == "neutral"


def test_tickle_game_some_places_do_not_tickle() -> None:
    player = Player("tickle_game")
    assert player.does("feather", times=10, zone="horns", speed=0.5).expression == "neutral"
    assert player.does("feather", times=3, zone="belly", speed=0.9).expression != "neutral"


def test_affinity() -> None:
    player = Player("affinity")
    assert player.sees(["rope", "hand", "hand"]) == ["neutral", "neutral", "curious"]
    patient = player.does("hand")  # the third in a row
    assert (patient.expression, patient.animation) == ("ecstatic", "bounce")
    assert player.sees(["treat", "treat", "song"]) == ["curious", "happy", "happy"]
    assert player.does("gift").expression == "ecstatic"  # after a song
    beloved = player.does("treat")
    assert (beloved.expression, beloved.animation) == ("love", "lean_in")
    assert "dear_friend" in beloved.prompt
    hit = player.does("stick", times=2)
    assert (hit.expression, hit.animation) == ("sad", "startle")
    player.waits(3600.0)
    assert player.does("feather").expression == "happy"  # what was won stays


def test_guard() -> None:
    player = Player("guard")
    assert player.does("hand").expression == "sleepy"
    assert player.does("hand", zone="chest").expression == "interested"
    assert player.does("stick", zone="door").expression == "annoyed"
    assert player.does("lockpick", zone="keys").expression == "angry"
    player.waits(30.0)
    assert player.does("song").expression == "angry"  # alarmed guards calm down late
    player.waits(15.0)
    assert player.does("gift").expression == "interested"
    assert player.does("pass").expression == "sleepy"


def test_merchant_makes_a_deal() -> None:
    player = Player("merchant")
    assert player.does("coins", pressure=0.5).expression == "interested"
    assert player.does("compliment").expression == "interested"
    assert player.does("coins", pressure=0.6).expression == "amused"
    sold = player.does("coins", pressure=0.9)
    assert (sold.expression, sold.animation) == ("ecstatic", "bounce")
    assert player.does("coins", pressure=0.1).expression == "ecstatic"  # a deal is a deal


def test_merchant_is_insulted_and_comes_round_when_the_player_walks_away() -> None:
    player = Player("merchant")
    assert player.does("coins", pressure=0.2).expression == "annoyed"
    assert player.does("coins", pressure=0.1).expression == "angry"
    assert player.does("walk_away").expression == "annoyed"
    assert player.does("walk_away").expression == "angry"  # only once in a while
    assert player.does("gift").expression == "annoyed"


def test_pet() -> None:
    player = Player("pet")
    playing = player.sees(["feather"] * 5, pattern="zigzag")
    assert list(dict.fromkeys(playing)) == ["curious", "happy", "love"]
    tired = player.does("ball", times=8, pattern="zigzag")
    assert (tired.expression, tired.animation) == ("sleepy", "sleep")
    assert player.does("hand", times=3, pattern="hold").expression != "sleepy"
    player.waits(120.0)
    assert player.does("hand", pattern="hold").expression == "sad"  # hungry
    assert player.does("treat", times=2, pattern="hold").expression != "sad"
