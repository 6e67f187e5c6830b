"""A thousand damaged clips: each plays or is reported, none crashes, hangs or takes the memory."""

import io
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.core.npc_video.media import voiced
from tests.core.npc_video.media.files import FILES

ROOT = Path(__file__).parents[4]
PROGRAM = "tests.core.npc_video.media.mutants"
COUNT, PROCESSES = 500, 2
DEADLINE = 120.0
RATE = 48_000

KINDS = {
    "b_frames.mp4": ("libx264", "yuv420p", {"bf": "2", "g": "8"}, None),
    "spoken.mp4": ("libx264", "yuv420p", {"bf": "2"}, "aac"),
    "vp9.webm": ("libvpx-vp9", "yuv420p", {"deadline": "realtime", "cpu-used": "8"}, None),
    "clear.webm": ("libvpx-vp9", "yuva420p", {"deadline": "realtime", "cpu-used": "8"}, "libopus"),
    "av1.webm": ("libsvtav1", "yuv420p", {"preset": "12"}, "libopus"),
}

# One file for each further codec of sound.
VOICES = {
    "mp4": ("ac3", "eac3", "alac", "mp2", "libmp3lame", "flac"),
    "matroska": ("wavpack", "tta", "pcm_u8", "pcm_s24le", "pcm_s32be", "pcm_f32le", "pcm_f64le"),
    "mov": ("pcm_alaw", "pcm_mulaw", "pcm_s16be"),
    "3gp": ("libopencore_amrnb",),
}


def make(name, codec, pixels, options, sound):
    file = io.BytesIO()
    container = "mp4" if name.endswith("mp4") else "webm"
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=8, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 64, pixels
        voice = output.add_stream(sound, rate=RATE, layout="stereo") if sound else None
        noise = np.random.default_rng(0).integers(0, 255, (64, 64, 4)).astype(np.uint8)
        for index in range(12):
            frame = av.VideoFrame.from_ndarray(np.roll(noise, 2 * index, axis=1), format="rgba")
            frame = frame.reformat(format=pixels)
            frame.pts, frame.time_base = index, Fraction(1, 8)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if voice:
            wave = np.sin(np.arange(RATE) / 20).repeat(2)[None] * 9000
            tone = av.AudioFrame.from_ndarray(wave.astype(np.int16), format="s16", layout="stereo")
            tone.rate, tone.pts, tone.time_base = RATE, 0, Fraction(1, RATE)
            output.mux(voice.encode(tone))
            output.mux(voice.encode(None))
    return file.getvalue()


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for name, kind in KINDS.items():
        (folder / name).write_bytes(make(name, *kind))
    return folder


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voices")
    for container, codecs in VOICES.items():
        ending = "mkv" if container == "matroska" else "mp4"
        for codec in codecs:
            rate, layout = (8000, "mono") if container == "3gp" else (RATE, "stereo")
            data = voiced.make(codec, container, rate, layout)
            (folder / f"{codec}.{ending}").write_bytes(data)
    return folder


def start(clips, first, last):
    return subprocess.Popen(
        [sys.executable, "-m", PROGRAM, clips, str(first), str(last)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def finish(process):
    """The lines that the process wrote; fails with the seed where it did not come to its end."""
    try:
        output, _ = process.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        raise AssertionError(f"A clip hangs; the last lines are: {output[-300:]}") from None
    assert process.returncode == 0, f"It ended badly; the last lines are: {output[-2000:]}"
    lines = output.splitlines()
    assert lines[-1] == "end"
    return lines[:-1]


def tried(clips):
    """What came of `COUNT` of them, each in a few words."""
    share = COUNT // PROCESSES
    running = [start(clips, n * share, (n + 1) * share) for n in range(PROCESSES)]
    try:
        lines = [line for process in running for line in finish(process)]
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert len(lines) == COUNT
    return [line.split() for line in lines]


def test_mutants_play_or_are_reported(clips):
    results = tried(clips)
    # Damage of every kind was done, and some clips survived it.
    for at, survived in ((-2, "frames"), (-3, "frames"), (-4, "grown")):
        found = Counter(result[at] for result in results)
        assert min(found[survived], found["DamagedClipError"]) > COUNT // 20


def test_mutants_of_every_codec_of_sound_are_heard_or_reported(voices):
    found = Counter(result[-1] for result in tried(voices))
    assert min(found["sound"], found["DamagedClipError"]) > COUNT // 20


def test_mutants_of_other_writers_play_or_are_reported():
    found = Counter(result[-2] for result in tried(FILES))
    assert min(found["frames"], found["DamagedClipError"]) > COUNT // 20


def test_a_crash_is_seen_with_its_seed(clips):
    with pytest.raises(AssertionError, match=r"ended badly.*-1 "):
        finish(start(clips, -1, 1))
