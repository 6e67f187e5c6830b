"""Draws a player's statistics over its picture, with a timeline of the last half minute.

It has a few canvas items. Only those with new content are drawn anew, at most four times a second.
A player too small for words gets the timeline alone.
"""

from __future__ import annotations

import time
from typing import Any

from godot import (
    Color,
    Control,
    Rect2,
    RenderingServer,
    StyleBoxFlat,
    TextLine,
    TextServer,
    Vector2,
)
from npc_video.timeline import WINDOW_SECONDS, Timeline

from ..canvas import theme
from ..canvas.layers import new_item
from . import game_stats

# Above all layers and the progress ring.
_ON_TOP = (1 << 20) + 1
_REDRAW_SECONDS = 0.25
_CAPTIONS = ("Hit rate", "Clips", "Made ahead", "Per frame")
# The size of the text, in pixels and as part of the player's shorter side. All other lengths are in
# sizes of the text.
_SMALLEST, _LARGEST, _TEXT_PART = 10, 24, 1.0 / 40.0
_LEAST_COLUMNS, _LEAST_ROWS = 29.0, 24.0  # width that words need
_MARGIN, _PADDING = 0.8, 0.8
_ROW, _CAPTION_WIDTH = 1.45, 6.8
# The lanes from the top: interactions, the screen, jobs.
_TOUCH, _SCREEN, _GAP, _MAKING = 0.4, 1.0, 0.2, 0.35
_ABOVE = 0.3  # between the words and the lanes
_TOUCH_WIDTH = 0.16
_SWATCH, _SWATCH_GAP, _WORD_GAP = 0.7, 0.35, 1.0
_LEGEND = {
    "": "the last 30 s",
    "exact": "exact",
    "upgrade": "better preset",
    "similar": "similar",
    "procedural": "drawn",
    "placeholder": "placeholder",
    "freeze": "freeze",
    "making": "clip on its way",
    "touch": "interaction",
}


