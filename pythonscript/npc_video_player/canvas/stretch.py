"""Places a picture in a player's area, by the modes of TextureRect."""

from __future__ import annotations

from godot import Rect2, Vector2


def placed(mode: str, area: Rect2, size: Vector2) -> Rect2:
    """Returns the rectangle of a picture of `size` in `area`; it may be larger than that.

    Tiles fill the area, like a picture that is scaled.

    Args:
        mode: a word of `NpcVideoPlayer.StretchMode`.
    """
    if mode in ("scale", "tile") or size.x <= 0.0 or size.y <= 0.0:
        return area
    shown = size
    if mode.startswith("keep_aspect"):
        fits = area.size.x / size.x, area.size.y / size.y
        shown = size * (max(fits) if mode == "keep_aspect_covered" else min(fits))
    is_centered = mode.endswith(("centered", "covered"))
    corner = area.position + (area.size - shown) * 0.5 if is_centered else area.position
    return Rect2(*corner, *shown)
