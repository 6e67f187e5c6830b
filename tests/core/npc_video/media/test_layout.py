import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.media.layout import Box, PictureLayout, Plane

UNTOUCHED = 7


@st.composite
def layouts(draw):
    width, height = draw(st.integers(2, 40)), draw(st.integers(2, 40))
    across, down = draw(st.sampled_from([(2, 2), (2, 1), (1, 1)]))
    return PictureLayout(
        width, height, -(-width // across), -(-height // down), draw(st.booleans())
    )


def test_420_is_half_as_high_again():
    layout = PictureLayout(512, 384, 256, 192, has_alpha=False)
    assert layout.size == (512, 576)
    assert layout.boxes == (
        Box(0, 0, 512, 384),
        Box(0, 384, 256, 192),
        Box(256, 384, 256, 192),
    )


def test_444_is_stacked_with_alpha_at_the_bottom():
    layout = PictureLayout(6, 4, 6, 4, has_alpha=True)
    assert layout.size == (6, 16)
    assert [box.y for box in layout.boxes] == [0, 4, 8, 12]


def test_an_odd_width_leaves_a_column():
    assert PictureLayout(511, 383, 256, 192, has_alpha=False).size == (512, 575)


@given(layouts(), st.integers(0, 9))
def test_pack_puts_each_byte_in_its_box_and_touches_nothing_else(layout, gap):
    columns, rows = layout.size
    planes, wanted = [], np.full((rows, columns), UNTOUCHED, np.uint8)
    for index, box in enumerate(layout.boxes):
        stored = np.full((box.height, box.width + gap), 255, np.uint8)
        content = np.arange(box.height * box.width).reshape(box.height, box.width) % 50 + 50 * index
        stored[:, : box.width] = content
        assert (wanted[box.y : box.y + box.height, box.x : box.x + box.width] == UNTOUCHED).all()
        wanted[box.y : box.y + box.height, box.x : box.x + box.width] = content
        planes.append(Plane(memoryview(stored.tobytes()), box.width, box.width + gap, box.height))
    memory = bytearray([UNTOUCHED]) * (columns * rows)
    layout.pack(planes, memoryview(memory))
    assert memory == wanted.tobytes()


@pytest.mark.parametrize("size", [10, 10_000])
def test_pack_refuses_memory_of_another_size(size):
    layout = PictureLayout(4, 4, 2, 2, has_alpha=False)
    with pytest.raises(ValueError, match="reshape"):
        layout.pack([], memoryview(bytearray(size)))
