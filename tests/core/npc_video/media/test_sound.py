import numpy as np
import pytest
from npc_video.errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from npc_video.media.decode import ClipDecoder, MediaLimits
from npc_video.media.sound import decode_sound

from tests.core.npc_video.media.voiced import CLICK, FPS, MEDIA_TYPES, SECONDS, make


def samples(sound):
    return np.frombuffer(sound.samples, "<i2").reshape(-1, sound.channels)


def click(sound):
    """Seconds from the beginning of the clip."""
    return np.abs(samples(sound).astype(int)).max(axis=1).argmax() / sound.rate


@pytest.mark.parametrize(
    ("codec", "container"),
    [
        ("aac", "mp4"),
        ("libmp3lame", "mp4"),
        ("libopus", "webm"),
        ("ac3", "mp4"),
        ("eac3", "mp4"),
        ("alac", "mp4"),
        ("mp2", "mp4"),
        ("flac", "matroska"),
        ("wavpack", "matroska"),
        ("tta", "matroska"),
        *((f"pcm_{kind}", "matroska") for kind in ("u8", "s16le", "s24le", "s32be", "f32le")),
        ("pcm_alaw", "mov"),
        ("pcm_mulaw", "mov"),
    ],
)
def test_every_codec_is_in_time(codec, container):
    data = make(codec, container)
    sound = decode_sound(data, MEDIA_TYPES[container])
    assert (sound.rate, sound.channels) == (48_000, 2)
    assert click(sound) == pytest.approx(CLICK, abs=0.005)
    assert len(samples(sound)) / sound.rate == pytest.approx(SECONDS, abs=0.05)


def test_sound_of_telephones():
    sound = decode_sound(make("libopencore_amrnb", "3gp", 8000, "mono"), "video/mp4")
    assert (sound.rate, sound.channels) == (48_000, 1)
    assert click(sound) == pytest.approx(CLICK, abs=0.02)


@pytest.mark.parametrize(
    ("rate", "layout", "wanted"),
    [
        (44_100, "stereo", (44_100, 2)),
        (22_050, "mono", (48_000, 1)),
        (96_000, "stereo", (48_000, 2)),
        (48_000, "5.1", (48_000, 2)),
        (48_000, "7.1", (48_000, 2)),
    ],
)
def test_is_brought_to_what_the_game_plays(rate, layout, wanted):
    sound = decode_sound(make("flac", "matroska", rate, layout), "video/x-matroska")
    assert (sound.rate, sound.channels) == wanted
    assert click(sound) == pytest.approx(CLICK, abs=0.005)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
@pytest.mark.parametrize("first", [0, 40])
def test_start_counts_from_the_first_picture(container, first):
    sound = decode_sound(make("aac", container, late=0.5, first=first), MEDIA_TYPES[container])
    assert click(sound) == pytest.approx(CLICK + 0.5, abs=0.005)


def test_the_clip_says_whether_it_has_sound(webm):
    for data, media_type, has_sound in ((webm, "video/webm", False), (make(), "video/mp4", True)):
        decoder = ClipDecoder(data, media_type)
        assert decoder.info.has_sound == has_sound
        decoder.close()
        assert (decode_sound(data, media_type) is not None) == has_sound


def test_frames_of_a_clip_with_sound_know_their_duration():
    decoder = ClipDecoder(make("libopus", "webm"), "video/webm")
    assert len(list(decoder.frames())) == FPS * SECONDS
    assert decoder.info.length == decoder.length == pytest.approx(SECONDS)
    decoder.close()


def test_codec_that_is_not_on_the_list():
    data = make("adpcm_ima_qt", "mov")
    with pytest.raises(UnsupportedClipError, match=r"adpcm_ima_qt.*use Opus"):
        decode_sound(data, "video/mp4")
    decoder = ClipDecoder(data, "video/mp4")
    assert decoder.info.has_sound
    assert len(list(decoder.frames())) == FPS * SECONDS
    decoder.close()


@pytest.mark.parametrize(
    "limits",
    [
        MediaLimits(max_bytes=1000),
        MediaLimits(max_seconds=1.5),
        MediaLimits(max_decode_seconds=-1.0),
    ],
)
def test_limits(limits):
    with pytest.raises(ClipLimitError, match="allowed"):
        decode_sound(make(), "video/mp4", limits)


def test_no_clip_at_all():
    with pytest.raises(DamagedClipError):
        decode_sound(b"no clip" * 100, "video/webm")


def test_a_packet_that_cannot_be_read_is_silent():
    data = bytearray(make("flac", "matroska"))
    at = data.rindex(b"\xff\xf8", 0, int(len(data) * 0.7))  # a frame
    data[at : at + 2] = b"\0\0"
    sound = decode_sound(bytes(data), "video/x-matroska")
    assert click(sound) == pytest.approx(CLICK, abs=0.005)
    loud = np.abs(samples(sound).astype(int)).max(axis=1)
    assert 0 in loud[4800:-4800].reshape(-1, 480).max(axis=1)


def test_every_channel_is_heard():
    """One after the other, by a loudness that clips nothing (ITU-R BS.775)."""
    for channel, (left, right) in enumerate([(1, 0), (0, 1), (1, 1), (0, 0), (1, 0), (0, 1)]):
        wave = np.zeros((48_000, 6), np.int16)
        wave[:, channel] = 32_000
        found = samples(
            decode_sound(make("flac", "matroska", layout="5.1", wave=wave), "video/x-matroska")
        )
        assert ((found[24_000] > 8000) == (left, right)).all(), channel
