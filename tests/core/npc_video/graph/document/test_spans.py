import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.errors import GraphError
from npc_video.graph.document.spans import Array, Object, Scalar, parse, plain
from npc_video.graph.reading import DEEPEST

from tests.core.npc_video.graph.document.texts import FILES, PLAIN, formatted


def values_in(value):
    yield value
    if isinstance(value, Object):
        for member in value.members:
            yield from values_in(member.value)
    elif isinstance(value, Array):
        for item in value.items:
            yield from values_in(item)


def read_both_ways(text):
    try:
        expected = json.loads(text, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError):
        with pytest.raises(GraphError):
            parse(text)
        return
    assert repr(plain(parse(text))) == repr(expected)


@given(formatted(PLAIN))
def test_it_reads_as_the_standard_library_does(text):
    read_both_ways(text)


@given(st.text(max_size=30) | st.text(alphabet='{}[]:,"\\ut0d8-.eE1 \n\r\tnalsf', max_size=30))
def test_it_refuses_as_the_standard_library_does(text):
    read_both_ways(text)


@given(formatted(PLAIN), st.data())
def test_a_damaged_text_is_read_or_refused_as_there(text, data):
    at = data.draw(st.integers(0, len(text)))
    read_both_ways(
        text[:at] + data.draw(st.sampled_from(["", ",", '"', "}", "x"])) + text[at + 1 :]
    )


@given(formatted(PLAIN) | st.sampled_from(FILES))
def test_every_value_is_at_its_place(text):
    for value in values_in(parse(text)):
        written = text[value.start : value.end]
        assert written == written.strip()
        assert json.loads(written) == plain(value)
        for member in value.members if isinstance(value, Object) else ():
            assert json.loads(text[member.start : member.key_end]) == member.name
            assert member.end == member.value.end


def test_of_a_key_that_is_written_twice_the_last_counts():
    value = parse('{"a": 1, "b": 2, "a": 3}')
    assert [member.name for member in value.members] == ["a", "b", "a"]
    assert (value.get("a").data, plain(value)["a"], value.get("c")) == (3, 3, None)


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("", (1, 1), "expecting value"),
        ('{"a": 1,}', (1, 9), "expecting a key in double quotes"),
        ('{"a" 1}', (1, 6), "expecting ':'"),
        ('{\r\n  "a": [1, 2\r\n}', (3, 1), "expecting ',' or ']'"),
        ('{\n "a": NaN}', (2, 7), "NaN is no number of JSON"),
        ("[-Infinity]", (1, 2), "-Infinity is no number of JSON"),
        ("[1]\n x", (2, 2), "text behind the end"),
        ('["a\nb"]', (1, 4), "invalid control character"),
        ('["a', (1, 2), "unterminated string starting"),
        ("\ufeff{}", (1, 1), "expecting value"),
    ],
)
def test_a_mistake_has_a_place(text, place, what):
    with pytest.raises(GraphError) as error:
        parse(text)
    (problem,) = error.value.problems
    assert (problem.node, problem.field, problem.line, problem.column) == ("", "file", *place)
    assert problem.message == (
        f"cannot be read as JSON: {what} in line {place[0]}, column {place[1]}"
    )


@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")])
def test_depth_is_limited(left, right):
    deepest = left * DEEPEST + "0" + right * DEEPEST
    assert isinstance(parse(deepest), Array | Object)
    for text in (f"[{deepest}]", left * 1_000_000):
        with pytest.raises(GraphError, match="nested too deeply in line 1"):
            parse(text)


def test_a_number_of_any_length_is_read():
    assert parse("9" * 5000) == Scalar(0, 5000, math.inf)
