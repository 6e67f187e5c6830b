"""The colours of decoded planes, against FFmpeg's own conversion of the same frames."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from npc_video.media.colour import Colour
from npc_video.media.decode import ClipDecoder

EVEN, ODD = (256, 192), (255, 191)
MATRICES = {
    "bt601": (6, Colorspace.SMPTE170M),
    "bt709": (1, Colorspace.ITU709),
    "bt2020": (9, Colorspace.BT2020),
}
EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
# Other sampling than 4:2:0 is another profile of VP9.
OPTIONS = {
    ("libvpx-vp9", pixels): {"profile": "1"} for pixels in ("yuv422p", "yuv440p", "yuv444p", "gbrp")
}


def gradients(width, height, step):
    """Every primary and grey come near, and neighbours differ little."""
    across = np.linspace(0, 1, width)[None, :] + np.zeros((height, 1))
    down = np.linspace(0, 1, height)[:, None] + np.zeros((1, width))
    blue = 1 - (across + down) / 2 if step % 2 else across * (1 - down)
    return np.rint(np.stack([across, down, blue], axis=-1) * 255).astype(np.uint8)


def encode(codec, pixels, size=EVEN, container="mp4", matrix=None, full=False):
    file = io.BytesIO()
    number, space = MATRICES[matrix or "bt601"]
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=8, options=OPTIONS.get((codec, pixels), {}))
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        if matrix:
            stream.codec_context.colorspace = number
        if full:
            stream.codec_context.color_range = ColorRange.JPEG
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(gradients(*size, index), format="rgb24").reformat(
                format=pixels,
                dst_colorspace=space,
                dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            )
            frame.pts, frame.time_base = index, Fraction(1, 8)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def stretched(plane, size):
    """Linear, as a texture is sampled."""
    for axis, (have, want) in enumerate(zip(plane.shape, size, strict=True)):
        share = 1.0 / -(-want // have)
        at = np.clip((np.arange(want) + 0.5) * share - 0.5, 0, have - 1)
        low = at.astype(int)
        high = np.minimum(low + 1, have - 1)
        part = (at - low)[:, None] if axis == 0 else at - low
        plane = plane.take(low, axis) * (1 - part) + plane.take(high, axis) * part
    return plane


def to_rgb(colour, planes):
    """As the shader does it."""
    matrix, offset = colour.to_rgb()
    yuv = np.stack([stretched(plane, planes[0].shape) for plane in planes[:3]], axis=-1)
    return np.clip((yuv / 255.0 - offset) @ np.reshape(matrix, (3, 3)).T, 0, 1) * 255


def unpacked(layout, frame):
    columns, rows = layout.size
    memory = bytearray(columns * rows)
    layout.pack(frame.planes, memoryview(memory))
    picture = np.frombuffer(memory, np.uint8).reshape(rows, columns)
    return [picture[b.y : b.y + b.height, b.x : b.x + b.width] for b in layout.boxes]


def check(data, media_type, matrix, full):
    decoder = ClipDecoder(data, media_type)
    with av.open(io.BytesIO(data)) as container:
        pictures = list(container.decode(video=0))
    frames = list(decoder.frames())
    assert len(frames) == len(pictures) == 3
    for frame, picture in zip(frames, pictures, strict=True):
        theirs = picture.reformat(
            format="rgb24",
            src_colorspace=MATRICES[matrix][1],
            src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=EXACT,
        ).to_ndarray()
        ours = to_rgb(decoder.info.colour, unpacked(decoder.info.layout, frame))
        error = np.abs(ours - theirs)
        assert error.mean() <= 1.5
        assert error.max() <= 6
    info = decoder.info
    decoder.close()
    return info


@pytest.mark.parametrize("size", [EVEN, ODD])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv444p"])
def test_shown_formats(pixels, matrix, full, size):
    data = encode("libvpx-vp9", pixels, size, "webm", matrix, full)
    info = check(data, "video/webm", matrix, full)
    assert info.colour == Colour(matrix, full)
    assert (info.layout.width, info.layout.height) == size
    assert (info.layout.chroma_width < size[0]) == (pixels != "yuv444p")
    assert (info.layout.chroma_height < size[1]) == (pixels == "yuv420p")


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize(
    ("codec", "pixels"),
    [
        ("libx264", "yuv420p10le"),
        ("libx264", "yuv444p10le"),
        ("libx264", "yuv422p10le"),
        ("libvpx-vp9", "yuv440p"),
        ("libsvtav1", "yuv420p10le"),
    ],
)
def test_converted_formats(codec, pixels, matrix, full):
    data = encode(codec, pixels, EVEN, "matroska", matrix, full)
    info = check(data, "video/x-matroska", matrix, full)
    assert info.colour == Colour(matrix, full)


@pytest.mark.parametrize(("codec", "pixels"), [("libx264rgb", "rgb24"), ("libvpx-vp9", "gbrp")])
@pytest.mark.parametrize("size", [EVEN, ODD])
def test_red_green_and_blue(codec, pixels, size):
    info = check(encode(codec, pixels, size), "video/mp4", "bt709", full=True)
    assert info.colour == Colour("bt709", full_range=True)


@pytest.mark.parametrize("full", [False, True])
def test_grey(full):
    check(encode("libx264", "gray", full=full), "video/mp4", "bt601", full)


def test_full_range_by_the_name_of_the_format():
    info = check(encode("libx264", "yuvj422p", full=True), "video/mp4", "bt601", full=True)
    assert info.colour.full_range


@pytest.mark.parametrize(("rows", "matrix"), [(718, "bt601"), (720, "bt709")])
def test_untagged_colours_go_by_size(rows, matrix):
    decoder = ClipDecoder(encode("libx264", "yuv420p", (64, rows)), "video/mp4")
    assert decoder.info.colour == Colour(matrix, full_range=False)
    decoder.close()
