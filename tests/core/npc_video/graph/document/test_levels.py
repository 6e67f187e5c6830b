"""Levels as parts of the range from 0 to 1."""

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from npc_video.graph.document.levels import Band, bands_of
from npc_video.graph.nodes.response import Expression

WORDS = st.sampled_from(["sad", "happy", "calm"])
LEVELS = st.one_of(st.floats(-0.5, 1.5).map(str), st.sampled_from(["0", "0.5", "0.50", "1", "x"]))


def test_the_word_below_all_levels_is_neutral() -> None:
    assert bands_of({"0.4": "happy"}) == (Band(0.0, 0.4, "neutral"), Band(0.4, 1.0, "happy"))
    assert bands_of({}) == (Band(0.0, 1.0, "neutral"),)


def test_levels_come_in_order_and_what_is_beyond_the_range_is_cut_off() -> None:
    table = {"0.5": "happy", "-1": "sad", "2": "wild"}
    assert bands_of(table) == (Band(0.0, 0.5, "sad"), Band(0.5, 1.0, "happy"))


def test_what_is_no_level_or_no_word_is_left_out() -> None:
    table = {"high": "a", "nan": "b", "0.2": 7, "0.6": "happy"}
    assert bands_of(table) == (Band(0.0, 0.6, "neutral"), Band(0.6, 1.0, "happy"))


@given(table=st.dictionaries(LEVELS, WORDS), at=st.floats(0.0, 1.0, exclude_max=True))
def test_each_number_is_in_the_band_of_its_word(table: dict[str, str], at: float) -> None:
    rule = Expression(thresholds=table).rule(cast(Any, None))
    (word,) = (band.word for band in bands_of(table) if band.start <= at < band.end)
    assert rule(cast(Any, None), at) == (word,)
