"""Ranks clips of the same key."""

from ..records import QUALITY_PRESETS, GeneratedClip

__all__ = ["pixel_rate"]


def pixel_rate(clip: GeneratedClip) -> float:
    """Pixels per second, by which clips of one key are ranked.

    A clip of a known preset gets the preset's own rate, whatever size the generator rounded it to.
    So clips rank as their presets do in `QUALITY_PRESETS`, and custom presets rank in between.
    """
    shape = QUALITY_PRESETS.get(clip.preset, clip)
    return float(shape.width * shape.height * shape.fps)
