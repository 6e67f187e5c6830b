import math
from dataclasses import asdict, fields
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.face.controls import RANGES, FacePose
from npc_video.face.expressions import EXPRESSIONS
from npc_video.face.motions import ANIMATIONS
from npc_video.face.pose import pose
from npc_video.face.words import (
    ANIMATION_WORDS,
    EXPRESSION_WORDS,
    resolve_animation,
    resolve_expression,
)

words = st.sampled_from([*EXPRESSION_WORDS, *ANIMATION_WORDS]) | st.text(max_size=30)
expressions = st.sampled_from(sorted(EXPRESSIONS))
animations = st.sampled_from(sorted(ANIMATIONS))
unit = st.floats(0, 1)
finite = st.floats(-1e6, 1e6)


def distance(one, other, *ignored):
    """How far two poses are apart: the sum over their controls, each as a part of its range."""
    return sum(
        abs(getattr(one, name) - getattr(other, name)) / (high - low)
        for name, (low, high) in RANGES.items()
        if name not in ignored
    )


class TestRanges:
    def test_cover_every_control(self):
        assert list(RANGES) == [field.name for field in fields(FacePose)]

    @pytest.mark.parametrize("expression", EXPRESSIONS)
    def test_hold_every_expression(self, expression):
        for name, value in asdict(EXPRESSIONS[expression]).items():
            low, high = RANGES[name]
            assert low <= value <= high, name

    @given(words, words, words, finite, finite)
    def test_hold_every_pose(self, expression, emotion, animation, intensity, phase):
        face = pose(expression, emotion, animation, intensity, phase)
        for name, (low, high) in RANGES.items():
            assert low <= getattr(face, name) <= high, name


class TestLoop:
    @given(expressions, expressions, animations, unit, unit, st.integers(-3, 3))
    def test_comes_back_to_its_beginning(
        self, expression, emotion, animation, intensity, phase, turns
    ):
        once = pose(expression, emotion, animation, intensity, phase)
        again = pose(expression, emotion, animation, intensity, phase + turns)
        assert distance(once, again, "drift") < 1e-6
        assert math.isclose(math.cos(math.tau * once.drift), math.cos(math.tau * again.drift))

    @given(expressions, animations, unit, unit)
    def test_has_no_jump_anywhere(self, expression, animation, intensity, phase):
        step = 1e-4
        now = pose(expression, "neutral", animation, intensity, phase)
        then = pose(expression, "neutral", animation, intensity, phase + step)
        assert distance(now, then, "drift") < 0.03

    @pytest.mark.parametrize("animation", ANIMATIONS)
    def test_moves(self, animation):
        faces = [pose("neutral", "neutral", animation, 1.0, step / 24) for step in range(24)]
        assert max(distance(one, other) for one, other in combinations(faces, 2)) > 0.2

    @pytest.mark.parametrize("expression", EXPRESSIONS)
    def test_blinks(self, expression):
        openings = [pose(expression, "", "idle", 1.0, step / 90).eye_left for step in range(90)]
        assert min(openings) < 0.1 * max(openings)


class TestExpressions:
    @pytest.mark.parametrize(("one", "other"), list(combinations(EXPRESSIONS, 2)))
    @pytest.mark.parametrize("intensity", [0.0, 1.0])
    def test_differ_from_each_other(self, one, other, intensity):
        first, second = (pose(name, "", "idle", intensity, 0.0) for name in (one, other))
        assert distance(first, second) > 0.25

    @given(expressions.filter(lambda name: name != "neutral"), unit, unit)
    def test_grow_with_intensity(self, expression, one, other):
        rest = pose("neutral", "", "idle", 0.5, 0.0)
        weak, strong = (
            distance(rest, pose(expression, "", "idle", intensity, 0.0))
            for intensity in sorted((one, other))
        )
        assert weak <= strong + 1e-6

    def test_emotion_takes_over_a_neutral_expression(self):
        assert pose("neutral", "angry", "idle", 1, 0) == pose("angry", "neutral", "idle", 1, 0)

    def test_emotion_tints_another_expression(self):
        happy = pose("happy", "happy", "idle", 1, 0)
        tinted = pose("happy", "sad", "idle", 1, 0)
        assert 0 < distance(happy, tinted) < distance(happy, pose("sad", "sad", "idle", 1, 0))

    def test_smile_and_frown(self):
        assert pose("happy", "", "idle", 1, 0).mouth_curve > 0.5
        assert pose("angry", "", "idle", 1, 0).mouth_curve < -0.5
        assert pose("angry", "", "idle", 1, 0).brow_slant > 0.5
        assert pose("sad", "", "idle", 1, 0).brow_slant < -0.5
        assert pose("surprised", "", "idle", 1, 0).eye_left > 1.0


class TestWords:
    @pytest.mark.parametrize(
        ("word", "meaning"),
        [
            ("happy", "happy"),
            ("  Happy ", "happy"),
            ("joyful", "happy"),
            ("very_happy", "happy"),
            ("mildly-annoyed", "annoyed"),
            ("hapy", "happy"),
            ("happiness", "happy"),
            ("angrily", "angry"),
            ("suprised", "surprised"),
            ("energised", "aroused"),
            ("affection", "love"),
            ("", "neutral"),
            ("quux", "neutral"),
            ("12345", "neutral"),
            ("快乐", "neutral"),
        ],
    )
    def test_expressions(self, word, meaning):
        assert resolve_expression(word) == meaning

    @pytest.mark.parametrize(
        ("word", "meaning"),
        [
            ("lean_in", "lean_in"),
            ("lean in", "lean_in"),
            ("LeanIn", "lean_in"),
            ("nodding", "nod"),
            ("shaking", "shake"),
            ("speaking", "idle"),
            ("jump", "bounce"),
            ("", "idle"),
            ("moonwalk", "idle"),
        ],
    )
    def test_animations(self, word, meaning):
        assert resolve_animation(word) == meaning

    def test_every_word_has_a_face_or_a_motion(self):
        assert set(EXPRESSION_WORDS.values()) == set(EXPRESSIONS)
        assert set(ANIMATION_WORDS.values()) == set(ANIMATIONS)

    @given(st.text(max_size=200))
    def test_any_text_means_something(self, word):
        assert resolve_expression(word) in EXPRESSIONS
        assert resolve_animation(word) in ANIMATIONS