class Overlay:
    """The overlay of `player`, whose history is `timeline`."""

    def __init__(self, player: Control, timeline: Timeline):
        self._player = player
        self._timeline = timeline
        self._panel = new_item(player)
        RenderingServer.canvas_item_set_draw_index(self._panel, _ON_TOP)
        self._words, self._lanes = (RenderingServer.canvas_item_create() for _ in range(2))
        for item in (self._words, self._lanes):
            RenderingServer.canvas_item_set_parent(item, self._panel)
        self._colours: dict[str, Color] = {}
        self._size = _SMALLEST
        self._inside = Rect2()
        self._has_words = False
        self._written: list[str] = []
        self._wait = 0.0

    def place(self, area: Rect2) -> None:
        """Lays it out at the foot of `area` of the player, in pixels, and draws all of it."""
        self._colours = {name: theme.colour(self._player, name) for name in theme.COLOURS}
        self._size = min(max(round(min(area.size) * _TEXT_PART), _SMALLEST), _LARGEST)
        size, margin = self._size, self._size * _MARGIN
        width = area.size.x - 2.0 * margin
        self._has_words = area.size.x >= _LEAST_COLUMNS * size and area.size.y >= _LEAST_ROWS * size
        RenderingServer.canvas_item_clear(self._panel)
        RenderingServer.canvas_item_set_visible(self._panel, width > 4.0 * size)
        legend = self._legend_rows(width - 2.0 * _PADDING * size) if self._has_words else []
        words = (len(_CAPTIONS) + len(legend)) * _ROW + _ABOVE if self._has_words else 0.0
        height = size * (words + _TOUCH + _SCREEN + _GAP + _MAKING + 2.0 * _PADDING)
        box = Rect2(
            area.position.x + margin,
            area.position.y + area.size.y - height - margin,
            width,
            height,
        )
        self._inside = box.grow(-_PADDING * size)
        self._draw_panel(box, legend)
        self._written = []
        self._draw()

    def advance(self, seconds: float) -> None:
        """Lets time pass, and draws if it is time."""
        self._wait -= seconds
        if self._wait <= 0.0:
            self._draw()

    def close(self) -> None:
        for item in (self._lanes, self._words, self._panel):
            RenderingServer.free_rid(item)

    def _draw(self) -> None:
        self._wait = _REDRAW_SECONDS
        if self._has_words:
            self._write_numbers()
        else:
            RenderingServer.canvas_item_clear(self._words)
        self._draw_lanes(time.perf_counter())

    # ---- Constant parts ----

    def _draw_panel(self, box: Rect2, legend: list[list[tuple[str, TextLine]]]) -> None:
        panel = StyleBoxFlat()
        panel.bg_color = self._colours["overlay"]
        panel.set_corner_radius_all(round(self._size * 0.6))
        panel.draw(self._panel, box)
        if self._has_words:
            self._draw_captions()
            self._draw_legend(legend)

    def _draw_captions(self) -> None:
        left, y = self._inside.position
        for caption in _CAPTIONS:
            line = self._line(self._player.tr(caption), _CAPTION_WIDTH * self._size)
            self._put(self._panel, line, left, y, "overlay_caption")
            y += _ROW * self._size

    def _draw_legend(self, legend: list[list[tuple[str, TextLine]]]) -> None:
        size = self._size
        row_top = self._inside.position.y + self._inside.size.y - len(legend) * _ROW * size
        for row in legend:
            x = self._inside.position.x
            for name, line in row:
                swatch = row_top + (_ROW - _SWATCH) * 0.5 * size
                box = x, swatch, _SWATCH * size, _SWATCH * size
                self._fill(self._panel, box, name)
                x += (_SWATCH + _SWATCH_GAP) * size
                self._put(self._panel, line, x, row_top, "overlay_caption")
                x += line.get_size().x + _WORD_GAP * size
            row_top += _ROW * size

    def _legend_rows(self, room: float) -> list[list[tuple[str, TextLine]]]:
        """Breaks the legend into rows, with as many words in each as fit."""
        rows: list[list[tuple[str, TextLine]]] = [[]]
        left = room
        for name, word in _LEGEND.items():
            line = self._line(self._player.tr(word), room)
            width = (_SWATCH + _SWATCH_GAP) * self._size + line.get_size().x
            if width > left and rows[-1]:
                rows.append([])
                left = room
            rows[-1].append((name, line))
            left -= width + _WORD_GAP * self._size
        return rows

    # ---- Changing parts ----

    def _write_numbers(self) -> None:
        values = self._values()
        if values == self._written:
            return
        self._written = values
        RenderingServer.canvas_item_clear(self._words)
        left, y = self._inside.position
        indent = _CAPTION_WIDTH * self._size
        for value in values:
            line = self._line(value, self._inside.size.x - indent)
            self._put(self._words, line, left + indent, y, "font_color")
            y += _ROW * self._size

    def _draw_lanes(self, now: float) -> None:
        size, width = self._size, self._inside.size.x
        top = self._inside.position.y
        if self._has_words:
            top += (len(_CAPTIONS) * _ROW + _ABOVE) * size
        start, second = self._inside.position.x, width / WINDOW_SECONDS
        screen_top = top + _TOUCH * size
        making_top = screen_top + (_SCREEN + _GAP) * size

        RenderingServer.canvas_item_clear(self._lanes)
        self._fill(self._lanes, (start, screen_top, width, _SCREEN * size), "")
        for span in self._timeline.screen.spans(now) + self._timeline.making.spans(now):
            is_made = span.lane == "making"
            y, height = (making_top, _MAKING) if is_made else (screen_top, _SCREEN)
            x = start + width - span.began * second
            # A thin gap, so that consecutive clips can be told apart.
            long = max(1.0, (span.began - span.ended) * second - 1.0)
            name = "making" if is_made else span.what
            self._fill(self._lanes, (x, y, long, height * size), name)
        thick, high = max(1.0, _TOUCH_WIDTH * size), (_TOUCH + _SCREEN) * size
        for ago in self._timeline.touches(now):
            x = start + width - max(thick, ago * second)
            self._fill(self._lanes, (x, top, thick, high), "touch")

    def _fill(self, item: Any, box: tuple[float, float, float, float], name: str) -> None:
        """Draws a box (left, top, width, height) of the timeline; without a name, an empty one."""
        colour = self._colours[f"timeline_{name}" if name else "timeline"]
        RenderingServer.canvas_item_add_rect(item, Rect2(*box), colour)

    def _line(self, text: str, room: float) -> TextLine:
        line = TextLine()
        line.add_string(text, theme.font(self._player), self._size)
        line.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS_FORCE
        line.width = max(1.0, min(line.get_size().x, room))
        return line

    def _put(self, item: Any, line: TextLine, x: float, y: float, colour: str) -> None:
        """Draws a line of text in the middle of a row that begins at `y`."""
        down = (_ROW * self._size - line.get_size().y) * 0.5
        line.draw(item, Vector2(x, y + down), self._colours[colour])

    def _values(self) -> list[str]:
        """Returns the values behind `_CAPTIONS`, in the player's language if it is translated."""
        found, tr = game_stats.recent(), self._player.tr
        memory, disk, baked = (100.0 * found.tiers[name].hit_rate for name in game_stats.TIERS)
        clips = found.waiting, found.running, found.busy_seconds
        ahead = found.used, found.made_ahead, found.wasted_seconds
        frames = found.decode_ms, found.upload_ms, found.cost.dropped
        return [
            tr("memory %.0f %%, disk %.0f %%, baked %.0f %%") % (memory, disk, baked),
            tr("%d waiting, %d running, %.0f s of generating") % clips,
            tr("%d used of %d, %.0f s wasted") % ahead,
            tr("decoding %.2f, uploading %.2f ms, %d dropped") % frames,
        ]
