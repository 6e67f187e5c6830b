from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from npc_video.face.ember import EmberPainter
from npc_video.face.expressions import EXPRESSIONS
from npc_video.face.motions import ANIMATIONS
from npc_video.face.pose import pose

SIZE = 128
# Rows and columns of the luma plane, with the head upright.
MOUTH = slice(78, 108), slice(36, 92)
EYES = slice(40, 76), slice(28, 100)


def luma(picture):
    return picture[:SIZE].astype(int)


def difference(one, other, part=(slice(None), slice(None))):
    return np.abs(luma(one)[part] - luma(other)[part]).mean()


@pytest.fixture(scope="module")
def painter():
    return EmberPainter(SIZE, SIZE)


@pytest.fixture(scope="module")
def faces(painter):
    return {name: painter.paint(pose(name, "neutral", "idle", 1.0, 0.1)) for name in EXPRESSIONS}


@pytest.mark.parametrize("size", [(256, 256), (64, 64), (96, 64), (64, 96), (2, 2)])
def test_fills_a_picture_of_any_size(size):
    width, height = size
    picture = EmberPainter(width, height).paint(pose("happy", "", "idle", 1.0, 0.0))
    assert picture.shape == (height * 3 // 2, width)
    assert picture.dtype == np.uint8
    assert picture.min() >= 16
    assert picture.max() <= 240


@pytest.mark.parametrize("height", [SIZE, 3 * SIZE])
@pytest.mark.parametrize("phase", [0.0, 0.125, 0.25])
def test_the_belly_reaches_the_foot_of_the_picture(height, phase):
    picture = EmberPainter(SIZE, height).paint(pose("happy", "", "bounce", 1.0, phase))
    belly = picture[height // 2 + 59 : height, SIZE // 2].astype(int)
    assert (belly > 130).all()


def test_same_pose_gives_the_same_picture(painter):
    face = pose("love", "happy", "wiggle", 0.7, 0.4)
    first = painter.paint(face)
    painter.paint(pose("angry", "", "shake", 1.0, 0.1))
    assert (painter.paint(face) == first).all()
    assert (EmberPainter(SIZE, SIZE).paint(face) == first).all()


def test_pictures_are_independent(painter):
    first = painter.paint(pose("happy", "", "idle", 1.0, 0.0))
    before = first.copy()
    painter.paint(pose("sad", "", "idle", 1.0, 0.0))
    assert (first == before).all()


def test_mouth_tells_feelings_apart(faces):
    """Many times what the same mouth differs by in the next frame of a quiet clip."""
    for one, other in combinations(("happy", "angry", "surprised", "sad", "neutral"), 2):
        assert difference(faces[one], faces[other], MOUTH) > 10, (one, other)


def test_eyes_tell_feelings_apart(faces):
    for one, other in combinations(("happy", "angry", "surprised", "sad", "sleepy"), 2):
        assert difference(faces[one], faces[other], EYES) > 10, (one, other)


@pytest.mark.parametrize(("one", "other"), list(combinations(EXPRESSIONS, 2)))
def test_every_two_expressions_differ(faces, one, other):
    assert difference(faces[one], faces[other]) > 1.5


@pytest.mark.parametrize("animation", ANIMATIONS)
def test_loops_without_a_seam(painter, animation):
    count = 48
    clip = [painter.paint(pose("happy", "", animation, 1, n / count)) for n in range(count)]
    steps = [difference(clip[n - 1], clip[n]) for n in range(1, count)]
    assert difference(clip[-1], clip[0]) <= max(steps) * 1.05
    assert difference(painter.paint(pose("happy", "", animation, 1, 1.0)), clip[0]) < 0.01


@pytest.mark.parametrize("animation", ANIMATIONS)
def test_moves(painter, animation):
    clip = [painter.paint(pose("neutral", "", animation, 1, n / 24)) for n in range(24)]
    assert all(difference(clip[n - 1], clip[n]) > 0.3 for n in range(24))


@pytest.mark.parametrize("sign", ["tears", "sweat", "steam", "hearts", "sparkle", "sleep"])
def test_signs_appear_with_their_strength(painter, sign):
    rest = pose("neutral", "", "idle", 0.5, 0.3)
    bare = painter.paint(rest)
    faint, strong = (
        difference(painter.paint(replace(rest, **{sign: strength})), bare)
        for strength in (0.3, 1.0)
    )
    assert 0 < faint < strong


def test_signs_stay_within_the_loop(painter):
    face = EXPRESSIONS["love"]
    first, last = (painter.paint(replace(face, drift=drift)) for drift in (0.0, 1.0))
    assert difference(first, last) < 0.01
