"""The first rung of the ladder: the NPC's portrait, breathing, with what it feels in words."""

from __future__ import annotations

import math
from typing import Any

from godot import (
    HORIZONTAL_ALIGNMENT_CENTER,
    Color,
    Rect2,
    RenderingServer,
    StyleBoxFlat,
    ThemeDB,
    Vector2,
)
from npc_video import VideoParams

from .layers import new_item

_BREATHS_PER_SECOND = 0.4
_BREATH = 0.012
_NIGHT = Color(0.106, 0.137, 0.278)
_EMBER = Color(0.949, 0.475, 0.247)
_TEXT = Color(1.0, 0.957, 0.89)
_LABEL_BACKGROUND = Color(0.06, 0.05, 0.11, 0.72)
# Parts of the shorter side.
_TEXT_SIZE, _LABEL_GAP = 0.05, 0.05


class Placeholder:
    """Needs no generator, so it is there in the frame of the interaction.

    Without a portrait it is a glow with the first letter of the NPC's name.
    """

    def __init__(self, player: Any, params: VideoParams, portrait: Any):
        self.item = new_item(player)
        self._params = params
        self._portrait = portrait
        self._area = Rect2()
        self._seconds = 0.0
        self._label = StyleBoxFlat()
        self._label.bg_color = _LABEL_BACKGROUND

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
        RenderingServer.canvas_item_clear(self.item)
        RenderingServer.canvas_item_add_rect(self.item, self._area, _NIGHT)
        swing = math.sin(self._seconds * _BREATHS_PER_SECOND * math.tau)
        # Only ever larger than the area, so that no edge shows.
        breath = 1.0 + _BREATH * (1.0 + swing)
        side = min(self._area.size.x, self._area.size.y)
        if self._portrait is not None:
            self._draw_portrait(breath)
        else:
            self._draw_glow(side, breath)
        if self._params.emotion != "neutral":
            self._draw_label(side, self._params.emotion)

    def _draw_portrait(self, breath: float) -> None:
        """Covers the area, as a clip does, so that one fades into the other in place."""
        size = self._portrait.get_size()
        scale = max(self._area.size.x / size.x, self._area.size.y / size.y) * breath
        shown = size * scale
        corner = self._area.position + (self._area.size - shown) * 0.5
        RenderingServer.canvas_item_add_texture_rect(
            self.item, Rect2(*corner, *shown), self._portrait.get_rid()
        )

    def _draw_glow(self, side: float, breath: float) -> None:
        center = self._area.position + self._area.size * 0.5
        for ring in range(12):
            radius = side * (0.46 - 0.03 * ring) * breath
            glow = Color(_EMBER.r, _EMBER.g, _EMBER.b, 0.05)
            RenderingServer.canvas_item_add_circle(self.item, center, radius, glow)
        letter = self._params.npc_name[:1] or "…"
        size = max(16, round(side * 0.3 * breath))
        self._draw_text(letter, Vector2(center.x - side * 0.5, center.y + size * 0.35), side, size)

    def _draw_label(self, side: float, text: str) -> None:
        size = max(12, round(side * _TEXT_SIZE))
        height = size * 1.8
        width = min(side * 0.9, size * (0.62 * len(text) + 2.0))
        left = self._area.position.x + (self._area.size.x - width) * 0.5
        top = self._area.position.y + self._area.size.y - height - side * _LABEL_GAP
        self._label.set_corner_radius_all(round(height * 0.5))
        self._label.draw(self.item, Rect2(left, top, width, height))
        self._draw_text(text, Vector2(left, top + height * 0.5 + size * 0.35), width, size)

    def _draw_text(self, text: str, baseline: Vector2, width: float, size: int) -> None:
        font = ThemeDB.get_fallback_font()
        font.draw_string(self.item, baseline, text, HORIZONTAL_ALIGNMENT_CENTER, width, size, _TEXT)
