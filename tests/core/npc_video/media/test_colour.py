import numpy as np
import pytest
from npc_video.media.colour import Colour

RED, GREEN, BLUE = (1, 0, 0), (0, 1, 0), (0, 0, 1)
# As 8-bit Y'CbCr, from the tables of colour bars of either standard.
BARS = {
    ("bt709", False): {RED: (63, 102, 240), GREEN: (173, 42, 26), BLUE: (32, 240, 118)},
    ("bt601", False): {RED: (81, 90, 240), GREEN: (145, 54, 34), BLUE: (41, 240, 110)},
    ("bt601", True): {RED: (76, 85, 255), GREEN: (150, 44, 21), BLUE: (29, 255, 107)},
}


def to_rgb(colour, yuv):
    matrix, offset = colour.to_rgb()
    return np.reshape(matrix, (3, 3)) @ (np.array(yuv) / 255 - offset)


@pytest.mark.parametrize("kind", BARS)
def test_primaries(kind):
    for rgb, yuv in BARS[kind].items():
        assert to_rgb(Colour(*kind), yuv) == pytest.approx(rgb, abs=0.01)


@pytest.mark.parametrize(
    "matrix", ["bt601", "bt709", "bt2020", "smpte240m", "fcc", "ycgco", "derived"]
)
@pytest.mark.parametrize(("full", "black", "white"), [(False, 16, 235), (True, 0, 255)])
def test_black_and_white(matrix, full, black, white):
    colour = Colour(matrix, full)
    assert to_rgb(colour, (black, 128, 128)) == pytest.approx([0, 0, 0], abs=1e-6)
    assert to_rgb(colour, (white, 128, 128)) == pytest.approx([1, 1, 1], abs=1e-6)


def test_derived_weights_are_those_of_the_primaries():
    derived = Colour("derived", False, "bt2020")
    assert derived.to_rgb()[0] == pytest.approx(Colour("bt2020", False).to_rgb()[0], abs=0.001)


def test_usual_colours_need_nothing_in_linear_light():
    for primaries in ("bt709", "smpte170m", "bt470bg"):
        for transfer in ("bt1886", "gamma22", "gamma28"):
            assert Colour("bt601", False, primaries, transfer).light is None
    assert Colour("bt709", False, "bt709", "pq").light is not None
    assert Colour("bt709", False, "display_p3").light is not None
