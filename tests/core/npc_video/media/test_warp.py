import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from npc_video.media.likeness import SIDE
from npc_video.media.warp import warp_between

MIDDLE = slice(SIDE // 4, -SIDE // 4)


def waves(right=0.0, down=0.0):
    """A pattern that has come so many cells to the right and down."""
    y, x = np.indices((SIDE, SIDE))
    x, y = x - right, y - down
    levels = np.sin(x / 4.1 + 0.3) + np.cos(y / 3.7) + np.sin((x + 2.0 * y) / 9.0)
    return np.rint(127.0 + 40.0 * levels).astype(np.uint8)


def moved(warp):
    """By how many cells, in the middle of the picture."""
    return warp[MIDDLE, MIDDLE].astype(float) * SIDE


def test_a_picture_does_not_move_towards_itself():
    assert np.abs(moved(warp_between(waves(), waves()))).max() < 0.05


@given(st.floats(-2.5, 2.5), st.floats(-2.5, 2.5))
def test_it_tells_how_a_picture_has_moved(right, down):
    found = moved(warp_between(waves(), waves(right, down)))
    assert np.abs(found - (right, down)).mean() < 0.35


def test_a_part_moves_by_itself():
    before, after = waves(), waves()
    after[:, : SIDE // 2] = waves(2.0, 0.0)[:, : SIDE // 2]
    found = warp_between(before, after)[..., 0].astype(float) * SIDE
    assert abs(found[8:-8, 4:10].mean() - 2.0) < 0.5
    assert abs(found[8:-8, -10:-4].mean()) < 0.5


@given(st.integers(0, 2**32 - 1))
def test_whatever_it_is_given_it_stays_small(seed):
    chance = np.random.default_rng(seed)
    one, other = chance.integers(0, 256, (2, SIDE, SIDE), np.uint8)
    found = warp_between(one, other)
    assert found.shape == (SIDE, SIDE, 2)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 0.125
    for level in (0, 255):
        flat = np.full((SIDE, SIDE), level, np.uint8)
        assert np.isfinite(warp_between(one, flat)).all()
