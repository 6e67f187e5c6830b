"""A portrait that moves: its size, its edges, its eyes and its light."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npc_video.backends.base import NpcImage
from npc_video.errors import GenerationInvalidError
from npc_video.face.controls import RANGES, FacePose
from npc_video.face.motions import ANIMATIONS
from npc_video.face.pose import pose
from npc_video.face.words import EXPRESSION_WORDS
from npc_video.portrait.brows import without_brow
from npc_video.portrait.figure import figure_of
from npc_video.portrait.painter import PortraitPainter
from npc_video.portrait.sizes import clip_size
from npc_video.portrait.tints import TINTS, Tint, tint_of
from npc_video.portrait.warp import Warp

from .pictures import EYES, cut_out, face, picture_file, plain

POSES = st.builds(FacePose, **{name: st.floats(low, high) for name, (low, high) in RANGES.items()})
SIZE = 96 * 96


def figure(pixels, media_type="image/png", size=SIZE):
    return figure_of(picture_file(pixels, media_type), media_type, size)


def painter(pixels, tint=None, eyes=()):
    return PortraitPainter(figure(pixels), tint or Tint(), eyes)


# ---- Its size ----


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.sampled_from([64, 256, 512, 768]))
def test_a_clip_has_the_shape_of_the_picture_and_the_pixels_of_the_preset(width, height, side):
    wide, tall = clip_size(side * side, width, height)
    assert wide % 2 == tall % 2 == 0
    assert 0.8 < wide * tall / side**2 < 1.25
    aspect = min(max(width / height, 0.25), 4.0)
    assert wide / tall == pytest.approx(aspect, rel=0.1)


def test_a_square_picture_makes_clips_of_the_size_of_the_preset():
    assert clip_size(512 * 512, 300, 300) == (512, 512)


# ---- The picture ----


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
def test_reads_pictures_of_all_kinds(media_type):
    read = figure(plain((255, 0, 0), 200, 100), media_type)
    assert read.size == clip_size(SIZE, 200, 100)
    assert read.alpha is None
    assert read.luma.mean() == pytest.approx(63, abs=3)  # red in BT.709
    assert read.chroma[1].mean() == pytest.approx(240, abs=3)


def test_keeps_what_is_transparent():
    read = figure(cut_out())
    assert read.alpha is not None
    assert read.alpha[:20].max() == 0
    assert read.alpha[-10:, 36:-36].min() == 255


def test_no_hidden_colour_gets_into_the_edges():
    """What is transparent is often black, white or green in the file."""
    for hidden in ((0, 255, 0), (255, 255, 255), (0, 0, 0)):
        read = figure(cut_out((200, 60, 40), hidden=hidden))
        plane = figure(plain((200, 60, 40)))
        assert np.abs(read.luma - plane.luma.mean()).max() < 6.0, hidden
        for mine, right in zip(read.chroma, plane.chroma, strict=True):
            assert np.abs(mine - right.mean()).max() < 6.0, hidden


def test_a_transparent_picture_is_none_of_nothing():
    read = figure(plain((9, 9, 9, 0)))
    assert read.alpha is not None
    assert not read.alpha.any()
    moved = PortraitPainter(read, Tint()).paint(FacePose())
    assert np.isfinite(moved).all()


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", picture_file(plain((1, 2, 3)))[:60]])
def test_a_damaged_picture_is_told(data):
    with pytest.raises(GenerationInvalidError, match="picture cannot be used"):
        figure_of(data, "image/png", SIZE)


def test_a_picture_that_is_too_large_is_told():
    data = bytearray(picture_file(plain((1, 2, 3))))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    image = NpcImage.of(bytes(data))
    with pytest.raises(GenerationInvalidError, match="picture cannot be used"):
        figure_of(image.data, image.media_type, SIZE)


# ---- How it moves ----


@settings(max_examples=60)
@given(POSES)
def test_nothing_is_seen_beyond_an_edge(moved):
    """Of a picture without transparency each edge stays where it is, whatever the pose."""
    columns, rows, _ = Warp(64, 48, None, EYES).sources(moved)
    assert np.abs(columns[:, [0, -1]] - [0.0, 63.0]).max() < 0.01
    assert np.abs(rows[[0, -1]] - [[0.0], [47.0]]).max() < 0.01


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(set(EXPRESSION_WORDS.values()))),
    st.sampled_from(sorted(ANIMATIONS)),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_the_picture_is_never_folded(expression, animation, intensity, phase):
    """Points that lie side by side come from side by side, in the same order."""
    for alpha in (None, figure(cut_out()).alpha):
        height, width = (64, 64) if alpha is None else alpha.shape
        warp = Warp(width, height, alpha)
        columns, rows, _ = warp.sources(pose(expression, "neutral", animation, intensity, phase))
        assert np.diff(columns, axis=1).min() > 0.0
        assert np.diff(rows, axis=0).min() > 0.0


def test_a_figure_that_was_cut_out_leaves_its_place():
    """Only its foot stays on the lower edge."""
    made = painter(cut_out())
    still, leap = (made.paint(replace(FacePose(), shift_y=shift)) for shift in (0.0, -0.2))
    tops = [np.nonzero(picture[-made_height(picture) :].max(axis=1) > 128)[0][0]
            for picture in (still, leap)]  # fmt: skip
    assert tops[1] < tops[0] - 3
    assert leap[-1].max() > 200


def made_height(picture):
    return picture.shape[0] * 2 // 5


def test_a_loop_has_no_seam():
    made = painter(face(), eyes=EYES)
    for animation in ANIMATIONS:
        ends = [made.paint(pose("happy", "neutral", animation, 1.0, at)) for at in (0.0, 1.0)]
        assert (ends[0] == ends[1]).all(), animation


def test_it_breathes():
    made = painter(face())
    out, breathed_in = (made.paint(replace(FacePose(), breath=breath)) for breath in (-1, 1))
    assert np.abs(out.astype(int) - breathed_in).max() > 20


def test_it_blinks_where_eyes_are_marked_and_nowhere_else():
    made = painter(face(), eyes=EYES)
    opened, closed = (
        made.paint(replace(FacePose(), eye_left=opening, eye_right=opening)).astype(int)[:96]
        for opening in (1.0, 0.0)
    )
    for left, top, width, height in EYES:
        middle = opened[round((top + height / 3) * 96), round((left + width / 2) * 96)]
        lid = closed[round((top + height / 3) * 96), round((left + width / 2) * 96)]
        assert middle < 60 < 140 < lid
    changed = np.nonzero((np.abs(opened - closed) > 4).any(axis=0))[0]
    inside = [round(edge * 96) for left, _, width, _ in EYES for edge in (left, left + width)]
    assert changed.min() >= inside[0] - 1
    assert changed.max() <= inside[3] + 1
    assert not ((changed > inside[1] + 1) & (changed < inside[2] - 1)).any()
    unmarked = painter(face())
    assert (unmarked.paint(replace(FacePose(), eye_left=0.0)) == unmarked.paint(FacePose())).all()


def with_brows(side=96):
    """The same face with a brow above each eye."""
    pixels = face(side)
    for left, top, width, _ in EYES:
        rows = slice(round((top - 0.12) * side), round((top - 0.08) * side))
        pixels[rows, round((left - 0.02) * side) : round((left + width + 0.02) * side)] = 40
    return pixels


@pytest.mark.parametrize("above", [0.0, 0.04, 0.1, 0.16])
@pytest.mark.parametrize("below", [0.0, 0.04])
def test_brows_stay_where_they_are_however_large_eyes_are_marked(above, below):
    marks = tuple(
        (left - 0.02, top - above, width + 0.04, height + above + below)
        for left, top, width, height in EYES
    )
    made = painter(with_brows(), eyes=marks)
    opened, closed = (
        made.paint(replace(FacePose(), eye_left=opening, eye_right=opening)).astype(int)[:96]
        for opening in (1.0, 0.0)
    )
    change = np.abs(opened - closed)
    for left, top, width, height in EYES:
        columns = slice(round(left * 96), round((left + width) * 96))
        assert change[: round((top - 0.06) * 96), columns].max() < 12
        amid = closed[round((top + height / 3) * 96), round((left + width / 2) * 96)]
        assert amid > 140  # it is closed all the same


def under_a_fringe(gap, side=192):
    """A face whose eyes are white, with a dark outline; hair above them, a red cheek below."""
    pixels = plain((230, 190, 160), side, side)
    down, across = np.indices((side, side)) + 0.5
    for left, top, width, height in EYES:
        far = np.hypot(
            (across / side - left - width / 2) / (width / 2),
            (down / side - top - height / 2) / (height / 2),
        )
        pixels[far < 1.0] = 30
        pixels[far < 0.8] = 250
        cheek = slice(round((top + 1.35 * height) * side), round((top + 2.5 * height) * side))
        pixels[cheek, : round(left * side)] = 230, 120, 110
        pixels[: round(top * side) - gap] = 90, 40, 20
    return pixels


@pytest.mark.parametrize("gap", [2, 4, 8, 16])
@pytest.mark.parametrize("closed", [0.5, 0.8, 1.0])
def test_lids_are_of_the_skin_around_an_eye_and_of_no_hair(gap, closed):
    made = painter(under_a_fringe(gap), eyes=EYES)
    size = made.paint(FacePose()).shape[1]
    shut = FacePose(eye_left=1.0 - closed, eye_right=1.0 - closed)
    opened, picture = (made.paint(moment)[:size].astype(int) for moment in (FacePose(), shut))
    skin = opened[round(0.42 * size), size // 2]
    for left, top, width, height in EYES:
        columns = slice(round((left + width / 4) * size), round((left + 3 * width / 4) * size))
        # The hair stays, and from it to the lashes there is nothing but skin.
        hair = round(top * size) - gap
        assert np.abs(picture - opened)[: hair - 2, columns].max() < 8
        lid = picture[round(top * size) : round((top + 0.55 * closed * height) * size), columns]
        assert np.abs(lid - skin).max() < 25
        lashes = picture[round((top + 0.4 * closed * height) * size) :, columns]
        assert lashes[: round(height * size)].min() < 110
    if closed == 1.0:  # nothing of the white is seen any more
        assert picture[: round(0.55 * size)].max() < skin + 25


@settings(max_examples=200)
@given(
    st.tuples(*(st.floats(0.0, 0.6) for _ in range(2)), *(st.floats(0.001, 0.4) for _ in range(2))),
    st.sampled_from(["face", "brows", "plain", "noise"]),
)
def test_an_eye_is_only_ever_taken_for_smaller_at_its_top(eye, kind):
    luma = {
        "face": lambda: face()[..., 0],
        "brows": lambda: with_brows()[..., 0],
        "plain": lambda: plain((9, 9, 9))[..., 0],
        "noise": lambda: np.random.default_rng(0).integers(0, 255, (40, 60)),
    }[kind]().astype(np.float32)
    left, top, width, height = without_brow(luma, eye)
    assert (left, width) == (eye[0], eye[2])
    assert top >= eye[1]
    assert height > 0.0
    assert top + height == pytest.approx(eye[1] + eye[3])


def test_one_eye_can_wink():
    made = painter(face(), eyes=EYES)
    change = np.abs(made.paint(FacePose(eye_left=0.0)).astype(int) - made.paint(FacePose()))[:96]
    assert change[:, :48].max() > 100
    assert change[:, 48:].max() < 4


# ---- Its light ----


def test_every_expression_has_a_light_and_neutral_has_none():
    assert set(TINTS) == set(EXPRESSION_WORDS.values())
    assert tint_of("neutral", "neutral", 1.0) == Tint()
    assert tint_of("furious", "", 1.0) == TINTS["angry"]
    assert tint_of("neutral", "sad", 1.0) == TINTS["sad"]
    assert 0.0 < tint_of("angry", "", 0.0).strength < tint_of("angry", "", 1.0).strength


def test_feelings_can_be_told_apart_by_their_light():
    pictures = {
        word: painter(face(), tint_of(word, "", 0.5)).paint(FacePose()).astype(int)
        for word in ("neutral", "happy", "sad", "angry", "scared", "disgusted", "love")
    }
    for word, picture in pictures.items():
        for other in pictures:
            assert other == word or np.abs(picture - pictures[other]).mean() > 1.0, (word, other)
