import math
import re
from dataclasses import FrozenInstanceError, asdict, fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.errors import InvalidDataError
from npc_video.records import (
    QUALITY_PRESETS,
    Fallback,
    ToolInteraction,
    VideoGenerationConfig,
    VideoParams,
    round_half_up,
    with_fingerprint,
    without_prompt,
)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=4)
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def data_with(names):
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, anything))


class TestPresets:
    @pytest.mark.parametrize(
        ("name", "width", "height", "fps", "steps", "cfg", "least", "most"),
        [
            ("realtime", 256, 256, 8, 4, 1.5, 2, 3),
            ("fast", 512, 512, 12, 8, 3.0, 3, 5),
            ("balanced", 512, 512, 24, 15, 5.0, 5, 10),
            ("quality", 768, 768, 30, 25, 7.5, 10, 20),
        ],
    )
    def test_numbers(self, name, width, height, fps, steps, cfg, least, most):
        preset = QUALITY_PRESETS[name]
        assert preset.name == name
        assert (preset.width, preset.height, preset.fps) == (width, height, fps)
        assert (preset.steps, preset.cfg) == (steps, cfg)
        assert (preset.min_seconds, preset.max_seconds) == (least, most)

    def test_there_are_four_from_cheap_to_dear(self):
        assert list(QUALITY_PRESETS) == ["realtime", "fast", "balanced", "quality"]

    def test_frame_count(self):
        assert [preset.frame_count(3.0) for preset in QUALITY_PRESETS.values()] == [24, 36, 72, 90]
        assert QUALITY_PRESETS["realtime"].frame_count(0.001) == 1

    def test_cannot_be_changed(self):
        with pytest.raises(TypeError):
            QUALITY_PRESETS["fast"] = QUALITY_PRESETS["quality"]
        with pytest.raises(FrozenInstanceError):
            QUALITY_PRESETS["fast"].fps = 60


class TestConfig:
    def test_defaults(self):
        assert VideoGenerationConfig().quality == QUALITY_PRESETS["fast"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("preset", "ultra"),
            ("clip_seconds", 0.0),
            ("clip_seconds", -1.0),
            ("clip_seconds", 61.0),
            ("clip_seconds", math.nan),
            ("max_wait", 0.0),
            ("max_wait", math.inf),
            ("look_ahead", 7),
        ],
    )
    def test_refuses_wrong_values_by_name(self, field, value):
        with pytest.raises(InvalidDataError, match=field):
            VideoGenerationConfig(**{field: value})

    def test_fallbacks(self):
        assert [fallback.value for fallback in Fallback] == [
            "placeholder",
            "procedural",
            "similar",
            "freeze",
        ]


