import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from npc_video.media.likeness import SIDE
from npc_video.media.transition import best_moment, fade_seconds

LEVELS = st.integers(0, 255)
COMING = st.lists(st.tuples(st.floats(0.0, 0.5), LEVELS), min_size=1, max_size=12)


def flat(level):
    return np.full((SIDE, SIDE), level, np.uint8)


def moment(coming, beginning):
    return best_moment([(wait, flat(level)) for wait, level in coming], flat(beginning))


def test_the_most_alike_moment_is_waited_for():
    found = moment([(0.0, 200), (0.2, 60), (0.4, 120)], 58)
    assert found.wait == 0.2
    assert found.apart == 2.0
    assert found.sketch[0, 0] == 60


def test_little_is_not_waited_for():
    assert moment([(0.0, 61), (0.5, 59)], 58).wait == 0.0


def test_of_equal_moments_the_first_is_taken():
    assert moment([(0.0, 90), (0.1, 90), (0.5, 90)], 20).wait == 0.0


@given(COMING, LEVELS)
def test_it_is_one_of_those_coming_and_none_is_much_more_alike(coming, beginning):
    found = moment(coming, beginning)
    assert any(
        found.wait == wait and abs(found.apart - abs(level - beginning)) < 0.01
        for wait, level in coming
    )
    least = min(abs(level - beginning) for _, level in coming)
    assert found.apart <= least + 3.1


@given(st.floats(0.0, 255.0), st.floats(0.0, 255.0), st.floats(0.0, 2.0))
def test_a_fade_is_shorter_the_more_alike_pictures_are(one, other, longest):
    few, many = sorted((one, other))
    short, long = fade_seconds(few, longest), fade_seconds(many, longest)
    assert 0.0 <= short <= long <= longest


def test_a_cut_stays_a_cut_and_what_has_nothing_in_common_takes_the_whole_time():
    assert fade_seconds(80.0, 0.0) == 0.0
    assert fade_seconds(255.0, 0.4) == 0.4
    assert 0.0 < fade_seconds(0.0, 0.4) < 0.1
