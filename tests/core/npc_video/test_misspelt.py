from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.cache.feelings import FEELINGS
from npc_video.face.words import (
    ANIMATION_WORDS,
    EXPRESSION_WORDS,
    misspelt_animation,
    misspelt_expression,
)
from npc_video.misspelt import meant_instead

KNOWN = ("feather", "hand", "left_cheek", "zone 2", "頬")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("fether", "feather"),
        ("feahter", "feather"),
        ("Feather", "feather"),
        ("hands", "hand"),
        ("left cheek", "left_cheek"),
        ("leftcheek", "left_cheek"),
        ("LeftCheek", "left_cheek"),
        ("feather", ""),
        ("feather_2", ""),
        ("magic feather", ""),
        ("zone 3", ""),
        ("wand", ""),
        ("right_cheek", ""),
        ("brush", ""),
        ("鼻", ""),
        ("", ""),
        ("-", ""),
    ],
)
def test_slips_are_told_from_other_names(name, meant):
    assert meant_instead(name, KNOWN) == meant


@given(st.text(), st.lists(st.text(), max_size=8))
def test_any_name_gives_a_known_one_that_it_is_not_or_none(name, known):
    meant = meant_instead(name, known)
    assert meant == "" or (meant in known and meant != name)


def test_long_names_take_no_time():
    assert meant_instead("x" * 1_000_000, ["y" * 1_000_000] * 100) == ""


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("hapy", "happy"),
        ("anrgy", "angry"),
        ("Supprised", "surprised"),
        ("mira_hapy", "happy"),
        ("hapy_01", "happy"),
        ("mira", ""),
        ("portrait", ""),
        ("loved", ""),
        ("amuse", ""),
        ("wonder", ""),
        ("very_happy", ""),
        ("Happy", ""),
        ("smirk", ""),
        ("Drachenglück", ""),
        ("", ""),
    ],
)
def test_expressions(word, meant):
    assert misspelt_expression(word) == meant


def test_animations():
    assert misspelt_animation("bonce") == "bounce"
    assert misspelt_animation("lean in") == misspelt_animation("lean-in") == ""
    assert misspelt_animation("bouncing") == misspelt_animation("waltz") == ""


def test_no_word_that_is_understood_is_taken_for_another():
    assert not any(map(misspelt_expression, [*EXPRESSION_WORDS, *FEELINGS]))
    assert not any(map(misspelt_animation, ANIMATION_WORDS))
    for one, other in permutations(("happy", "sad", "angry"), 2):
        assert misspelt_expression(f"{one}_{other}") == ""
