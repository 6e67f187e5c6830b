import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.prediction.matching import PartialMatching, extended


def learned(sequence):
    matching = PartialMatching()
    for symbol in sequence:
        matching.observe(symbol)
    return matching


def likeliest(matching):
    following = matching.distribution(matching.context)
    return max(following, key=following.get)


@given(st.lists(st.sampled_from("abcd"), max_size=60))
def test_probabilities_are_probabilities(sequence):
    matching = learned(sequence)
    following = matching.distribution(matching.context)
    assert all(0.0 <= probability <= 1.0 for probability in following.values())
    assert sum(following.values()) <= 1.0 + 1e-9


@pytest.mark.parametrize("routine", ["ab", "abc", "aab", "aaabcc", "abac"])
def test_a_routine_is_known_after_a_few_times(routine):
    matching = learned(routine * 4)
    for expected in routine * 2:
        assert likeliest(matching) == expected
        matching.observe(expected)


def test_without_a_history_the_player_goes_on():
    assert likeliest(learned("a")) == "a"
    assert PartialMatching().distribution(()) == {}


def test_a_habit_counts_more_the_longer_it_lasts():
    shares = [learned("ab" * times).distribution((("a", 1),))["b"] for times in (1, 3, 9)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.9


def test_a_context_counts_runs():
    context = ()
    for symbol in "xaab":
        context = extended(context, symbol)
    assert context == (("a", 2), ("b", 1))


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_what_was_saved_is_known_again(sequence):
    matching = learned(sequence)
    again = PartialMatching.from_dict(json.loads(json.dumps(matching.to_dict())), str)
    assert again.context == matching.context
    assert again.observed == matching.observed == len(sequence)
    assert list(again.places()) == list(matching.places())
    for context, _ in matching.places():
        assert again.distribution(context) == matching.distribution(context)
