"""Reads the look of the node's own drawing: from the player's theme, else from the tables here.

A theme has them under the type `NpcVideoPlayer`, by the names of the tables, with the font `font`
and the font size `font_size` of the placeholder.
"""

from __future__ import annotations

from typing import Any

from godot import (
    Color,
    Control,
)

_TYPE = "NpcVideoPlayer"

COLOURS = {
    # Behind a portrait with transparent parts, and without a portrait.
    "background_top": Color(0.094, 0.125, 0.29),
    "background_bottom": Color(0.29, 0.184, 0.388),
    "glow": Color(1.0, 0.604, 0.302),
    "font_color": Color(1.0, 0.957, 0.89),
    "label": Color(0.06, 0.05, 0.11, 0.78),
    "progress": Color(1.0, 0.71, 0.4),
    "progress_track": Color(1.0, 1.0, 1.0, 0.22),
    "progress_background": Color(0.06, 0.05, 0.11, 0.62),
    "overlay": Color(0.06, 0.05, 0.11, 0.84),
    "overlay_caption": Color(0.75, 0.71, 0.8),
    # The content of the screen, by the names of `npc_video.timeline.SHOWN`, and the other lanes.
    "timeline": Color(1.0, 1.0, 1.0, 0.12),
    "timeline_exact": Color(0.44, 0.8, 0.5),
    "timeline_upgrade": Color(0.68, 0.95, 0.68),
    "timeline_similar": Color(0.35, 0.66, 0.95),
    "timeline_procedural": Color(1.0, 0.6, 0.28),
    "timeline_placeholder": Color(0.78, 0.47, 0.85),
    "timeline_freeze": Color(0.58, 0.58, 0.66),
    "timeline_making": Color(1.0, 0.86, 0.55),
    "timeline_touch": Color(1.0, 1.0, 1.0),
}


def colour(player: Control, name: str) -> Color:
    """Returns one of `COLOURS`, or the theme's own."""
    if player.has_theme_color(name, _TYPE):
        return player.get_theme_color(name, _TYPE)
    return COLOURS[name]


def font(player: Control) -> Any:
    if player.has_theme_font("font", _TYPE):
        return player.get_theme_font("font", _TYPE)
    return player.get_theme_default_font()


def font_size(player: Control, default: int) -> int:
    """Returns the font size in pixels; at least 1, whatever the theme has."""
    if player.has_theme_font_size("font_size", _TYPE):
        return max(1, player.get_theme_font_size("font_size", _TYPE))
    return default
