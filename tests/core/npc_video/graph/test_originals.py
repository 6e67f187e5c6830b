"""Files of the original tools load unchanged, answer as they did there, and lose nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.graph import load_metadata
from npc_video.graph.nodes import NODE_TYPES
from npc_video.graph.vocabulary import known_zones
from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.npc.profile import Profile
from npc_video.records import ToolInteraction, VideoParams

from tests.core.npc_video.graph.graphs import Data, touch
from tests.core.npc_video.graph.originals import ORIGINALS, original, original_text


def answers(source: Any, *touches: tuple[float, ToolInteraction]) -> list[VideoParams]:
    evaluator = NpcResponseEvaluator(source, clock=lambda: 0.0)
    found = [evaluator.evaluate_at(interaction, now) for now, interaction in touches]
    assert None not in found
    return [one for one in found if one is not None]


def test_every_type_of_node_is_in_one_of_them() -> None:
    nodes = (node for name in ORIGINALS for node in original(name)["responseGraph"]["nodes"])
    assert {node["type"] for node in nodes} == set(NODE_TYPES)


def test_feather_game() -> None:
    found = answers(
        original_text("feather_game"),
        (0.0, touch("feather", zone="ribs", pressure=0.5)),
        (1.0, touch("feather", zone="elbow", pressure=1.0)),  # 0 is a value
        (2.0, touch("feather", zone="nose", pressure=0.4)),  # what is not in the map counts as 1
        (3.0, touch("feather", zone="horns", pressure=0.2)),  # and so does null
        (10.0, touch("feather", zone="feet", pressure=0.1)),
    )
    assert [one.intensity for one in found] == pytest.approx([0.45, 0.4, 0.75, 0.9, 0.63])
    assert [one.expression for one in found] == ["amused"] * 2 + ["ecstatic"] * 3
    assert [one.animation for one in found] == ["wiggle"] * 2 + ["laugh"] * 3
    assert [one.emotion for one in found] == ["amused"] * 2 + ["joy"] * 3
    assert found[2].prompt == "a small friendly dragon, ecstatic, touched at nose, laughing"
    assert found[0].npc_base_image == "/avatars/ember.png"
    metadata = load_metadata(original_text("feather_game"))
    assert known_zones(metadata) == ["ribs", "feet", "elbow", "horns", "nose"]
    simulated = metadata.debug.simulated_input
    assert simulated is not None
    assert (simulated.tool, simulated.pressure, simulated.speed) == ("feather", 0.7, 0.5)


def test_dance_steps() -> None:
    found = answers(
        original_text("dance_steps"),
        *((float(now), touch(pattern=step, pressure=0.2)) for now, step in enumerate(
            ("tap", "tap", "circular", "hold")
        )),
    )  # fmt: skip
    # 0.2, then 1.5 times as much, then three times, and 0.1 less each second.
    assert [one.intensity for one in found] == pytest.approx([0.1, 0.2, 0.45, 0.5])
    assert [one.prompt for one in found] == [f"dancing {x}" for x in ("", "beat", "twirl", "")]
    assert [one.expression for one in found] == ["neutral", "interested", "ecstatic", "ecstatic"]
    assert [one.emotion for one in found] == ["neutral", "neutral", "bliss", "bliss"]
    assert {one.animation for one in found} == {"sway"}
    assert found[0].npc_name == "Ida Büttner 🪩"


def test_shy_cat() -> None:
    found = answers(
        original_text("shy_cat"),
        *((now, touch(pressure=pressure)) for now, pressure in ((0, 1), (1, 0.2), (3, 0), (9, 0))),
    )
    assert [one.animation for one in found] == ["crouch", "crouch", "peeking", "purring"]
    assert [one.expression for one in found] == ["neutral", "neutral", "curious", "happy"]
    assert [one.emotion for one in found] == ["neutral", "neutral", "interested", "content"]
    assert [one.intensity for one in found] == pytest.approx([0, 0.3148, 0.7479, 0.9874], abs=1e-4)
    assert [one.loras for one in found] == [("whiskers",)] * 3 + [("soft_light", "whiskers")]
    assert found[3].prompt == "a shy cat, happy"
    assert known_zones(load_metadata(original_text("shy_cat"))) == ["back", "tail"]


def test_museum_guide() -> None:
    lamp, chart = answers(original_text("museum_guide"), (0, touch("lamp")), (1, touch("map")))
    assert lamp.prompt == "a museum guide, showing the lamp, neutral, {unknown}"
    assert lamp.negative_prompt == "blurry, lamp"
    assert (lamp.style, lamp.seed, lamp.intensity) == ("ink", 42, 0.5)
    assert lamp.loras == ("line_art:0.7", "museum")
    assert (lamp.expression, chart.expression) == ("interested", "")
    metadata = load_metadata(original_text("museum_guide"))
    assert metadata.video_gen.provider == "stable-diffusion"
    assert metadata.debug.show_graph is True


def test_every_node() -> None:
    belly, nose = answers(
        original_text("every_node"),
        (0, touch(zone="belly", pressure=0.75)),
        (1, touch(zone="nose", pressure=0.75)),
    )
    assert (belly.expression, belly.emotion, belly.animation) == ("interested", "pleasure", "idle")
    assert (nose.expression, nose.emotion, nose.intensity) == ("ecstatic", "bliss", 0.5)
    assert (nose.prompt, nose.loras, nose.style, nose.seed) == ("ecstatic", ("base",), "", 0)


# ---- What nobody here knows ----


def lost(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Where `after` has not what `before` has."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from lost(value, after.get(key), f"{path}.{key}")
    elif before != after:
        yield path


def profile_of(document: Data) -> Profile:
    cooldown = (document["interaction"] or {}).get("responseCooldown", 500)
    return Profile(cooldown=cooldown / 1000, document=document)


@pytest.mark.parametrize("name", ORIGINALS)
def test_nothing_is_lost_on_the_way_through_a_profile(name: str) -> None:
    document = original(name)
    made = profile_of(document).metadata()
    assert list(lost(document, made)) in ([], [".npc", ".videoGen"])  # which are null
    assert made["responseGraph"] is document["responseGraph"]
    assert answers_of(made) == answers_of(document)


def answers_of(document: Data) -> list[VideoParams | None]:
    evaluator = NpcResponseEvaluator(document, clock=lambda: 0.0)
    touches = (
        touch(tool, zone=zone, pressure=0.1 * n, pattern="tap")
        for n, (tool, zone) in enumerate(
            (("feather", "ribs"), ("lamp", "nose"), ("feather", "feet"), ("map", "tail")) * 2
        )
    )
    return [evaluator.evaluate_at(one, float(now)) for now, one in enumerate(touches)]


TABLES = {"initial", "cases", "values", "thresholds", "emotions", "animations", "sounds", "loras"}


def records(value: Any) -> Iterator[Data]:
    """The objects of a document that have fields, and are no tables."""
    if isinstance(value, dict):
        yield value
        for key, item in value.items():
            if not (key in TABLES and isinstance(item, dict)):
                yield from records(item)
    elif isinstance(value, list):
        for item in value:
            yield from records(item)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(st.data(), st.sampled_from(ORIGINALS))
def test_fields_of_others_change_nothing_and_are_kept(data: st.DataObject, name: str) -> None:
    document = original(name)
    before = answers_of(document)
    places = list(records(document))
    for _ in range(data.draw(st.integers(1, 8))):
        place = places[data.draw(st.integers(0, len(places) - 1))]
        place[f"x-{data.draw(st.text(max_size=4))}"] = data.draw(anything)
    made = profile_of(document).metadata()
    assert answers_of(document) == answers_of(made) == before
    assert list(lost(document, made)) in ([], [".npc", ".videoGen"])
    assert list(lost(json.loads(json.dumps(made)), made)) == []


@given(st.data(), st.sampled_from(ORIGINALS))
def test_the_order_of_fields_does_not_count(data: st.DataObject, name: str) -> None:
    document = original(name)
    before = answers_of(document)
    for place in list(records(document)):
        fields = data.draw(st.permutations(list(place.items())))
        place.clear()
        place.update(fields)
    assert answers_of(document) == before
