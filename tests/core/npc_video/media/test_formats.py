"""The colours of decoded planes, against FFmpeg's own conversion of the same frames.

Files of other writers are in `tests/data/media`, where it is said how each was made.
"""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from npc_video.errors import UnsupportedClipError
from npc_video.media.colour import Colour
from npc_video.media.decode import ClipDecoder

from .files import FILES

EVEN, ODD = (256, 192), (255, 191)
MATRICES = {
    "bt601": (6, Colorspace.SMPTE170M),
    "bt709": (1, Colorspace.ITU709),
    "bt2020": (9, Colorspace.BT2020),
    "smpte240m": (7, Colorspace.SMPTE240M),
    "fcc": (4, Colorspace.FCC),
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
    rgb = np.clip((yuv / 255.0 - offset) @ np.reshape(matrix, (3, 3)).T, 0, 1)
    return (rgb if colour.light is None else colour.light.shown(rgb)) * 255


def unpacked(layout, frame):
    """The planes, ten bits as parts of eight."""
    columns, rows = layout.size
    memory = bytearray(columns * rows * layout.sample_bytes)
    layout.pack(frame.planes, memoryview(memory))
    picture = np.frombuffer(memory, f"<u{layout.sample_bytes}").reshape(rows, columns)
    if layout.sample_bytes == 2:
        picture = picture / 4.0
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


@pytest.mark.parametrize("pixels", ["gray", "gray10le"])
@pytest.mark.parametrize("full", [False, True])
def test_grey(pixels, full):
    check(encode("libx264", pixels, full=full), "video/mp4", "bt601", full)


def test_full_range_by_the_name_of_the_format():
    info = check(encode("libx264", "yuvj422p", full=True), "video/mp4", "bt601", full=True)
    assert info.colour.full_range


@pytest.mark.parametrize("rows", [718, 720, 1080])
@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
def test_untagged_colours_are_those_of_the_writer_whatever_the_size(rows, matrix):
    data = encode("libx264", "yuv420p", (64, rows))
    decoder = ClipDecoder(data, "video/mp4", untagged_colours=matrix)
    assert decoder.info.colour == Colour(matrix, full_range=False)
    decoder.close()


def test_a_tag_counts_more_than_what_the_writer_usually_does():
    data = encode("libx264", "yuv420p", matrix="bt601")
    decoder = ClipDecoder(data, "video/mp4", untagged_colours="bt709")
    assert decoder.info.colour.matrix == "bt601"
    decoder.close()


def first_picture(name):
    """What `ClipInfo` says, and the first picture, of a file of another writer."""
    kind = "video/webm" if name.endswith(".webm") else "video/mp4"
    decoder = ClipDecoder((FILES / name).read_bytes(), kind)
    frame = next(iter(decoder.frames()))
    rgb = to_rgb(decoder.info.colour, unpacked(decoder.info.layout, frame))
    decoder.close()
    return decoder.info, rgb


# The middle of seven bars, as bars_sdr.mp4 has them; what zscale and tonemap=clip:desat=0 of FFmpeg
# make of the files is as far from that, up to 13 in dark channels.
BARS = {
    "white": (191, 191, 191), "yellow": (191, 191, 0), "cyan": (0, 191, 191), "green": (0, 191, 0),
    "magenta": (191, 0, 191), "red": (191, 0, 0), "blue": (0, 0, 191),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bars_pq.mp4", Colour("bt2020", False, "bt2020", "pq")),
        ("bars_hlg.mp4", Colour("bt2020", False, "bt2020", "hlg")),
        ("bars_2020.mp4", Colour("bt2020", False, "bt2020")),
        ("bars_p3.mp4", Colour("bt709", False, "display_p3")),
        ("bars_dci.mp4", Colour("bt709", False, "dci_p3")),
    ],
)
def test_bars_of_other_primaries_and_transfers_look_as_in_bt709(name, kind):
    info, rgb = first_picture(name)
    assert info.colour == kind
    for number, wanted in enumerate(BARS.values()):
        left = 38 + round(number * 192 / 7)
        seen = rgb[8:66, left : left + 16].mean(axis=(0, 1))
        lit = np.array(wanted) > 0
        assert seen[lit] == pytest.approx(np.array(wanted)[lit], abs=6), (number, seen)
        # So dark that a step of the file's is up to ten of what is shown.
        assert (seen[~lit] < 25).all(), (number, seen)
    assert rgb[100:124, 84:124].mean(axis=(0, 1)) == pytest.approx([255] * 3, abs=6)


def test_ten_bits_stay_where_eight_would_show():
    assert first_picture("bars_pq.mp4")[0].layout.sample_bytes == 2
    assert first_picture("bars_p3.mp4")[0].layout.sample_bytes == 1
    decoder = ClipDecoder(encode("libx264", "yuv420p10le", matrix="bt709"), "video/mp4")
    assert decoder.info.layout.sample_bytes == 1
    decoder.close()


@pytest.mark.parametrize("name", ["c240.mp4", "fcc.mp4", "ycgco.mp4", "derived170m.mp4"])
def test_every_matrix_has_the_colours_that_were_written(name):
    _, rgb = first_picture(name)
    rows, columns = np.mgrid[0:128, 0:256]
    written = np.stack([255 * columns / 256, 255 * rows / 128, np.full_like(rows, 128)], axis=-1)
    error = np.abs(rgb - written)[8:-8, 8:-8]
    assert error.mean() <= 1.5
    assert error.max() <= 8


def test_untagged_and_large_is_what_generators_write():
    _, rgb = first_picture("untagged768.mp4")
    corners = {(200, 200): (224, 172, 140), (200, 600): (40, 160, 60), (600, 200): (200, 30, 40)}
    for place, wanted in corners.items():
        assert rgb[place] == pytest.approx(wanted, abs=3)


@pytest.mark.parametrize(
    ("name", "matrix"), [("vui601_colr709.mp4", "bt601"), ("vp9_webm709.webm", "bt709")]
)
def test_the_codec_is_right_and_the_container_where_that_is_silent(name, matrix):
    info, _ = first_picture(name)
    assert info.colour == Colour(matrix, full_range=False)


@pytest.mark.parametrize("number", [10, 11, 13, 14])
def test_what_cannot_be_shown_rightly_is_refused(number):
    """Nobody sees a wrong picture without a word."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.colorspace = number
        frame = av.VideoFrame(64, 64, "yuv420p")
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with pytest.raises(UnsupportedClipError, match="encode it as BT"):
        ClipDecoder(file.getvalue(), "video/mp4")
    with pytest.raises(UnsupportedClipError, match="ICtCp"):
        first_picture("ictcp.mp4")


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({"color_trc": 16}, Colour("bt2020", False, "bt2020", "pq")),
        ({"color_trc": 18, "color_primaries": 12}, Colour("bt2020", False, "display_p3", "hlg")),
        (
            {"color_trc": 16, "colorspace": 1, "color_primaries": 1},
            Colour("bt709", False, "bt709", "pq"),
        ),
        ({"color_trc": 13, "colorspace": 1}, Colour("bt709", False, "bt709", "gamma22")),
        ({"colorspace": 12, "color_primaries": 5}, Colour("derived", False, "bt470bg")),
        ({"color_primaries": 9}, Colour("bt601", False, "bt2020")),
        ({"color_primaries": 1, "color_trc": 1}, Colour("bt601", False)),
    ],
)
def test_what_tags_leave_open(make_clip, tags, wanted):
    decoder = ClipDecoder(make_clip(count=2, **tags), "video/mp4")
    next(iter(decoder.frames()))
    assert decoder.info.colour == wanted
    decoder.close()
