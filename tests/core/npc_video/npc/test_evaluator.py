import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from npc_video.errors import InvalidDataError
from npc_video.graph import load_metadata
from npc_video.graph.nodes.base import NODE_TYPES, StatefulNode
from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.npc.profile import Profile
from npc_video.records import ToolInteraction, VideoParams
from npc_video.templates import TEMPLATES, read_template
from npc_video.touch.wandering import Wandering

from tests.core.npc_video.graph.graphs import Data, metadata, touch

TOOLS = ("feather", "hand", "gift", "stick", "song", "treat")
ZONES = ("horns", "forehead", "nose", "cheek", "belly")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def meter(**sections: Any) -> Data:
    """Pressure fills a meter, which is shown as the intensity."""
    nodes = {
        "p": ("input.pressure", {}),
        "meter": ("state.accumulator", {"max": 10, "decayRate": 0.1}),
        "show": ("math.multiply", {"value": 0.1}),
        "out": ("video.output", {}),
    }
    wires = ("p.value > meter.input", "meter.value > show.a", "show.value > out.intensity")
    return metadata(nodes, *wires, **sections)


def intensity(answer: VideoParams | None) -> float:
    assert answer is not None
    return answer.intensity


def test_what_nothing_says_comes_from_the_metadata() -> None:
    data = metadata(
        {"out": ("video.output", {})},
        npc={"id": "ember", "name": "Ember", "avatarUrl": "e.png"},
        videoGen={"basePrompt": "a dragon", "style": {"artStyle": "anime", "loras": ["x"]}},
    )
    assert NpcResponseEvaluator(data).evaluate(touch()) == VideoParams(
        prompt="a dragon, neutral expression, neutral mood",
        expression="neutral",
        animation="idle",
        emotion="neutral",
        intensity=0.5,
        loras=("x",),
        style="anime",
        npc_id="ember",
        npc_name="Ember",
        npc_base_image="e.png",
    )


def test_the_output_passes_everything_on() -> None:
    data = metadata(
        {
            "lora": ("video.lora", {"loras": {"neutral": ["a", "b"]}}),
            "state": ("math.add", {"value": 3}),
            "none": ("logic.switch", {"cases": {}}),
            "style": ("video.style", {"artStyle": "ink", "seed": 2**60 + 1}),
            "out": ("video.output", {}),
        },
        "lora.loras > out.loras",
        "style.style > out.style",
        "style.seed > out.seed",
        "state.value > out.emotion",
        "none.value > out.expression",
        "none.value > out.prompt",
        "state.value > out.intensity",
        "state.value > out.whatever",
    )
    answer = NpcResponseEvaluator(data).evaluate(touch())
    assert answer is not None
    assert answer.loras == ("a", "b")
    assert (answer.style, answer.seed) == ("ink", 2**60 + 1)
    assert (answer.emotion, answer.expression) == ("3", "neutral")
    assert answer.prompt == "neutral expression, 3 mood"
    assert answer.intensity == 1.0


def test_nodes_that_the_output_does_not_need_are_not_run() -> None:
    data = metadata(
        {
            "write": ("state.memory", {"key": "k"}),
            "z": ("input.zone", {}),
            "o": ("video.output", {}),
        },
        "z.zone > write.write",
    )
    evaluator = NpcResponseEvaluator(data)
    evaluator.evaluate(touch())
    assert evaluator.state.memory == {}


# ---- When it does not answer ----


def test_cooldown(clock: Clock) -> None:
    evaluator = NpcResponseEvaluator(meter(interaction={"responseCooldown": 500}), clock=clock)
    assert evaluator.evaluate(touch()) is not None
    clock.now += 0.49
    assert evaluator.evaluate(touch()) is None
    clock.now += 0.01
    assert evaluator.evaluate(touch()) is not None


def test_the_cooldown_is_half_a_second_if_the_file_does_not_say(clock: Clock) -> None:
    evaluator = NpcResponseEvaluator({}, clock=clock)
    answers = []
    for _ in range(3):
        answers.append(evaluator.evaluate(touch()) is not None)
        clock.now += 0.3
    assert answers == [True, False, True]


@pytest.mark.parametrize("listed", ["feather", {"id": "feather", "label": "Feather"}])
def test_tools_that_are_not_enabled(listed: object) -> None:
    rules = {"responseCooldown": 0, "enabledTools": [listed]}
    evaluator = NpcResponseEvaluator(meter(interaction=rules))
    assert evaluator.evaluate(touch("hand")) is None
    assert evaluator.evaluate(touch("feather")) is not None
    assert evaluator.evaluate(ToolInteraction("f_7", "feather")) is not None
    assert evaluator.evaluate(ToolInteraction("feather", "quill")) is not None


