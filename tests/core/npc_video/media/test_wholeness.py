import struct

import pytest
from npc_video.media.decode import ClipDecoder
from npc_video.media.wholeness import is_whole


@pytest.fixture(scope="session")
def files(webm, make_clip, fragmented):
    return {
        "webm": (webm, "matroska"),
        "mp4": (make_clip(), "mp4"),
        "live": (make_clip("libvpx-vp9", "webm", muxing={"live": "1"}), "matroska"),
        "fragmented": (fragmented, "mp4"),
    }


@pytest.mark.parametrize(
    ("name", "whole", "cut"),
    [
        ("webm", True, False),
        ("mp4", True, False),
        ("live", None, None),
        ("fragmented", True, None),
    ],
)
def test_of_files_and_what_is_left_of_them(files, name, whole, cut):
    data, container = files[name]
    assert is_whole(data, container) is whole
    found = {is_whole(data[:end], container) for end in range(40, len(data), 7)}
    assert found <= {cut, False, None}


def box(name, body=b"", size=None):
    """A box of an MP4 file; with `size` its head says that instead of its own."""
    return struct.pack(">I4s", len(body) + 8 if size is None else size, name) + body


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (box(b"moov") + box(b"mdat", bytes(4)), True),
        (box(b"moov") + box(b"mdat", bytes(4), size=0), True),  # to the end of the file
        (box(b"moov") + box(b"mdat", struct.pack(">Q", 20) + bytes(4), size=1), True),
        (box(b"moov") + box(b"mdat", struct.pack(">Q", 21) + bytes(4), size=1), False),
        (box(b"moov") + box(b"mdat", bytes(4), size=7), None),
        (box(b"mdat", bytes(4)), None),
    ],
)
def test_of_boxes_with_every_kind_of_size(data, whole):
    assert is_whole(data, "mp4") is whole


@pytest.mark.parametrize("container", ["matroska", "mp4"])
@pytest.mark.parametrize("data", [b"", b"\0", b"\0" * 40, b"\xff" * 40, b"\x1a\x45\xdf\xa3\x01"])
def test_of_other_things(data, container):
    assert is_whole(data, container) in (None, True, False)


def test_a_long_last_picture_is_no_damage(make_clip):
    """WebM says how long its frames are by the next one only, and when all of it ends."""
    data = make_clip("libvpx-vp9", "webm", ticks=[0, 1, 2], fps=1)
    assert b"D\x89" in data  # its duration, a float of three seconds in milliseconds
    at = data.index(b"D\x89\x88") + 3
    longer = data[:at] + struct.pack(">d", 9000.0) + data[at + 8 :]
    longer = longer.replace(b"00:00:03.000000000", b"00:00:09.000000000")
    decoder = ClipDecoder(longer, "video/webm")
    assert [frame.seconds for frame in decoder.frames()] == [0.0, 1.0, 2.0]
    assert decoder.length == 9.0
    decoder.close()
