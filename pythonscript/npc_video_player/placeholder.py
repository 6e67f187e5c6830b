"""The first rung of the ladder: the NPC's portrait, breathing, with what it feels in words."""

from __future__ import annotations

import math
from typing import Any

from godot import (
    HORIZONTAL_ALIGNMENT_CENTER,
    Color,
    Rect2,
    RenderingServer,
    ThemeDB,
    Vector2,
)
from npc_video import VideoParams

from .layers import new_item

_BREATHS_PER_SECOND = 0.5
_BREATH = 0.015
_BACKGROUND = Color(0.10, 0.09, 0.17)
_GLOW = Color(0.93, 0.45, 0.25)
_TEXT = Color(1.0, 0.96, 0.90)


class Placeholder:
    """Needs no generator, so it is there in the frame of the interaction."""

    def __init__(self, player: Any, params: VideoParams, portrait: Any):
        self.item = new_item(player)
        self._params = params
        self._portrait = portrait
        self._area = Rect2()
        self._seconds = 0.0

    def place(self, area: Rect2) -> None:
        self._area = area
        self._draw()

    def advance(self, seconds: float) -> None:
        """Breathes on."""
        self._seconds += seconds
        self._draw()

    def close(self) -> None:
        RenderingServer.free_rid(self.item)

    def _draw(self) -> None:
        canvas = RenderingServer
        canvas.canvas_item_clear(self.item)
        canvas.canvas_item_add_rect(self.item, self._area, _BACKGROUND)
        breath = 1.0 + _BREATH * math.sin(self._seconds * _BREATHS_PER_SECOND * math.tau)
        side = min(self._area.size.x, self._area.size.y)
        center = self._area.position + self._area.size * 0.5
        for ring in range(5):
            radius = side * (0.24 + 0.05 * ring) * breath
            glow = Color(_GLOW.r, _GLOW.g, _GLOW.b, 0.10 * self._params.intensity + 0.03)
            canvas.canvas_item_add_circle(self.item, center, radius, glow)
        if self._portrait is not None:
            self._draw_portrait(center, side * breath)
        self._draw_words(center, side)

    def _draw_portrait(self, center: Vector2, side: float) -> None:
        size = self._portrait.get_size()
        scale = 0.8 * side / max(size.x, size.y, 1.0)
        shown = size * scale
        area = Rect2(*(center - shown * 0.5), *shown)
        RenderingServer.canvas_item_add_texture_rect(self.item, area, self._portrait.get_rid())

    def _draw_words(self, center: Vector2, side: float) -> None:
        font = ThemeDB.get_fallback_font()
        size = max(12, round(side * 0.06))
        width = side * 0.9
        below = Vector2(center.x - width * 0.5, center.y + side * 0.45)
        font.draw_string(
            self.item, below, self._words(), HORIZONTAL_ALIGNMENT_CENTER, width, size, _TEXT
        )

    def _words(self) -> str:
        feeling = self._params.emotion
        if feeling == "neutral":
            feeling = self._params.expression
        who = self._params.npc_name or "…"
        return f"{who}: {feeling}" if feeling != "neutral" else f"{who} …"