def test_zones_that_are_not_enabled() -> None:
    rules = {"responseCooldown": 0, "zones": ["nose", {"id": "belly", "rect": [0, 0, 1, 1]}]}
    evaluator = NpcResponseEvaluator(meter(interaction=rules))
    answered = [evaluator.evaluate(touch(zone=zone)) is not None for zone in ZONES]
    assert answered == [False, False, True, False, True]
    assert evaluator.evaluate(touch()) is not None  # of no particular zone, such as a song


def test_a_session_ends_and_reset_begins_the_next(clock: Clock) -> None:
    rules = {"responseCooldown": 0, "maxSessionDuration": 1000}
    evaluator = NpcResponseEvaluator(meter(interaction=rules), clock=clock)
    clock.now += 50.0
    assert evaluator.evaluate(touch()) is not None
    clock.now += 1.0
    assert evaluator.evaluate(touch()) is not None
    clock.now += 0.01
    assert evaluator.evaluate(touch()) is None
    evaluator.reset()
    assert evaluator.evaluate(touch()) is not None


def test_what_is_not_answered_changes_nothing(clock: Clock) -> None:
    rules = {"responseCooldown": 500, "enabledTools": ["hand"]}
    evaluator = NpcResponseEvaluator(meter(interaction=rules), clock=clock)
    evaluator.evaluate(touch(pressure=1.0))
    before = evaluator.to_dict()
    evaluator.evaluate(touch("stick", pressure=1.0))
    evaluator.evaluate(touch(pressure=1.0))
    assert evaluator.to_dict() == before


def test_why_it_does_not_answer(clock: Clock) -> None:
    rules = {"enabledTools": ["feather", "hand"], "zones": ["nose"], "maxSessionDuration": 2000}
    evaluator = NpcResponseEvaluator(meter(interaction=rules), clock=clock)

    def why(event: ToolInteraction) -> str:
        reason = evaluator.refusal_at(event, clock.now)
        assert bool(reason) == (evaluator.copy().evaluate(event) is None)
        return reason

    assert why(touch("stick")) == "It does not answer to stick, only to feather, hand."
    assert why(ToolInteraction("f_7", "feather")) == ""
    assert why(touch("hand", zone="ear")) == "It does not answer at ear, only at nose."
    assert why(touch("hand")) == ""
    evaluator.evaluate(touch("hand"))
    clock.now += 0.4
    assert why(touch("hand")) == "It has just answered, and waits 0.5 s."
    clock.now += 0.1 - 1e-12
    assert why(touch("hand")) == ""
    clock.now += 2.0
    assert why(touch("hand")) == "Its session has reached its longest duration: reset it."


# ---- Time ----


def test_time_is_handed_in_and_a_clock_that_goes_back_is_harmless() -> None:
    evaluator = NpcResponseEvaluator(meter())
    assert intensity(evaluator.evaluate_at(touch(pressure=1.0), 5.0)) == 0.1
    assert intensity(evaluator.evaluate_at(touch(pressure=0.0), 7.0)) == pytest.approx(0.08)
    assert intensity(evaluator.evaluate_at(touch(pressure=0.0), 7.0)) == pytest.approx(0.08)


@pytest.mark.parametrize("now", [float("nan"), float("inf")])
def test_a_time_that_is_none_is_refused(now: float) -> None:
    with pytest.raises(InvalidDataError, match="now"):
        NpcResponseEvaluator(meter()).evaluate_at(touch(), now)


def test_the_same_events_give_the_same_answers() -> None:
    def played(start: float) -> list[VideoParams | None]:
        evaluator = NpcResponseEvaluator({}, seed=3)
        return [
            evaluator.evaluate_at(touch(tool, zone=zone), start + 0.75 * turn)
            for turn, (tool, zone) in enumerate((t, z) for t in TOOLS for z in ZONES)
        ]

    assert played(0.0) == played(1024.0)


# ---- Copies and saved games ----


def test_a_copy_is_independent(clock: Clock) -> None:
    evaluator = NpcResponseEvaluator(meter(), clock=clock)
    evaluator.evaluate(touch(pressure=1.0))
    copy = evaluator.copy()
    for _ in range(3):
        copy.evaluate(touch(pressure=1.0))
    assert intensity(evaluator.evaluate(touch(pressure=1.0))) == pytest.approx(0.2)
    assert intensity(copy.evaluate(touch(pressure=1.0))) == pytest.approx(0.5)


