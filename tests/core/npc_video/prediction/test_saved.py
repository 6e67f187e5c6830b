"""A game is played on both sides of a save: what is expected then is as it was before."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video import NpcResponseEvaluator, ToolInteraction
from npc_video.errors import InvalidDataError
from npc_video.generation.planner import Planner
from npc_video.prediction.base import Observation
from npc_video.prediction.blended import standard_predictor
from npc_video.prediction.markov import MarkovPredictor
from npc_video.prediction.matching import PartialMatching
from npc_video.templates import TEMPLATES, read_template

NPCS = ("moss", "fern")
TOOLS = ("gift", "song", "gift", "stick", "gift", "song", "hand")


class Session:
    """Two NPCs that are touched in turn; `at` is the time, in seconds of a clock of its own."""

    def __init__(self, template, at=0.0, look_ahead=3, apply_profile=lambda params: params):
        self.at = at
        self.planner = Planner()
        self._look_ahead = look_ahead
        self.npcs = {
            npc_id: NpcResponseEvaluator(
                read_template(template) | {"npc": {"id": npc_id}},
                clock=lambda: self.at,
                apply_profile=apply_profile,
            )
            for npc_id in NPCS
        }

    def begin(self, saved=None):
        for npc_id, evaluator in self.npcs.items():
            learned = None
            if saved is not None:
                state, learned = saved[npc_id]
                evaluator.from_dict(state)
            predictor = standard_predictor(evaluator, learned=learned, look_ahead=self._look_ahead)
            self.planner.register(npc_id, predictor, learned)
        self.planner.look_ahead(self.at)
        return self

    def save(self):
        return {
            npc_id: (evaluator.to_dict(), self.planner.learned(npc_id))
            for npc_id, evaluator in self.npcs.items()
        }

    def play(self, count, begin=0):
        answers = []
        for turn in range(begin, begin + count):
            self.at += 2.0 + turn % 3
            npc_id = NPCS[turn % 5 % 2]
            tool = TOOLS[turn % len(TOOLS)]
            touch = ToolInteraction(tool, tool, pressure=turn % 4 / 4, zone="cheek")
            params = self.npcs[npc_id].evaluate(touch)
            answers.append(params)
            if params is not None:
                seen = Observation(params, params.cache_key(), touch, self.at)
                self.planner.observe(seen)
                self.planner.look_ahead(self.at)
        return answers

    def expected(self):
        """What would be made ahead, the most worth first."""
        made = []
        while found := self.planner.speculation(
            self.at, 1.0, is_there=lambda key: key in made, usefulness=lambda params: 0.0
        ):
            made.append(found.key)
        return made


def by_json(saved):
    return json.loads(json.dumps(saved, allow_nan=False))


def by_json_of_an_engine(saved):
    return json.loads(json.dumps(saved, allow_nan=False), parse_int=float)


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("look_ahead", [0, 3])
@pytest.mark.parametrize("kept", [by_json, by_json_of_an_engine])
def test_goes_on_as_if_nothing_had_been(template, look_ahead, kept):
    before = Session(template, look_ahead=look_ahead).begin()
    before.play(30)
    after = Session(template, at=5_000_000.0, look_ahead=look_ahead).begin(kept(before.save()))
    assert before.expected()
    for turn in range(30, 60):
        assert after.expected() == before.expected()
        assert after.play(1, turn) == before.play(1, turn)


def test_of_an_npc_that_answers_otherwise_only_the_habits_count():
    before = Session("affinity", look_ahead=0).begin()
    before.play(30)

    def applied(params):
        return replace(params, style="ink")

    after = Session("affinity", look_ahead=0, apply_profile=applied).begin(before.save())
    assert not after.expected()  # else clips would be made that nobody asks for
    changed = Session("affinity", apply_profile=applied).begin(before.save())
    assert {key[5] for key in changed.expected()} == {"ink"}


def test_what_is_known_better_is_not_unlearned():
    session = Session("affinity").begin()
    session.play(5)
    early = session.planner.learned("moss")
    session.play(30, 5)
    late = session.planner.learned("fern")
    session.planner.register("moss", standard_predictor(session.npcs["moss"]), early)
    assert session.planner.learned("fern") == late


LEARNED = json.dumps(
    (lambda session: (session.play(12), session.save())[1]["moss"][1])(Session("guard").begin())
)


HABITS = {
    "acts": PartialMatching().to_dict(),
    "examples": [{"tool_id": "hand", "tool_type": "hand"}],
    "answers": [{"npc_id": "moss"}],
    "last": [],
}


@pytest.mark.parametrize(
    "damage",
    [
        {"answers": [{"npc_id": "moss", "intensity": 1.5}]},
        {"examples": [{"tool_id": "hand", "tool_type": "hand", "speed": -0.1}]},
        {"examples": [{"tool_id": "hand", "tool_type": "hand", "duration": -1.0}]},
        {"last": [[0, 0]]},
    ],
)
def test_habits_that_contradict_themselves_are_refused(damage):
    assert MarkovPredictor.from_dict(HABITS).to_dict()["last"] == []
    with pytest.raises(InvalidDataError, match="This is no"):
        MarkovPredictor.from_dict(HABITS | damage)


@given(
    st.data(),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just([]),
)
def test_damage_is_refused_or_does_no_harm(data, value):
    learned = json.loads(LEARNED)
    part, path = learned, []
    while isinstance(part, dict | list) and part and (not path or data.draw(st.booleans())):
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        path.append(data.draw(st.sampled_from(keys)))
        inner, part = part, part[path[-1]]
    inner[path[-1]] = value
    session = Session("guard")
    try:
        session.begin({npc_id: (session.npcs[npc_id].to_dict(), learned) for npc_id in NPCS})
    except InvalidDataError as error:
        assert str(error).endswith(".")  # noqa: PT017
    session.play(5)
    session.expected()
