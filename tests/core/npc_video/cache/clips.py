"""Clips to keep. Their data is not video: the cache never looks into it."""

import random
from collections.abc import Iterable
from pathlib import Path

from npc_video.cache.baked import BakedFolder
from npc_video.records import QUALITY_PRESETS, CacheKey, GeneratedClip, VideoParams

PRESETS = tuple(QUALITY_PRESETS)


def make_clip(
    number: int = 0,
    *,
    preset: str = "fast",
    size: int = 100,
    seconds: float = 3.0,
    npc_id: str = "ember",
    **params: object,
) -> GeneratedClip:
    """The same clip for the same arguments."""
    shape = QUALITY_PRESETS[preset]
    return GeneratedClip(
        data=random.Random(f"{number} {preset}").randbytes(size),
        media_type="video/webm",
        width=shape.width,
        height=shape.height,
        fps=shape.fps,
        duration=3.0,
        preset=preset,
        params=VideoParams(npc_id=npc_id, seed=number, **params),  # type: ignore[arg-type]
        generation_seconds=seconds,
    )


def key_of(clip: GeneratedClip) -> CacheKey:
    return clip.params.cache_key()


def bake(folder: Path, clips: Iterable[GeneratedClip]) -> None:
    baked = BakedFolder(folder)
    for clip in clips:
        baked.add(key_of(clip), clip)
