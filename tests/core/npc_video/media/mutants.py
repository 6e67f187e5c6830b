"""Decodes damaged clips: a program of its own, so that a crash of FFmpeg is seen as one.

    python -m tests.core.npc_video.media.mutants FOLDER FIRST LAST

Each line of its output is a seed and what came of it; the seed is written before it is tried.
FOLDER holds the clips to damage, their names ending as files of their types do.
"""

import random
import sys
from pathlib import Path

from npc_video.errors import MediaError
from npc_video.media.decode import ClipDecoder, MediaLimits
from npc_video.media.growing import GrowingFile
from npc_video.media.sound import decode_sound

from tests.core.npc_video.media.files import MEDIA_TYPES
from tests.harness.inside.memory import peak_kib

LIMITS = MediaLimits(max_pixels=768 * 768, max_frames=130, max_seconds=20.0, max_decode_seconds=2.0)
MAX_GROWTH = 150 * 1024  # KiB
CRASH = -1  # a seed that shows what a crash looks like


def mutate(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    kind = chance.choice(("bits", "bytes", "headers", "cut", "gap", "twice"))
    if kind == "bits":
        for _ in range(chance.choice((1, 8, 64))):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    elif kind == "bytes":
        at = chance.randrange(len(changed))
        changed[at : at + 64] = chance.randbytes(min(64, len(changed) - at))
    elif kind == "headers":
        # They are at the beginning of a WebM, and at the end of an MP4.
        for _ in range(chance.choice((1, 4, 16))):
            at = chance.randrange(min(800, len(changed)))
            changed[at if chance.random() < 0.5 else -1 - at] = chance.choice(
                (0, 255, 127, at % 256)
            )
    elif kind == "cut":
        del changed[chance.randrange(len(changed)) :]
    else:
        at = chance.randrange(len(changed))
        length = chance.randrange(1, 400)
        changed[at : at + length] = b"" if kind == "gap" else changed[at : at + length] * 2
    return bytes(changed)


def decode(data: bytes, media_type: str) -> str:
    """Return what came of it, in four words; raises what is neither frames nor a MediaError."""
    results = [decode_growing(data, media_type)]
    for vectors in (True, False):
        try:
            decoder = ClipDecoder(data, media_type, LIMITS, vectors=vectors)
            try:
                play(decoder)
                results.append("frames")
            finally:
                decoder.close()
        except MediaError as error:
            results.append(type(error).__name__)
    try:
        sound = decode_sound(data, media_type, LIMITS)
        results.append("sound" if sound else "silence")
    except MediaError as error:
        results.append(type(error).__name__)
    return " ".join(results)


def play(decoder: ClipDecoder, loops: int = 2) -> None:
    """Decodes it a few times, into memory of the size that it tells."""
    layout = decoder.info.layout
    columns, rows = layout.size
    memory = memoryview(bytearray(columns * rows * layout.sample_bytes))
    for _ in range(loops):
        last = -1.0
        for frame in decoder.frames():
            assert last < frame.seconds <= LIMITS.max_seconds
            last = frame.seconds
            layout.pack(frame.planes, memory)
    assert decoder.length is not None
    assert decoder.length > last


def decode_growing(data: bytes, media_type: str) -> str:
    """The same for a file that comes in two parts."""
    file = GrowingFile(media_type)
    rest = [data[len(data) // 2 :]]
    file._changed.wait = lambda: file.append(rest.pop()) if rest else file.finish(data)
    file.append(data[: len(data) // 2])
    try:
        decoder = ClipDecoder(file.reader(), media_type, LIMITS)
        try:
            for _ in range(2):
                for frame in decoder.frames():
                    assert frame.seconds <= LIMITS.max_seconds
        finally:
            decoder.close()
    except MediaError as error:
        return type(error).__name__
    return "grown"


def main() -> None:
    folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    clips = sorted(clip for clip in folder.iterdir() if clip.suffix in MEDIA_TYPES)
    before = 0
    for seed in range(first, last):
        print(seed, end=" ", flush=True)
        clip = clips[seed % len(clips)]
        data = clip.read_bytes()
        media_type = MEDIA_TYPES[clip.suffix]
        if seed == first:
            print(f"whole: {decode(data, media_type)}", end=" ")
            before = peak_kib()
        if seed == CRASH:
            import ctypes

            ctypes.string_at(0)
        print(decode(mutate(data, random.Random(seed)), media_type), flush=True)
    growth = peak_kib() - before
    assert growth <= MAX_GROWTH, f"{growth} KiB more memory were taken"
    print("end")


if __name__ == "__main__":
    main()