def test_a_copy_goes_on_as_the_original_does(clock: Clock) -> None:
    for name in TEMPLATES:
        evaluator = NpcResponseEvaluator(read_template(name), clock=clock)
        for turn in range(20):
            copy = evaluator.copy()
            clock.now += 1.0
            interaction = touch(TOOLS[turn % 6], pressure=turn / 20)
            assert copy.evaluate(interaction) == evaluator.evaluate(interaction)
            assert copy.to_dict() == evaluator.to_dict()


def test_metadata_is_shared_by_many() -> None:
    loaded = load_metadata(meter())
    first, second = NpcResponseEvaluator(loaded), NpcResponseEvaluator(loaded)
    first.evaluate(touch(pressure=1.0))
    assert intensity(second.evaluate(touch(pressure=1.0))) == pytest.approx(0.1)


STATEFUL: Data = metadata(
    {
        "p": ("input.pressure", {}),
        "z": ("input.zone", {}),
        "history": ("input.history", {}),
        "smooth": ("math.smooth", {"timeMs": 2000}),
        "meter": ("state.accumulator", {"decayRate": 0.05}),
        "machine": (
            "state.machine",
            {
                "states": [{"id": "a"}, {"id": "b", "expression": "happy"}],
                "transitions": [{"from": "a", "to": "b", "threshold": 0.5}],
            },
        ),
        "memory": ("state.memory", {"key": "zone"}),
        "timer": ("state.timer", {}),
        "edge": ("state.threshold", {"threshold": 0.5}),
        "combo": ("state.combo", {"sequences": [{"pattern": "nose,nose", "label": "two"}]}),
        "mood": ("state.mood", {"timeMs": 5000}),
        "delay": ("util.delay", {"ms": 1500}),
        "random": ("util.random", {}),
        "prompt": ("video.prompt", {"template": "{h} {s} {m} {t} {e} {c} {o} {d} {r} {state} {k}"}),
        "out": ("video.output", {}),
    },
    *(f"p.value > {n}" for n in ("smooth.value", "meter.input", "mood.value", "delay.value")),
    *("meter.value > machine.intensity", "p.value > edge.value", "z.zone > combo.input"),
    *("z.zone > memory.write", "history.count > prompt.h", "smooth.value > prompt.s"),
    *("meter.value > prompt.m", "timer.value > prompt.t", "edge.value > prompt.e"),
    *("combo.label > prompt.c", "mood.value > prompt.o", "delay.value > prompt.d"),
    *("random.value > prompt.r", "machine.state > prompt.state", "memory.value > prompt.k"),
    "prompt.prompt > out.prompt",
)


