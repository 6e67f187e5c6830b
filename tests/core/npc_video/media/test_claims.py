import struct

import pytest
from npc_video.errors import DamagedClipError
from npc_video.media.claims import check_claims
from npc_video.media.decode import ClipDecoder


def claiming(data, box, offset, *numbers):
    """`data` with other numbers in a box; what comes after its name is 0 bytes in."""
    changed = bytearray(data)
    at = data.index(box) + len(box)
    struct.pack_into(f">{len(numbers)}I", changed, at + offset, *numbers)
    return bytes(changed)


@pytest.fixture(scope="module")
def mp4(make_clip):
    return make_clip(options={"bf": "2"})


@pytest.mark.parametrize("count", [100_000, 40_000_000, 2**32 - 1])
@pytest.mark.parametrize("size", [1, 1000])
def test_more_samples_than_bytes(mp4, count, size):
    with pytest.raises(DamagedClipError, match="more than it can hold"):
        ClipDecoder(claiming(mp4, b"stsz", 4, size, count), "video/mp4")


def test_many_edits(mp4):
    with pytest.raises(DamagedClipError, match="more than it can hold"):
        ClipDecoder(claiming(mp4, b"elst", 4, 5000), "video/mp4")


def test_runs_of_nothing():
    run = struct.pack(">I4sII", 16, b"trun", 0, 40_000_000) + bytes(20)
    with pytest.raises(DamagedClipError, match="more than it can hold"):
        check_claims(bytes(100) + run)


def test_a_large_size_does_not_hide_a_box():
    box = struct.pack(">I4sQIII", 1, b"stsz", 28, 0, 1, 40_000_000)
    with pytest.raises(DamagedClipError, match="more than it can hold"):
        check_claims(bytes(100) + box + bytes(100))


def test_names_among_the_samples_mean_nothing():
    for name in (b"stsz", b"trun", b"elst"):
        check_claims(bytes(50) + b"\xd1\x07\x88\x12" + name + b"\xfe" * 50)
        check_claims(bytes(50) + name)
        check_claims(name)


def test_what_is_sound_plays(mp4):
    decoder = ClipDecoder(mp4, "video/mp4")
    assert len(list(decoder.frames())) == 24
    decoder.close()
