"""A bar from 0 to 1, divided by the levels of a table."""

from __future__ import annotations

from godot import HORIZONTAL_ALIGNMENT_CENTER, Color, Control, Rect2, Vector2
from npc_video.graph.document.levels import Band

from ..look import scaled

__all__ = ["LevelBar"]

_HEIGHT = 22.0
_WEAKEST, _STRONGEST = 0.1, 0.55  # of the accent colour, from the lowest to the highest band
_PADDING = 3.0


class LevelBar:
    """Shows bands with their words, as far as these fit; `root` is its control."""

    def __init__(self) -> None:
        self._bands: tuple[Band, ...] = ()
        self.root = Control()
        self.root.name = "Levels"
        self.root.custom_minimum_size = Vector2(0.0, scaled(_HEIGHT))
        self.root.clip_contents = True
        self.root.draw.connect(self._draw)

    def show(self, bands: tuple[Band, ...]) -> None:
        """Shows these bands, which lie beside each other."""
        if bands != self._bands:
            self._bands = bands
            self.root.tooltip_text = "\n".join(
                f"{band.start:.3g} to {band.end:.3g}: {band.word}" for band in bands
            )
            self.root.queue_redraw()

    def _draw(self) -> None:
        root = self.root
        room, padding = root.size, scaled(_PADDING)
        font = root.get_theme_font("font", "Label")
        size = root.get_theme_font_size("font_size", "Label")
        colour = root.get_theme_color("font_color", "Label")
        accent = root.get_theme_color("accent_color", "Editor")
        base = (room.y + font.get_ascent(size) - font.get_descent(size)) / 2.0
        for index, band in enumerate(self._bands):
            left, right = band.start * room.x, band.end * room.x
            share = (index + 1) / len(self._bands)
            strength = _WEAKEST + (_STRONGEST - _WEAKEST) * share
            band_colour = Color(accent.r, accent.g, accent.b, strength)
            root.draw_rect(Rect2(left, 0.0, right - left - 1.0, room.y), band_colour)
            width = right - left - 2.0 * padding
            middle = HORIZONTAL_ALIGNMENT_CENTER
            if font.get_string_size(band.word, middle, -1.0, size).x <= width:
                place = Vector2(left + padding, base)
                root.draw_string(font, place, band.word, middle, width, size, colour)
