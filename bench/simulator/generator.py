"""Draws a generator's durations: lognormal around the preset's usual time.

The draw belongs to the clip, so every policy that makes it takes the same time for it.
"""

import functools
import hashlib
import math
import random

from npc_video import CLIP_SECONDS, GeneratedClip, QualityPreset
from npc_video.generation.jobs import Job
from npc_video.quality import typical_seconds

__all__ = ["generated", "seconds_for"]

_SPREAD = 0.25
# A three-second clip of 512² pixels at 24 frames per second is about 225 KB.
_BYTES_PER_PIXEL = 0.012


def seconds_for(job: Job, seed: int) -> float:
    digest = hashlib.blake2b(repr((job.key, job.preset.name, seed)).encode(), digest_size=8)
    spread = random.Random(digest.digest()).gauss(0.0, _SPREAD)
    return typical_seconds(job.preset) * math.exp(spread)


@functools.cache
def _file(preset: QualityPreset) -> bytes:
    """Returns bytes of about the length of a real clip, which all clips share."""
    frames = preset.frame_count(CLIP_SECONDS)
    return bytes(int(preset.width * preset.height * frames * _BYTES_PER_PIXEL))


def generated(job: Job, seconds: float) -> GeneratedClip:
    preset = job.preset
    return GeneratedClip(
        _file(preset),
        "video/webm",
        preset.width,
        preset.height,
        preset.fps,
        CLIP_SECONDS,
        preset.name,
        job.params,
        seconds,
    )
