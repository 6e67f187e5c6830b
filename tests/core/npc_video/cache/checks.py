"""What must be true of a cache folder after anything that can happen to it."""

from collections.abc import Set
from pathlib import Path

from npc_video.cache.disk import DiskTier
from npc_video.records import GeneratedClip

from .clips import key_of, make_clip

NUMBERS = range(30)
"""The clips that the tests write are of these numbers."""


def assert_consistent(
    folder: Path, max_bytes: int, damaged: Set[int] = frozenset({0})
) -> dict[int, GeneratedClip]:
    """Opens the folder as the next start of the game would, and returns the clips by number.

    Every clip is read back as it was made, the budget is kept, and nothing else lies around. As
    many files as `damaged` says may be set aside for it.
    """
    tier = DiskTier(folder, max_bytes)
    try:
        tier.open()
        clips = {}
        for number in NUMBERS:
            clip = tier.read(key_of(make_clip(number)))
            if clip is not None:
                size = len(clip.data)
                assert clip == make_clip(number, preset=clip.preset, size=size)
                clips[number] = clip
        files = {path.name: path.stat().st_size for path in (folder / "clips").iterdir()}
        stats = tier.catalogue.stats()
        assert stats.damaged in damaged
        assert stats.entries == len(clips) == len(files)
        assert stats.bytes == sum(files.values()) <= max_bytes
        assert tier.catalogue.names() == files.keys()
        return clips
    finally:
        tier.close()
