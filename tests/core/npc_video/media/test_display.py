import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.media.display import UPRIGHT, Rotation, rotation_of, shown_size

ONE = 1 << 16


def matrix(a, b, c, d):
    return struct.pack("=9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize(
    ("numbers", "rotation"),
    [
        ((ONE, 0, 0, ONE), UPRIGHT),
        ((0, -ONE, ONE, 0), Rotation(((0, -1), (1, 0)))),
        ((-ONE, 0, 0, -ONE), Rotation(((-1, 0), (0, -1)))),
        ((-ONE, 0, 0, ONE), Rotation(((-1, 0), (0, 1)))),
        ((2 * ONE, 0, 0, 3 * ONE), UPRIGHT),
        ((ONE - 9, 40, -40, ONE - 9), UPRIGHT),
        ((0, 0, 0, 0), UPRIGHT),
    ],
)
def test_rotations(numbers, rotation):
    assert rotation_of(matrix(*numbers)) == rotation


def test_without_a_matrix_it_is_upright():
    assert rotation_of(None) == rotation_of(b"\0" * 8) == UPRIGHT


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=4, max_size=4))
def test_every_matrix_gives_a_turn(numbers):
    (xx, xy), (yx, yy) = rotation_of(matrix(*numbers)).rows
    assert abs(xx * yy - xy * yx) == 1


@pytest.mark.parametrize(
    ("pixel", "size"),
    [
        (None, (192, 128)),
        (Fraction(0), (192, 128)),
        (Fraction(1), (192, 128)),
        (Fraction(2), (384, 128)),
        (Fraction(1, 2), (192, 256)),
        (Fraction(1, 5000), (192, 128)),
    ],
)
def test_pixels_become_square(pixel, size):
    assert shown_size(192, 128, pixel) == size
    assert shown_size(192, 128, pixel, Rotation(((0, 1), (1, 0)))) == size[::-1]
