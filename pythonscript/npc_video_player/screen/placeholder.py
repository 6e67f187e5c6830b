"""Draws the placeholder: the NPC's breathing portrait, with its feeling in a label.

It is drawn once, when it is placed. After that only the transform of the portrait changes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from godot import (
    Control,
    Rect2,
    RenderingServer,
    StyleBoxFlat,
    TextLine,
    TextServer,
    Transform2D,
    Vector2,
)
from npc_video import VideoParams

from ..canvas import strokes, theme
from ..canvas.emotion_icon import draw_icon, icon_for
from ..canvas.layers import new_item

_BREATHS_PER_SECOND = 0.3
_BREATH = 0.02
# Parts of the shorter side.
_MEDAL, _GLOW, _TEXT_SIZE, _LABEL_GAP = 0.24, 0.62, 0.052, 0.05
_SMALLEST_TEXT, _LARGEST_TEXT, _LARGEST_PART = 12, 40, 0.2
# Parts of the size of the text.
_LABEL_HEIGHT, _ICON_INSET, _ICON_GAP, _PADDING = 2.1, 0.22, 0.3, 0.85
_LABEL_WIDTH = 0.92  # part of the width
_LEAST_ROOM = 4.0  # in sizes of the text; in less width, only the icon is shown
_LEAST_SIDE, _LEAST_SIDE_FOR_TEXT = 28.0, 56.0  # pixels that a label needs
_LONGEST = 200  # letters that are measured: more than ever fit
_FIELD = re.compile(r"\{(\w+)\}")

PARTS = frozenset({"background", "icon", "words"})
"""The optional parts of a placeholder."""


class Placeholder:
    """A placeholder. It needs no generator, so it shows in the frame of the interaction.

    Without a portrait it is a glowing medal with the initial of the NPC's name.

    Args:
        text: the label's text. `{name}`, `{emotion}`, `{expression}` and `{animation}` stand for
            the words of `params`. Empty: the emotion, unless it is neutral.
        parts: those of `PARTS` that it has.

    Attributes:
        params: the look that it shows.
    """

    def __init__(
        self,
        player: Control,
        params: VideoParams,
        portrait: Any,
        text: str = "",
        parts: Collection[str] = PARTS,
    ):
        self._area = Rect2()
        self.item = new_item(player)
        self._player = player
        self.params = params
        self._portrait = portrait
        self._text = text
        self._parts = parts
        self._foot = Vector2()
        self._seconds = 0.0
        self._figure, self._label = (RenderingServer.canvas_item_create() for _ in range(2))
        for order, part in enumerate((self._figure, self._label)):
            RenderingServer.canvas_item_set_parent(part, self.item)
            RenderingServer.canvas_item_set_draw_index(part, order)

    def update(self, name: str, portrait: Any, text: str, parts: Collection[str]) -> None:
        """Draws itself anew if anything that it shows has changed."""
        before = self.params.npc_name, self._portrait, self._text, self._parts
        if (name, portrait, text, parts) != before:
            self.params = replace(self.params, npc_name=name)
            self._portrait, self._text, self._parts = portrait, text, parts
            self.place(self._area)

    def place(self, area: Rect2) -> None:
        self._area = area
        for item in (self.item, self._figure, self._label):
            RenderingServer.canvas_item_clear(item)
        # Clearing an item also ends its clipping.
        RenderingServer.canvas_item_set_clip(self.item, True)
        RenderingServer.canvas_item_set_custom_rect(self.item, True, area)
        if min(area.size) <= 0.0:
            return
        self._foot = area.position + Vector2(area.size.x * 0.5, area.size.y)
        if "background" in self._parts:
            shades = (theme.colour(self._player, f"background_{end}") for end in ("top", "bottom"))
            strokes.gradient(self.item, area, *shades)
        if self._portrait is not None and min(self._portrait.get_size()) > 0.0:
            self._draw_portrait(area)
            self._draw_label(area)
        elif min(area.size) < _LEAST_SIDE_FOR_TEXT:
            self._draw_medal(area, "")
        else:
            used = self._draw_label(area)
            corner = area.position
            above = Rect2(corner.x, corner.y, area.size.x, area.size.y - used)
            self._draw_medal(above, self.params.npc_name.strip()[:1].upper())
        self._breathe()

    def advance(self, seconds: float) -> None:
        """Breathes on."""
        self._seconds += seconds
        self._breathe()

    def close(self) -> None:
        for item in (self._label, self._figure, self.item):
            RenderingServer.free_rid(item)

    def _breathe(self) -> None:
        """Scales the portrait up from its foot, so that no edge shows."""
        swing = 0.5 - 0.5 * math.cos(self._seconds * _BREATHS_PER_SECOND * math.tau)
        wide, tall = 1.0 + 0.5 * _BREATH * swing, 1.0 + _BREATH * swing
        x, y = self._foot
        grown = Transform2D(wide, 0.0, 0.0, tall, x * (1.0 - wide), y * (1.0 - tall))
        RenderingServer.canvas_item_set_transform(self._figure, grown)

    def _draw_portrait(self, area: Rect2) -> None:
        """Covers the area, as a clip does, so that one fades into the other in place."""
        size = self._portrait.get_size()
        shown = size * max(area.size.x / size.x, area.size.y / size.y)
        corner = area.position + (area.size - shown) * 0.5
        RenderingServer.canvas_item_add_texture_rect(
            self._figure, Rect2(*corner, *shown), self._portrait.get_rid()
        )

    def _draw_medal(self, area: Rect2, initial: str) -> None:
        """Draws a glowing disc with the initial of the name, or a face without a name."""
        side = min(area.size)
        centre = area.position + area.size * 0.5
        light = theme.colour(self._player, "glow")
        strokes.glow(self._figure, centre, side * _GLOW, light)
        if not initial:
            face = icon_for(self.params.emotion) or "neutral"
            draw_icon(self._figure, face, centre, side * _MEDAL)
            return
        strokes.disc(self._figure, centre, side * _MEDAL, light)
        dark = theme.colour(self._player, "background_top")
        strokes.disc(self._figure, centre, side * _MEDAL * 0.93, dark)
        letter = self._line(initial, max(1, round(side * _MEDAL)))
        letter.draw(self._figure, centre - letter.get_size() * 0.5, light)

    def _draw_label(self, area: Rect2) -> float:
        """Draws a pill at the foot: the icon, then as many of the words as fit.

        Returns its height in pixels.
        """
        words, side = self._words(), min(area.size)
        icon = icon_for(self.params.emotion) if "icon" in self._parts else None
        size = self._text_size(side)
        height = size * _LABEL_HEIGHT
        head = size * _PADDING if icon is None else height + size * _ICON_GAP
        room = area.size.x * _LABEL_WIDTH - head - size * _PADDING
        has_room = side >= _LEAST_SIDE_FOR_TEXT and room >= size * _LEAST_ROOM
        has_text = has_room and "words" in self._parts
        if not words or side < _LEAST_SIDE or (icon is None and not has_text):
            return 0.0
        line = self._line(words, size)
        line.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS_FORCE
        line.width = min(line.get_size().x, room)
        width = head + line.width + size * _PADDING if has_text else height
        left = area.position.x + (area.size.x - width) * 0.5
        top = area.position.y + area.size.y - height - side * _LABEL_GAP
        self._draw_pill(Rect2(left, top, width, height))
        is_rtl = line.get_inferred_direction() == TextServer.DIRECTION_RTL
        if icon is not None:
            end = width - height * 0.5 if is_rtl else height * 0.5
            centre = left + end, top + height * 0.5
            draw_icon(self._label, icon, centre, height * 0.5 - size * _ICON_INSET)
        if has_text:
            start = size * _PADDING if is_rtl else head
            corner = Vector2(left + start, top + (height - line.get_size().y) * 0.5)
            line.draw(self._label, corner, theme.colour(self._player, "font_color"))
        return height + side * _LABEL_GAP

    def _text_size(self, side: float) -> int:
        """Returns the theme's text size, or a smaller one that fits a small player."""
        fitting = min(max(round(side * _TEXT_SIZE), _SMALLEST_TEXT), _LARGEST_TEXT)
        return max(1, min(theme.font_size(self._player, fitting), int(side * _LARGEST_PART)))

    def _draw_pill(self, box: Rect2) -> None:
        pill = StyleBoxFlat()
        pill.bg_color = theme.colour(self._player, "label")
        pill.set_corner_radius_all(round(box.size.y * 0.5))
        pill.draw(self._label, box)

    def _words(self) -> str:
        """Returns the label's words on one line, in the player's language if it is translated."""
        params = self.params
        if not self._text:
            return "" if params.emotion == "neutral" else _brief(self._player.tr(params.emotion))
        fields = {
            "name": params.npc_name,
            **{
                name: self._player.tr(getattr(params, name))
                for name in ("emotion", "expression", "animation")
            },
        }
        template = self._player.tr(self._text)
        return _brief(_FIELD.sub(lambda field: fields.get(field[1], field[0]), template))

    def _line(self, text: str, size: int) -> TextLine:
        line = TextLine()
        line.add_string(text, theme.font(self._player), size)
        return line


def _brief(text: str) -> str:
    return " ".join(text[:_LONGEST].split())
