from tools.soak.frames import Frame, Stop, longest


def test_the_longest_is_the_one_with_most_of_its_own_time() -> None:
    waits, works = Frame(10.0, 5.0, 4.9), Frame(20.0, 0.6, 0.1)
    assert longest([waits, works], []) is works


def test_a_frame_in_which_the_game_was_stopped_does_not_count() -> None:
    cut, other = Frame(10.0, 6.0, 0.0), Frame(30.0, 0.3, 0.0)
    assert longest([cut, other], [Stop(4.5, 9.5)]) is other


def test_nor_does_the_one_right_after_it() -> None:
    after, other = Frame(10.4, 0.5, 0.0), Frame(30.0, 0.3, 0.0)
    assert longest([after, other], [Stop(4.5, 9.5)]) is other


def test_without_long_frames_there_is_none() -> None:
    assert longest([], []).own == 0.0