def test_a_saved_game_goes_on_where_it_was(clock: Clock) -> None:
    evaluator = NpcResponseEvaluator(STATEFUL, clock=clock)
    for turn in range(12):
        saved = json.loads(json.dumps(evaluator.to_dict(), allow_nan=False))
        later = Clock()
        later.now = 5_000_000.0  # another process, another clock
        loaded = NpcResponseEvaluator(STATEFUL, clock=later)
        loaded.from_dict(saved)
        interaction = touch(pressure=turn % 5 / 4, zone=ZONES[turn // 2 % 5])
        later.now += 0.75
        clock.now += 0.75
        assert loaded.evaluate(interaction) == evaluator.evaluate(interaction)
        assert json.dumps(loaded.to_dict()["nodes"]) == json.dumps(evaluator.to_dict()["nodes"])


def floats_alone(data: object) -> object:
    """As Godot's JSON reads it, which knows no whole numbers."""
    return json.loads(json.dumps(data), parse_int=float)


def test_a_saved_game_survives_json_without_whole_numbers(clock: Clock) -> None:
    evaluator = NpcResponseEvaluator(STATEFUL, clock=clock)
    for turn in range(12):
        clock.now += 0.75
        loaded = NpcResponseEvaluator(STATEFUL, clock=clock)
        loaded.from_dict(floats_alone(evaluator.to_dict()))
        for part in ("nodes", "memory"):
            assert loaded.to_dict()[part] == evaluator.to_dict()[part]
        interaction = touch(pressure=turn % 5 / 4, zone=ZONES[turn // 2 % 5])
        assert loaded.evaluate(interaction) == evaluator.evaluate(interaction)


def test_the_cooldown_is_saved_too(clock: Clock) -> None:
    data = meter(interaction={"responseCooldown": 500})
    evaluator = NpcResponseEvaluator(data, clock=clock)
    evaluator.evaluate(touch())
    loaded = NpcResponseEvaluator(data, clock=lambda: 0.0)
    loaded.from_dict(evaluator.to_dict())
    assert loaded.evaluate(touch()) is None


def test_nodes_that_changed_begin_anew_and_the_others_go_on(clock: Clock) -> None:
    old = NpcResponseEvaluator(meter(), clock=clock)
    old.evaluate(touch(pressure=1.0))
    changed = meter()
    nodes = changed["responseGraph"]["nodes"]
    nodes.append({"id": "extra", "type": "state.mood", "data": {"timeMs": 1, "baseline": 0.25}})
    changed["responseGraph"]["connections"].append(
        {"from": "extra", "fromPort": "value", "to": "out", "toPort": "emotion"}
    )
    new = NpcResponseEvaluator(changed, clock=clock)
    new.from_dict(old.to_dict())
    answer = new.evaluate(touch(pressure=1.0))
    assert intensity(answer) == pytest.approx(0.2)
    assert answer is not None
    assert answer.emotion == "0.25"
    nodes[1]["type"], nodes[1]["data"] = "math.smooth", {"timeMs": 10}
    nodes[1] |= {"id": "meter"}
    changed["responseGraph"]["connections"][0]["toPort"] = "value"
    other = NpcResponseEvaluator(changed, clock=clock)
    other.from_dict(old.to_dict())
    assert intensity(other.evaluate(touch(pressure=1.0))) == pytest.approx(0.1)


def test_a_machine_whose_state_is_gone_begins_in_its_first() -> None:
    def machine(*states: str) -> NpcResponseEvaluator:
        data = {"states": [{"id": state} for state in states], "transitions": []}
        if len(states) > 1:
            data["transitions"] = [{"from": states[0], "to": states[1], "threshold": 0}]
        nodes = {"m": ("state.machine", data), "out": ("video.output", {})}
        return NpcResponseEvaluator(metadata(nodes, "m.state > out.emotion"), clock=lambda: 0.0)

    old, new = machine("a", "b"), machine("c")
    old.evaluate(touch())
    new.from_dict(old.to_dict())
    answer = new.evaluate(touch())
    assert answer is not None
    assert answer.emotion == "c"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"nodes": 3},
        {"nodes": [{"id": "meter", "type": "state.accumulator", "cell": "full"}]},
        {"nodes": [{"id": "meter", "type": "state.accumulator", "cell": float("nan")}]},
        {"memory": {"a": object()}},
        {"answeredSecondsAgo": "now"},
    ],
)
def test_a_damaged_save_is_refused_and_changes_nothing(change: Data, clock: Clock) -> None:
    evaluator = NpcResponseEvaluator(meter(), clock=clock)
    evaluator.evaluate(touch(pressure=1.0))
    before = evaluator.to_dict()
    with pytest.raises(InvalidDataError, match="saved"):
        evaluator.from_dict({**before, **change})
    with pytest.raises(InvalidDataError):
        evaluator.from_dict({})
    assert evaluator.to_dict() == before


def test_reset_forgets(clock: Clock) -> None:
    evaluator = NpcResponseEvaluator(STATEFUL, clock=clock)
    fresh = evaluator.to_dict()
    evaluator.evaluate(touch(pressure=1.0))
    assert evaluator.to_dict() != fresh
    evaluator.reset()
    assert evaluator.to_dict() == fresh


def test_what_answers_depend_on_has_a_fingerprint() -> None:
    def fingerprint(**changes: Any) -> str:
        return NpcResponseEvaluator(meter(**changes)).fingerprint

    def applied(params: VideoParams) -> VideoParams:
        return replace(params, negative_prompt="fog")

    known = fingerprint()
    assert known == fingerprint()
    assert known == fingerprint(interaction={"responseCooldown": 500})  # when, and not what
    steeper = meter()
    steeper["responseGraph"]["nodes"][1]["data"]["decayRate"] = 0.5
    others = {
        fingerprint(videoGen={"basePrompt": "a dragon"}),
        fingerprint(npc={"id": "moss"}),
        NpcResponseEvaluator(STATEFUL).fingerprint,
        NpcResponseEvaluator(steeper).fingerprint,
        NpcResponseEvaluator(meter(), apply_profile=applied).fingerprint,
    }
    assert known not in others
    assert len(others) == 5


def test_evaluations_are_logged_on_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "npc_video.graph")
    NpcResponseEvaluator(meter()).evaluate(touch())
    assert not caplog.messages
    evaluator = NpcResponseEvaluator(meter(debug={"logEvaluations": True}))
    evaluator.evaluate(touch())
    evaluator.copy().evaluate(touch())
    assert len(caplog.messages) == 1


