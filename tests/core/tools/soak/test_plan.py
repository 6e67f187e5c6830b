from itertools import pairwise

from tools.soak.plan import Kind, plan


def test_the_same_seed_gives_the_same_troubles_and_another_one_others() -> None:
    assert plan(1, 120.0) == plan(1, 120.0)
    assert plan(1, 120.0) != plan(2, 120.0)


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    short, long = plan(1, 120.0), plan(1, 600.0)
    assert [trouble for trouble in long if trouble in short] == short


def test_all_is_over_before_the_end() -> None:
    assert all(trouble.at + trouble.seconds < 120.0 for trouble in plan(3, 120.0))


def test_two_minutes_have_some_of_everything() -> None:
    for seed in range(20):
        assert {trouble.kind for trouble in plan(seed, 120.0)} == set(Kind)


def test_one_kind_of_trouble_comes_one_after_the_other() -> None:
    for kind in Kind:
        troubles = [trouble for trouble in plan(5, 600.0) if trouble.kind is kind]
        for first, second in pairwise(troubles):
            assert first.at + first.seconds <= second.at


def test_they_come_in_the_order_of_their_times() -> None:
    times = [trouble.at for trouble in plan(7, 300.0)]
    assert times == sorted(times)