class TestToolInteraction:
    def test_reads_a_game_dictionary(self):
        data = {
            "tool": {"id": "feather_1", "type": "feather"},
            "pressure": 0.8,
            "speed": 1,
            "pattern": "circle",
            "zone": "cheek",
            "duration": 250,
            "timestamp": 12_500.0,
        }
        assert ToolInteraction.from_dict(data) == ToolInteraction(
            "feather_1", "feather", 0.8, 1.0, "circle", "cheek", 0.25, 12.5
        )

    @pytest.mark.parametrize(
        "tool", ["feather", {"id": "feather"}, {"type": "feather"}, {"id": "feather", "type": None}]
    )
    def test_takes_a_tool_in_every_form(self, tool):
        interaction = ToolInteraction.from_dict({"tool": tool})
        assert (interaction.tool_id, interaction.tool_type) == ("feather", "feather")

    def test_zero_and_empty_are_values_null_is_absent(self):
        data = {"tool": "hand", "pressure": 0, "zone": "", "speed": None}
        interaction = ToolInteraction.from_dict(data)
        assert (interaction.pressure, interaction.zone, interaction.speed) == (0.0, "", 0.5)

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"presure": 0.9}, "'presure' is unknown; perhaps you mean pressure."),
            ({"Pressure": 0.9}, "'Pressure' is unknown; perhaps you mean pressure."),
            ({"presure": None}, "'presure' is unknown; perhaps you mean pressure."),
            ({"timestmp": 1}, "'timestmp' is unknown; perhaps you mean timestamp."),
            ({"tool": {"typ": "hand"}}, "tool: 'typ' is unknown; perhaps you mean type."),
            ({"tool": {"name": "hand"}}, "tool: 'name' is unknown; use one of id, type."),
            ({"colour": 1}, "'colour' is unknown; use one of duration, pattern, "),
            ({7: 1}, "7 is unknown; use one of "),
        ],
    )
    def test_a_field_that_it_does_not_know_is_refused_with_the_nearest(self, data, sentence):
        with pytest.raises(InvalidDataError, match=re.escape(sentence)):
            ToolInteraction.from_dict({"tool": "hand", **data})

    def test_a_misspelt_tool_is_named_rather_than_missed(self):
        with pytest.raises(InvalidDataError, match="'tol' is unknown; perhaps you mean tool"):
            ToolInteraction.from_dict({"tol": "hand"})

    def test_any_name_is_answered_quickly(self):
        with pytest.raises(InvalidDataError) as caught:
            ToolInteraction.from_dict({"tool": "hand", "pressure" * 100_000: 1})
        assert len(str(caught.value)) < 300

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("tool", None),
            ("tool", ""),
            ("tool", {}),
            ("tool", 7),
            ("tool", {"id": 7}),
            ("pressure", 1.01),
            ("pressure", -0.1),
            ("pressure", math.nan),
            ("pressure", "hard"),
            ("pressure", True),
            ("speed", math.inf),
            ("pattern", 3),
            ("zone", ["cheek"]),
            ("duration", -1),
            ("duration", math.inf),
            ("timestamp", 10**400),
        ],
    )
    def test_names_the_field_that_is_wrong(self, field, value):
        with pytest.raises(InvalidDataError, match=field):
            ToolInteraction.from_dict({"tool": "hand", field: value})

    def test_keeps_its_sentence_short(self):
        with pytest.raises(InvalidDataError) as caught:
            ToolInteraction.from_dict({"tool": ["x" * 1000] * 1000})
        assert len(str(caught.value)) < 300

    @given(data_with([field.name for field in fields(ToolInteraction)] + ["tool"]))
    def test_any_dictionary_gives_a_record_or_a_typed_error(self, data):
        try:
            interaction = ToolInteraction.from_dict(data)
        except InvalidDataError as error:
            assert str(error).endswith(".")  # noqa: PT017
        else:
            assert interaction.tool_id
            assert interaction.tool_type
            assert 0 <= interaction.pressure <= 1
            assert 0 <= interaction.speed <= 1
            assert 0 <= interaction.duration < math.inf
            assert 0 <= interaction.timestamp < math.inf


class TestVideoParams:
    def test_reads_what_it_wrote(self):
        params = VideoParams("p", "n", "happy", "nod", "pleased", 0.7, ("a", "b"), 3, "anime", "e")
        assert VideoParams.from_dict(params.to_dict()) == params

    def test_takes_lists_and_whole_floats_as_engines_give_them(self):
        params = VideoParams.from_dict({"loras": ["a"], "seed": 4.0, "intensity": 1})
        assert (params.loras, params.seed, params.intensity) == (("a",), 4, 1.0)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("expresion", "happy"),
            ("expression", 3),
            ("intensity", 1.5),
            ("intensity", "high"),
            ("seed", 0.5),
            ("seed", True),
            ("seed", math.inf),
            ("loras", "a"),
            ("loras", [1]),
            ("loras", ["a", ""]),
        ],
    )
    def test_names_the_field_that_is_wrong(self, field, value):
        with pytest.raises(InvalidDataError, match=field):
            VideoParams.from_dict({field: value})

    def test_a_field_that_it_does_not_know_is_refused_with_the_nearest(self):
        with pytest.raises(InvalidDataError, match=r"'expresion' is unknown.*mean expression"):
            VideoParams.from_dict({"expresion": "happy"})

    @given(data_with([field.name for field in fields(VideoParams)]))
    def test_any_dictionary_gives_a_record_or_a_typed_error(self, data):
        try:
            params = VideoParams.from_dict(data)
        except InvalidDataError as error:
            assert str(error).endswith(".")  # noqa: PT017
        else:
            assert hash(params.cache_key()) == hash(replace(params).cache_key())