def look_of(params: VideoParams) -> VideoParams:
    return VideoParams(
        expression=params.expression,
        animation=params.animation,
        emotion=params.emotion,
        intensity=params.intensity,
    )


@pytest.mark.parametrize("seed_policy", ["npc", "reaction"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_look_is_asked_for_as_the_answer_that_shows_it(name: str, seed_policy: str) -> None:
    data = read_template(name)
    data["videoGen"]["basePrompt"] = "a small dragon"
    data["npc"] = {"id": "ember"}
    npc = Profile(
        negative_prompt="rain",
        style="anime",
        loras={"wing": 0.5},
        seed_policy=seed_policy,
        portrait="e.png",
        document=data,
    )
    evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
    walk = Wandering(TOOLS, ZONES, seed=1)
    now, seen = 0.0, set()
    for _ in range(200):
        now += walk.pause()
        answer = evaluator.evaluate_at(walk.touch(), now)
        if answer is None:
            continue
        cells = evaluator.state.cells.copy()
        assert evaluator.asked_for(look_of(answer)) == answer
        assert evaluator.state.cells == cells
        assert answer.prompt.startswith("a small dragon, ")
        seen.add(answer.cache_key())
    assert len(seen) > 5


def test_a_look_of_another_state_is_asked_for_as_in_that_state() -> None:
    evaluator = NpcResponseEvaluator(read_template("affinity"))
    look = VideoParams(expression="love", animation="lean_in", emotion="love")
    assert evaluator.asked_for(look).prompt == "love expression, love mood, dear_friend"


def test_what_is_wanted_by_words_follows_the_base_prompt() -> None:
    data = metadata(
        {
            "style": ("video.style", {"artStyle": "anime", "seed": 5}),
            "not": ("video.negative", {"template": "no {expression}"}),
            "out": ("video.output", {}),
        },
        "style.style > out.style",
        "style.seed > out.seed",
        "not.negativePrompt > out.negativePrompt",
        videoGen={"basePrompt": "a dragon"},
    )
    evaluator = NpcResponseEvaluator(data)
    sad = evaluator.asked_for(VideoParams(expression="sad"))
    assert (sad.prompt, sad.style, sad.seed) == (
        "a dragon, sad expression, neutral mood",
        "anime",
        5,
    )
    assert sad.negative_prompt == "no sad"
    said = evaluator.asked_for(
        VideoParams(prompt="laughing", negative_prompt="fog", style="ink", seed=3)
    )
    assert (said.prompt, said.negative_prompt) == ("a dragon, laughing", "fog")
    assert (said.style, said.seed) == ("ink", 3)


def test_without_a_turn_nothing_breaks_in_any_node() -> None:
    for name, kind in NODE_TYPES.items():
        if issubclass(kind, StatefulNode):
            data = {
                "state.machine": {"states": [{"id": "calm", "expression": "sad"}]},
                "state.threshold": {"threshold": 0.5},
                "state.combo": {"sequences": [{"pattern": "a,b"}]},
                "state.mood": {"timeMs": 100},
                "util.delay": {"ms": 100},
                "math.smooth": {"timeMs": 100},
            }.get(name, {})
            port = kind.outputs[0]
            nodes = {
                "one": (name, data),
                "prompt": ("video.prompt", {"template": f"{{expression}}, {{{port}}}"}),
                "out": ("video.output", {}),
            }
            wires = (f"one.{port} > prompt.{port}", "prompt.prompt > out.prompt")
            evaluator = NpcResponseEvaluator(metadata(nodes, *wires))
            asked = evaluator.asked_for(VideoParams(expression="sad"))
            assert asked.prompt == evaluator.asked_for(VideoParams(expression="sad")).prompt


def test_at_another_intensity_an_answer_has_the_seed_of_that() -> None:
    for policy in ("fixed", "npc", "reaction"):
        npc = Profile("Ember", seed_policy=policy, seed=7)
        evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
        answer = evaluator.evaluate_at(touch(), 0.0)
        assert answer is not None
        moved = evaluator.at_intensity(answer, 0.9)
        assert moved == evaluator.asked_for(replace(look_of(answer), intensity=0.9))


def test_at_another_intensity_a_seed_of_the_graph_stays() -> None:
    data = metadata(
        {"style": ("video.style", {"seed": 5}), "out": ("video.output", {})},
        "style.seed > out.seed",
    )
    npc = Profile("Ember", seed_policy="reaction", document=data)
    evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
    answer = evaluator.evaluate_at(touch(), 0.0)
    assert answer is not None
    assert evaluator.at_intensity(answer, 0.9) == replace(answer, intensity=0.9)
