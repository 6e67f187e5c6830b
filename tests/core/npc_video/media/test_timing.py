import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.media.timing import Stamp, beginnings, length_of_clip

FPS = 24.0
TICK = 1 / 90_000


def stamps(times, stays=1 / FPS):
    return [Stamp(time, time, stays) for time in times]


def even(count=48):
    return [index / FPS for index in range(count)]


class TestBeginnings:
    @pytest.mark.parametrize(
        ("shown", "decoded", "sound", "wanted"),
        [
            (0.0, 0.0, None, (0.0, 0.0)),
            (5.0, 5.0, None, (0.0, 5.0)),
            (0.0, -0.083, 0.0, (0.0, 0.0)),
            # an encoder's own delay
            (0.014, 0.014, 0.0, (0.0, 0.014)),
            # late only because frames are stored in another order
            (0.083, 0.0, 0.0, (0.0, 0.0)),
            # meant to be late
            (0.5, 0.5, 0.0, (0.5, 0.0)),
            (0.5, 0.417, 0.0, (0.5, 0.0)),
            # the sound begins later
            (0.0, 0.0, 0.5, (0.0, 0.0)),
        ],
    )
    def test_of_picture_and_sound(self, shown, decoded, sound, wanted):
        assert beginnings(Stamp(shown, decoded, 0.04), sound) == pytest.approx(wanted)

    def test_without_stamps(self):
        assert beginnings(Stamp(None, None, 0.0), None) == (0.0, 0.0)


class TestLength:
    def test_frames_that_follow_each_other_last_so_many_frames(self):
        assert length_of_clip(stamps(even()), 0.0, fps=FPS, tick=TICK) == pytest.approx(2.0)

    @pytest.mark.parametrize("stays", [0.0, TICK, 0.041])
    def test_the_last_frame_stays_as_long_as_the_others(self, stays):
        rounded = [round(time, 3) for time in even()]
        found = length_of_clip(stamps(rounded, stays), 0.0, fps=FPS, tick=0.001)
        assert found == pytest.approx(2.0, abs=1e-9)

    def test_a_rounded_length_is_told_exactly(self):
        rounded = [round(time, 3) for time in even(25)]
        assert length_of_clip(
            stamps(rounded, 0.041), 0.0, fps=7.0, tick=0.001, said=1.0424
        ) == pytest.approx(1.0424)

    def test_of_frames_stored_in_another_order_the_last_stored_tells(self):
        stored = [Stamp(0, 0, 0.5), Stamp(3.5, 0.5, 1.0), Stamp(0.5, 1, 0.5), Stamp(1.5, 1.5, 0.04)]
        assert length_of_clip(stored, 0.0, fps=2.0, tick=TICK) == pytest.approx(3.54)

    def test_what_only_the_file_says_of_the_last_frame(self):
        pictures = stamps([0.0, 1.0], 0.04)
        whole = {"fps": 25.0, "tick": 0.001, "said": 3.0}
        assert length_of_clip(pictures, 0.0, **whole, is_said_of_last=True) == 3.0
        assert length_of_clip(pictures, 0.0, **whole) == pytest.approx(1.04)

    @pytest.mark.parametrize(
        ("sound", "wanted"), [(1.5, 2.0), (2.05, 2.0), (2.5, 2.5), (30.0, 30.0)]
    )
    def test_longer_sound_is_heard_to_its_end(self, sound, wanted):
        assert length_of_clip(stamps(even()), sound, fps=FPS, tick=TICK) == pytest.approx(wanted)

    def test_a_late_picture_moves_the_end(self):
        found = length_of_clip(stamps(even()), 2.0, lead=0.5, fps=FPS, tick=TICK)
        assert found == pytest.approx(2.5)

    def test_without_stamps_it_goes_by_the_rate(self):
        assert length_of_clip([Stamp(None, None, 0.0)] * 12, 0.0, fps=24.0, tick=0.0) == 0.5

    @given(
        st.lists(
            st.tuples(
                st.none() | st.floats(-1e6, 1e6),
                st.none() | st.floats(-1e6, 1e6),
                st.floats(-1.0, 1e6),
            ),
            min_size=1,
            max_size=30,
        ),
        st.floats(0.0, 1e6),
        st.none() | st.floats(-1e6, 1e6),
        st.booleans(),
    )
    def test_is_positive_and_reaches_beyond_the_last_frame(self, given_stamps, sound, said, last):
        pictures = [Stamp(*each) for each in given_stamps]
        found = length_of_clip(pictures, sound, fps=FPS, tick=TICK, said=said, is_said_of_last=last)
        times = [each.shown for each in pictures if each.shown is not None]
        assert found > 0.0
        if times:
            assert found >= max(times) - min(times)
