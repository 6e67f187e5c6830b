"""Which of two clips of one key is the better one."""

from ..records import QUALITY_PRESETS, GeneratedClip

__all__ = ["pixel_rate"]


def pixel_rate(clip: GeneratedClip) -> float:
    """Pixels per second, by which clips of one key are ranked.

    A clip of a known preset has the preset's own rate, whatever size the generator rounded it to:
    so clips rank as their presets do in `QUALITY_PRESETS`, and those of custom presets in between.
    """
    shape = QUALITY_PRESETS.get(clip.preset, clip)
    return float(shape.width * shape.height * shape.fps)
