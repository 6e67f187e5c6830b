"""Values of zimg are those of FFmpeg 5.1: zscale=t=linear:npl=203 on pixels of floats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.media.light import Light
from npc_video.media.primaries import to_bt709

ALONE = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
ZIMG = {
    ("hlg", (0.75, 0.75, 0.75)): (1.00075, 1.00075, 1.00075),
    ("hlg", (0.6, 0.2, 0.1)): (0.41798, 0.02770, 0.00525),
    ("hlg", (0.1, 0.6, 0.3)): (0.00525, 0.41798, 0.07328),
    ("hlg", (0.2, 0.2, 0.7)): (0.02770, 0.02770, 0.74043),
    ("pq", (0.5, 0.2, 0.1)): (0.45440, 0.01197, 0.00160),
    ("pq", (0.1, 0.55, 0.3)): (0.00160, 0.74385, 0.04944),
}


def light(transfer, primaries="bt2020"):
    return Light(transfer, to_bt709(primaries))


def shown(made, rgb):
    return made.shown(np.array(rgb, float))


@pytest.mark.parametrize(("transfer", "rgb"), ZIMG)
def test_light_is_that_of_zimg(transfer, rgb):
    made = Light(transfer, ALONE)
    wanted = np.minimum(np.array(ZIMG[transfer, rgb]), 1.0)
    assert shown(made, rgb) ** 2.4 == pytest.approx(wanted, abs=0.0005)


@pytest.mark.parametrize(("transfer", "signal"), [("pq", 0.5807), ("hlg", 0.75), ("bt1886", 1.0)])
def test_reference_white_is_white(transfer, signal):
    assert shown(light(transfer), [signal] * 3) == pytest.approx([1, 1, 1], abs=0.001)


@pytest.mark.parametrize("primaries", ["bt2020", "display_p3", "dci_p3"])
@given(st.floats(0, 1))
def test_grey_of_sdr_stays_as_it_is(primaries, level):
    for transfer in ("bt1886", "gamma22", "gamma28"):
        assert shown(light(transfer, primaries), [level] * 3) == pytest.approx([level] * 3)


def test_what_is_lighter_than_white_keeps_its_hue():
    bright = Light("pq", ALONE)
    rgb = shown(bright, (0.75, 0.70, 0.65)) ** 2.4
    unclipped = bright._linear(np.array([0.75, 0.70, 0.65]))
    assert rgb.max() == pytest.approx(1.0)
    assert rgb / rgb.max() == pytest.approx(unclipped / unclipped.max())


@pytest.mark.parametrize("transfer", ["pq", "hlg", "bt1886"])
@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_all_that_is_shown_is_a_colour(transfer, rgb):
    found = shown(light(transfer), rgb)
    assert np.isfinite(found).all()
    assert found.min() >= 0.0
    assert found.max() <= 1.0


def test_green_of_bt2020_is_the_greenest_there_is():
    assert shown(light("bt1886"), (0, 1, 0)) == pytest.approx([0, 1, 0])
