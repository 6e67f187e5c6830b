import io
from fractions import Fraction

import av
import numpy as np
import pytest
from npc_video.errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from npc_video.media.decode import ClipDecoder, MediaLimits
from npc_video.media.sound import decode_sound

FPS, SECONDS = 8, 2
CLICK = 1.0
MEDIA_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "matroska": "video/x-matroska"}


def make(codec="aac", container="mp4", rate=48_000, layout="stereo", late=0.0, first=0):
    """A clip that clicks after `CLICK` seconds of its sound, which begins `late` seconds late."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        video = "libvpx-vp9" if container == "webm" else "libx264"
        stream = output.add_stream(video, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        voice = output.add_stream(codec, rate=rate, layout=layout)
        for index in range(FPS * SECONDS):
            frame = av.VideoFrame(64, 64, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([128]) * plane.buffer_size)
            frame.pts, frame.time_base = first + index, Fraction(1, FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        channels = voice.codec_context.layout.nb_channels
        wave = (np.sin(np.arange(SECONDS * rate) / 20) * 3000).astype(np.int16)
        wave[int(CLICK * rate) :][:50] = 30_000
        tone = av.AudioFrame.from_ndarray(wave.repeat(channels)[None], "s16", layout)
        tone.rate, tone.time_base = rate, Fraction(1, rate)
        tone.pts = round((late + first / FPS) * rate)
        output.mux(voice.encode(tone))
        output.mux(voice.encode(None))
    return file.getvalue()


def samples(sound):
    return np.frombuffer(sound.samples, "<i2").reshape(-1, sound.channels)


def click(sound):
    """Seconds from the first picture."""
    return np.abs(samples(sound).astype(int)).max(axis=1).argmax() / sound.rate + sound.start


@pytest.mark.parametrize(
    ("codec", "container"),
    [
        ("aac", "mp4"),
        ("libmp3lame", "mp4"),
        ("libopus", "webm"),
        ("flac", "matroska"),
        ("pcm_s16le", "matroska"),
    ],
)
def test_every_codec_is_in_time(codec, container):
    data = make(codec, container)
    sound = decode_sound(data, MEDIA_TYPES[container])
    assert (sound.rate, sound.channels) == (48_000, 2)
    assert click(sound) == pytest.approx(CLICK, abs=0.005)
    assert len(samples(sound)) / sound.rate == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize(
    ("rate", "layout", "wanted"),
    [
        (44_100, "stereo", (44_100, 2)),
        (22_050, "mono", (48_000, 1)),
        (96_000, "stereo", (48_000, 2)),
        (48_000, "5.1", (48_000, 2)),
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
    data = make("ac3", "mp4")
    with pytest.raises(UnsupportedClipError, match="ac3"):
        decode_sound(data, "video/mp4")
    decoder = ClipDecoder(data, "video/mp4")
    assert not decoder.info.has_sound
    assert len(list(decoder.frames())) == FPS * SECONDS
    decoder.close()


@pytest.mark.parametrize(
    "limits",
    [
        MediaLimits(most_bytes=1000),
        MediaLimits(most_seconds=1.5),
        MediaLimits(most_decode_seconds=0.0),
    ],
)
def test_limits(limits):
    with pytest.raises(ClipLimitError, match="allowed"):
        decode_sound(make(), "video/mp4", limits)


def test_no_clip_at_all():
    with pytest.raises(DamagedClipError):
        decode_sound(b"no clip" * 100, "video/webm")