def test_what_a_game_is_told_it_can_ask_for():
    params = VideoParams("a cat", expression="sad", loras=("a",), seed=3, prompt_in_key=False)
    assert VideoParams.from_dict(params.to_dict()) == replace(params, prompt_in_key=True)
    assert VideoParams.from_dict(asdict(params)) == params


class TestCacheKey:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("npc_id", "other"),
            ("expression", "sad"),
            ("emotion", "sad"),
            ("animation", "nod"),
            ("intensity", 0.9),
            ("style", "anime"),
            ("loras", ("a",)),
            ("npc_base_image", "a.png"),
            ("seed", 1),
            ("prompt", "x"),
            ("negative_prompt", "x"),
        ],
    )
    def test_differs_with_what_is_seen(self, field, value):
        assert VideoParams().cache_key() != replace(VideoParams(), **{field: value}).cache_key()

    @pytest.mark.parametrize("field", ["prompt", "negative_prompt"])
    def test_tells_of_no_prompt_where_that_is_left_out(self, field):
        left_out = VideoParams(prompt_in_key=False)
        assert left_out.cache_key() == replace(left_out, **{field: "x"}).cache_key()
        assert left_out.cache_key() == without_prompt(VideoParams(prompt="x").cache_key())
        assert left_out.cache_key() != VideoParams().cache_key()

    def test_is_the_same_under_another_name(self):
        assert VideoParams().cache_key() == VideoParams(npc_name="x").cache_key()

    def test_differs_with_the_workflow(self):
        key = VideoParams().cache_key("a")
        assert key != VideoParams().cache_key("b")
        assert with_fingerprint(key, "b") == VideoParams().cache_key("b")

    @pytest.mark.parametrize(
        ("value", "rounded"),
        [(0.0, 0.0), (0.04, 0.0), (0.05, 0.1), (0.25, 0.3), (0.349, 0.3), (0.95, 1.0), (1.0, 1.0)],
    )
    def test_rounds_half_up(self, value, rounded):
        assert round_half_up(value) == rounded

    @given(st.integers(0, 9))
    def test_rounds_every_half_up(self, tenth):
        assert round_half_up((2 * tenth + 1) / 20) == (tenth + 1) / 10

    @given(st.floats(0, 1))
    def test_rounds_to_the_nearest_tenth(self, value):
        rounded = round_half_up(value)
        assert abs(rounded - value) <= 0.05 + 1e-12
        assert rounded in [tenth / 10 for tenth in range(11)]

    @given(st.floats(0, 1), st.floats(0, 1))
    def test_rounds_in_order(self, one, other):
        assert (round_half_up(one) <= round_half_up(other)) or other < one


@pytest.mark.parametrize("given", ["hand", None, 5, ["tool"], b"x"])
def test_what_is_no_dictionary_is_told_as_that(given):
    with pytest.raises(InvalidDataError, match=r'Pass a dictionary, such as {"tool": "hand"}, not'):
        ToolInteraction.from_dict(given)
    with pytest.raises(InvalidDataError, match="Pass a dictionary, such as"):
        VideoParams.from_dict(given)


def test_numbers_of_numpy_are_numbers():
    event = ToolInteraction.from_dict(
        {"tool": "hand", "pressure": np.float32(0.5), "duration": np.int64(2000)}
    )
    assert (event.pressure, event.duration) == (0.5, 2.0)
    assert type(event.pressure) is float
    params = VideoParams.from_dict(
        {"seed": np.int64(7), "intensity": np.float16(0.5), "prompt_in_key": np.bool_(False)}
    )
    assert params == VideoParams(seed=7, intensity=0.5, prompt_in_key=False)
    assert [type(each) for each in (params.seed, params.prompt_in_key)] == [int, bool]
    assert VideoParams.from_dict({"seed": np.float32(7.0)}).seed == 7
    for wrong in ({"intensity": np.bool_(True)}, {"seed": np.float32(7.5)}, {"seed": math.inf}):
        with pytest.raises(InvalidDataError):
            VideoParams.from_dict(wrong)
