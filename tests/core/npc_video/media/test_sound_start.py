import pytest
from npc_video.media.container import MediaLimits, open_container
from npc_video.media.growing import GrowingFile
from npc_video.media.packets import PacketSource
from npc_video.media.sound_start import heard_from

from tests.core.npc_video.media.files import FILES
from tests.core.npc_video.media.voiced import FPS, MEDIA_TYPES, make

NO_EDIT_LIST = {"use_editlist": "0"}
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
WRITERS = [
    ("aac", "mp4", None),
    ("aac", "mp4", NO_EDIT_LIST),
    ("aac", "mp4", FRAGMENTS),
    ("aac", "matroska", None),
    ("libmp3lame", "mp4", None),
    ("libmp3lame", "matroska", None),
    ("libopus", "mp4", None),
    ("libopus", "mp4", FRAGMENTS),
    ("libopus", "webm", None),
    ("flac", "matroska", None),
    ("alac", "mp4", NO_EDIT_LIST),
    ("ac3", "mp4", NO_EDIT_LIST),
]


def opened(data, container):
    return open_container(data, MEDIA_TYPES[container], MediaLimits())


def beginnings(data, container):
    """The beginning of the clip for its picture and for its sound, on the file's clock."""
    with opened(data, container) as file:
        video, sound = file.streams.video[0], file.streams.audio[0]
        times = PacketSource(
            data, file, video, video=video, sound=sound, limits=MediaLimits()
        ).times
        return first(video) - times.lead, times.sound_begins


def first(stream):
    """The first time stamp, in seconds, that FFmpeg found in the file."""
    return float(stream.start_time * stream.time_base)


@pytest.mark.parametrize("late", [0.0, 0.5])
@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize(("codec", "container", "muxing"), WRITERS)
def test_sound_that_is_not_early_begins_with_the_picture(codec, container, muxing, b_frames, late):
    data = make(codec, container, b_frames=b_frames, late=late, muxing=muxing)
    picture, sound = beginnings(data, container)
    with opened(data, container) as file:
        assert picture == sound == first(file.streams.video[0])


@pytest.mark.parametrize(
    ("codec", "container"),
    [
        ("aac", "mp4"),
        ("aac", "matroska"),
        ("libmp3lame", "matroska"),
        ("libopus", "mp4"),
        ("libopus", "webm"),
        ("flac", "matroska"),
    ],
)
def test_of_early_sound_nothing_is_lost(codec, container):
    data = make(codec, container, late=-0.5, first=4)
    picture, sound = beginnings(data, container)
    with opened(data, container) as file:
        assert picture == pytest.approx(sound)
        assert sound == first(file.streams.audio[0])
        assert sound == pytest.approx(first(file.streams.video[0]) - 0.5, abs=0.01)


@pytest.mark.parametrize(
    ("name", "picture", "sound"),
    [
        # A packet that nobody hears, and then the sound.
        ("early_aac.mkv", 0.021, 0.021),
        # The packet ends where the picture begins.
        ("together_mp3.mkv", 0.023, 0.023),
        # The picture is late only because its frames are stored in another order.
        ("gst_fragments.mp4", 2 / 24, 1024 / 48_000),
    ],
)
def test_what_a_codec_runs_up_with_is_not_waited_for(name, picture, sound):
    container = {"mp4": "mp4", "mkv": "matroska"}[name[-3:]]
    found = beginnings((FILES / name).read_bytes(), container)
    assert found == pytest.approx((picture, sound))


def test_no_picture_waits_for_hours():
    data = make("flac", "matroska", late=-7200, first=7200 * FPS)
    picture, sound = beginnings(data, "matroska")
    with opened(data, "matroska") as file:
        assert picture == sound == first(file.streams.video[0])


@pytest.mark.parametrize("early", [0.0, 0.5])
@pytest.mark.parametrize(("codec", "container", "muxing"), WRITERS)
def test_is_known_while_the_file_comes_in(codec, container, muxing, early):
    data = make(codec, container, late=-early, first=round(early * FPS), muxing=muxing)
    file = GrowingFile(MEDIA_TYPES[container])
    parts = [data[place : place + 500] for place in range(0, len(data), 500)]
    file._changed.wait = lambda: file.append(parts.pop(0)) if parts else file.finish(data)
    with opened(file.reader(), container) as coming, opened(data, container) as whole:
        assert heard_from(coming.streams.audio[0]) == heard_from(whole.streams.audio[0])
