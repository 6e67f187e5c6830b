import math

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.face.canvas import Blend, Canvas, colour
from npc_video.face.shapes import Frame, leaf, polyline, ramp, stripes

WHITE, BLACK = colour("ffffff"), colour("000000")


def area(region, distance):
    """Covered area in local units."""
    return float(region.cover(distance).sum()) * region.pixel**2


def luma(canvas):
    picture = canvas.picture()
    return picture[: len(picture) * 2 // 3]


class TestFrame:
    @given(*[st.floats(-2, 2)] * 4, st.floats(-4, 4), st.floats(0.2, 3))
    def test_region_gives_local_coordinates(self, x, y, dx, dy, turn, scale):
        canvas = Canvas(64, 32)
        frame = Frame().at(x, y, turn=turn).at(dx, dy, sx=-scale, sy=scale)
        region = canvas.region(frame, -0.3, -0.3, 0.3, 0.3)
        if region.x.size:
            column, row = region.columns.start, region.rows.start
            centre = ((column + 0.5 - 32) / 16, (row + 0.5 - 16) / 16)
            place = frame.place(float(region.x[0, 0]), float(region.y[0, 0]))
            assert place == pytest.approx(centre, abs=1e-4)
        assert region.pixel == pytest.approx(1 / 16 / scale)

    def test_turns_clockwise(self):
        assert Frame().at(0, 0, turn=math.pi / 2).place(1, 0) == pytest.approx((0, 1))


class TestRegion:
    @given(*[st.floats(-3, 3)] * 4)
    def test_stays_on_the_canvas_in_whole_pairs(self, x, y, width, height):
        canvas = Canvas(48, 32)
        region = canvas.region(Frame().at(x, y), 0, 0, abs(width), abs(height))
        for part, size in ((region.rows, 32), (region.columns, 48)):
            assert 0 <= part.start <= part.stop <= size
            assert part.start % 2 == part.stop % 2 == 0
        assert region.x.dtype == region.y.dtype == np.float32

    def test_covers_the_whole_box(self):
        region = Canvas(64, 64).region(Frame().at(0.1, 0.2, turn=0.5), -0.3, -0.2, 0.3, 0.2)
        inside = (np.abs(region.x) < 0.3) & (np.abs(region.y) < 0.2)
        assert inside.sum() * region.pixel**2 == pytest.approx(0.24, rel=0.03)

    def test_bands_are_the_region_cut_into_pieces(self):
        canvas = Canvas(128, 128)
        box = (Frame().at(0.1, 0.0, turn=0.3), -0.8, -0.9, 0.8, 0.9)
        whole, bands = canvas.region(*box), list(canvas.bands(*box))
        assert len(bands) > 1
        assert (np.concatenate([band.x for band in bands]) == whole.x).all()
        assert (np.concatenate([band.y for band in bands]) == whole.y).all()

    def test_cut(self):
        canvas = Canvas(64, 64)
        whole = canvas.region(Frame(), -1, -1, 1, 1)
        part = canvas.region(Frame(), -0.2, -0.3, 0.4, 0.1)
        assert (part.cut(whole.x, whole) == part.x).all()


class TestShapes:
    @pytest.mark.parametrize("turn", [0.0, 0.4, 1.3])
    @pytest.mark.parametrize("size", [64, 512])
    def test_ellipse_has_its_area(self, turn, size):
        frame = Frame().at(0.03, -0.02, turn=turn)
        region = Canvas(size, size).region(frame, -0.6, -0.6, 0.6, 0.6)
        ellipse = region.ellipse(0.1, 0.0, 0.4, 0.25)
        assert area(region, ellipse) == pytest.approx(math.pi * 0.4 * 0.25, rel=0.01)

    def test_cover_grows(self):
        region = Canvas(256, 256).region(Frame(), -0.6, -0.6, 0.6, 0.6)
        disc = region.ellipse(0.0, 0.0, 0.4, 0.4)
        grown = float(region.cover(disc, 0.02).sum()) * region.pixel**2
        assert grown == pytest.approx(math.pi * 0.42**2, rel=0.01)

    def test_edges_are_one_pixel_wide(self):
        region = Canvas(256, 256).region(Frame(), -0.6, -0.6, 0.6, 0.6)
        cover = region.cover(region.ellipse(0.0, 0.0, 0.5, 0.5))
        row = cover[cover.shape[0] // 2]
        assert 0 < ((row > 0) & (row < 1)).sum() <= 4

    def test_stroke_is_a_capsule(self):
        region = Canvas(512, 512).region(Frame(), -0.8, -0.8, 0.8, 0.8)
        line = polyline(np.array([-0.3, 0.0, 0.3]), np.array([0.1, 0.1, 0.1]))
        capsule = region.stroke(line, np.full(3, 0.1, np.float32))
        assert area(region, capsule) == pytest.approx(0.6 * 0.2 + math.pi * 0.01, rel=0.01)

    def test_leaf_has_two_points(self):
        region = Canvas(512, 512).region(Frame(), -0.1, -0.5, 0.7, 0.5)
        inside = leaf(region.x, region.y, 0.6, 0.2) < 0
        assert region.x[inside].min() == pytest.approx(0.0, abs=0.02)
        assert region.x[inside].max() == pytest.approx(0.6, abs=0.02)
        assert region.y[inside].max() == pytest.approx(0.1, abs=0.02)

    def test_stripes_and_ramp(self):
        values = np.linspace(-1, 1, 201, dtype=np.float32)
        inside = values[stripes(values, 0.5, 0.1) < 0]
        assert set(np.round(inside * 2) / 2) == {-1, -0.5, 0, 0.5, 1}
        assert ramp(np.array([-1, 0, 1, 2, 3], np.float32), 0, 2).tolist() == [0, 0, 0.5, 1, 1]


class TestCanvas:
    def test_is_black_at_first(self):
        picture = Canvas(8, 4).picture()
        assert picture.shape == (6, 8)
        assert (picture[:4] == 16).all()
        assert (picture[4:] == 128).all()

    @given(st.binary(min_size=3, max_size=3))
    def test_colours_come_out_as_they_were(self, rgb):
        canvas = Canvas(16, 16)
        region = canvas.region(Frame(), -1, -1, 1, 1)
        canvas.paint(region, np.ones_like(region.x), colour(rgb.hex()))
        frame = av.VideoFrame.from_ndarray(canvas.picture(), format="yuv420p")
        frame.colorspace, frame.color_range = 1, 1
        seen = frame.reformat(format="rgb24", src_colorspace=1).to_ndarray()
        assert np.abs(seen.astype(int) - list(rgb)).max() <= 4

    def test_blends(self):
        canvas = Canvas(16, 16)
        region = canvas.region(Frame(), -1, -1, 1, 1)
        half, full = np.full_like(region.x, 0.5), np.ones_like(region.x)
        quarter = Blend(BLACK, Blend(BLACK, WHITE, half), half)
        canvas.paint(region, full, quarter)
        assert luma(canvas).mean() == pytest.approx(16 + 219 / 4, abs=1)
        canvas.paint(region, half, WHITE)
        assert luma(canvas).mean() == pytest.approx(16 + 219 * 5 / 8, abs=1)

    def test_glow_adds_and_never_overflows(self):
        canvas = Canvas(16, 16)
        region = canvas.region(Frame(), -1, -1, 1, 1)
        for _ in range(5):
            canvas.glow(region, np.full_like(region.x, 0.4), WHITE)
        assert (luma(canvas) == 240).all()

    def test_starts_from_a_background_and_a_light(self):
        night, light, canvas = Canvas(16, 16), Canvas(16, 16), Canvas(16, 16)
        region = canvas.region(Frame(), -1, -1, 1, 1)
        night.paint(region, np.ones_like(region.x), colour("202020"))
        light.paint(region, np.full_like(region.x, 0.5), WHITE)
        canvas.start_from(night, light, 0.5)
        expected = colour("202020").luma + 219 * 0.25
        assert luma(canvas).mean() == pytest.approx(expected, abs=1)
        assert luma(night).mean() == pytest.approx(colour("202020").luma, abs=1)

    def test_paints_nothing_outside(self):
        canvas = Canvas(16, 16)
        region = canvas.region(Frame().at(5, 5), -1, -1, 1, 1)
        canvas.paint(region, region.cover(region.ellipse(0, 0, 1, 1)), WHITE)
        assert (luma(canvas) == 16).all()
