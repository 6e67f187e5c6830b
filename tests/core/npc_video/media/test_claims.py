import struct

import pytest
from npc_video.errors import DamagedClipError
from npc_video.media.claims import ClaimsCheck, check_claims
from npc_video.media.decode import ClipDecoder
from npc_video.media.sound import decode_sound

from tests.core.npc_video.media.voiced import make


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


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("entry", [0, 1])
def test_more_samples_than_a_chunk_holds(entry, early):
    """FFmpeg makes 24 bytes of each thousand samples without compression, for each chunk."""
    data = make("pcm_alaw", "mov")
    check_claims(data)
    table = data.index(b"stsc", data.index(b"soun"))
    assert struct.unpack_from(">I", data, table + 8)[0] > 1
    claimed = bytearray(data)
    struct.pack_into(">I", claimed, table + 12 + 12 * entry + 4, 2_000_000_000)
    if not early:
        with pytest.raises(DamagedClipError, match="more than it can hold"):
            decode_sound(bytes(claimed), "video/mp4")
        return
    check = ClaimsCheck(64 * 1024 * 1024)
    # Nothing of the table is read before all of it is checked.
    assert check.check(claimed[: table + 12 + 12 * entry + 30], is_whole=False) <= table
    with pytest.raises(DamagedClipError, match="more than it can hold"):
        check.check(claimed, is_whole=False)


def test_a_minute_of_sound_without_compression_in_one_chunk():
    count = struct.pack(">I4s6I", 28, b"stsc", 0, 1, 1, 60 * 48_000, 1, 0)
    chunks = struct.pack(">I4s3I", 20, b"stco", 0, 1440, 0)
    check_claims(bytes(16) + count + chunks + bytes(12_000_000))


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
    for name in (b"stsz", b"trun", b"elst", b"stsc", b"stco", b"co64"):
        check_claims(bytes(50) + b"\xd1\x07\x88\x12" + name + b"\xfe" * 50)
        check_claims(bytes(50) + name)
        check_claims(name)


def test_what_is_sound_plays(mp4):
    decoder = ClipDecoder(mp4, "video/mp4")
    assert len(list(decoder.frames())) == 24
    decoder.close()
