import numpy as np
import pytest
from npc_video.media.primaries import CHROMATICITIES, luminance_of, to_bt709


@pytest.mark.parametrize(
    ("primaries", "weights"),
    [
        ("bt709", (0.2126, 0.7152, 0.0722)),
        ("bt2020", (0.2627, 0.6780, 0.0593)),
        ("bt470m", (0.299, 0.587, 0.114)),
    ],
)
def test_luminance_is_what_the_standards_round(primaries, weights):
    assert luminance_of(primaries) == pytest.approx(weights, abs=0.001)


@pytest.mark.parametrize("primaries", CHROMATICITIES)
def test_white_stays_white(primaries):
    assert np.reshape(to_bt709(primaries), (3, 3)).sum(axis=1) == pytest.approx([1, 1, 1])


def test_bt709_stays_as_it_is():
    assert to_bt709("bt709") == pytest.approx(np.eye(3).ravel(), abs=1e-12)


def test_bt2020_is_converted_as_bt2407_has_it():
    """ITU-R BT.2407, table 2-1."""
    wanted = [1.6605, -0.5876, -0.0728, -0.1246, 1.1329, -0.0083, -0.0182, -0.1006, 1.1187]
    assert to_bt709("bt2020") == pytest.approx(wanted, abs=0.0001)
