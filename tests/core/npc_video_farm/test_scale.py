from hypothesis import given
from hypothesis import strategies as st
from npc_video_farm.fleet.scale import Scale


def test_more_workers_come_at_once_and_fewer_after_two_minutes():
    scale = Scale()
    assert scale.target(0.0, 0.0) == 1
    assert scale.target(6.2, 1.0) == 7
    assert scale.target(2.0, 100.0) == 7
    assert scale.target(2.0, 121.0) == 7
    assert scale.target(1.0, 122.0) == 2
    assert scale.target(1.0, 300.0) == 1


@given(
    st.lists(st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 1e6))),
    st.integers(1, 5),
    st.integers(1, 50),
)
def test_the_number_is_the_highest_of_two_minutes_and_within_its_limits(steps, least, most):
    scale, now, seen = Scale(least, most), 0.0, []
    for pause, wanted in steps:
        now += pause
        seen.append((now, wanted))
        target = scale.target(wanted, now)
        recent = max(each for at, each in seen if now - at <= 120.0)
        assert least <= target <= max(least, most)
        assert target >= min(recent, most)
