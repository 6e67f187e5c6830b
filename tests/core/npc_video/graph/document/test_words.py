import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.graph.document.words import (
    list_in_words,
    read_list,
    read_value,
    read_words,
    value_in_words,
)

TEXTS = st.text() | st.sampled_from(["null", "true", "1", "-.5e3", '"', "[1]", " a", "a, b", "{}"])
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
SIMPLE = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=5
)


def same(one, other):
    """Whether values are equal; a whole number may be written with a point or without."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@given(VALUES)
def test_a_value_is_read_back(value):
    assert same(read_value(value_in_words(value)), value)


@given(st.lists(VALUES))
def test_a_list_is_read_back(values):
    assert same(read_list(list_in_words(values)), values)


@given(st.lists(TEXTS))
def test_words_are_read_back(words):
    assert read_words(list_in_words(words, are_words=True)) == words


@given(TEXTS)
def test_any_line_is_read_and_numbers_are_finite(line):
    for value in (read_value(line), *read_list(line), *read_words(line)):
        assert not isinstance(value, float) or math.isfinite(value)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("", None),
        ("  ", None),
        ("null", None),
        ("0.5", 0.5),
        (".5", 0.5),
        ("-3", -3),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ("[NaN]", "[NaN]"),
        ("true", True),
        ("a feather", "a feather"),
        ('"0.5"', "0.5"),
        ('"', '"'),
        ('["a", 1]', ["a", 1]),
        ("1.2.3", "1.2.3"),
    ],
)
def test_lines_and_their_values(line, value):
    assert same(read_value(line), value)


@pytest.mark.parametrize(
    ("value", "line"),
    [(None, ""), (True, "true"), (1.0, "1"), ("happy", "happy"), ("1", '"1"'), ("", '""')],
)
def test_values_and_their_lines(value, line):
    assert value_in_words(value) == line


def test_commas_divide_a_list():
    assert read_list('tap, 1, , "a, b", [1, 2],') == ["tap", 1, "a, b", [1, 2]]
    assert read_words('tap, 1, "a, b", [1, 2]') == ["tap", "1", "a, b", "[1, 2]"]
    assert list_in_words(["tap", "1", 1]) == 'tap, "1", 1'
    assert list_in_words(["tap", "1"], are_words=True) == "tap, 1"
