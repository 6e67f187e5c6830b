"""Draws a small ring in a corner while a clip is being generated.

It waits a moment before it comes in, so that a quick clip does not make it flash.
"""

from __future__ import annotations

import math

from godot import Color, Control, Rect2, RenderingServer, Transform2D, Vector2

from . import strokes, theme
from .layers import new_item

_ABOVE_ALL_LAYERS = 1 << 20
_WAIT_SECONDS = 0.3
_FADE_SECONDS = 0.25
_TURNS_PER_SECOND = 0.9
_TURNING_PART = 0.28  # length of the arc while the progress is unknown
_CATCH_UP = 6.0  # part of the distance to the target, per second
_STEPS = 120  # lengths of the arc; it is drawn anew for each
# Parts of the shorter side, and pixels.
_RADIUS, _SMALLEST, _LARGEST, _MARGIN = 0.045, 8.0, 24.0, 0.035
# Parts of the radius.
_BACKGROUND, _WIDTH = 1.5, 0.28


class ProgressRing:
    """A ring from `show` to `hide`, if it is `enabled`; at first hidden."""

    def __init__(self, player: Control):
        self._is_enabled = True
        self._player = player
        self._item = new_item(player)
        self._arc = RenderingServer.canvas_item_create()
        RenderingServer.canvas_item_set_parent(self._arc, self._item)
        RenderingServer.canvas_item_set_draw_index(self._item, _ABOVE_ALL_LAYERS)
        RenderingServer.canvas_item_set_visible(self._item, False)
        self._radius = 0.0
        self._centre = (0.0, 0.0)
        self._is_wanted = False
        self._waited = 0.0
        self._opacity = 0.0
        self._fraction: float | None = None
        self._length = 0.0
        self._turn = 0.0
        self._drawn_step = -1

    @property
    def is_shown(self) -> bool:
        """Tells whether it is visible, or soon will be."""
        return self._is_wanted or self._opacity > 0.0

    @property
    def enabled(self) -> bool:
        return self._is_enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self._is_enabled = value
        if not value:
            self.hide()

    def show(self, fraction: float | None) -> None:
        """Shows the clip's progress, 0 to 1; None while it is unknown."""
        if not self._is_enabled:
            return
        if not self._is_wanted:
            self._is_wanted = True
            self._waited = 0.0
            if self._opacity == 0.0:
                self._length = self._turn = 0.0
        self._fraction = None if fraction is None else min(max(fraction, 0.0), 1.0)

    def hide(self) -> None:
        """Fades out; it never appears if it was shown only for a moment."""
        self._is_wanted = False

    def place(self, area: Rect2) -> None:
        """Places it in the upper right corner of `area`, in pixels of the player."""
        side = min(area.size)
        self._radius = min(max(side * _RADIUS, _SMALLEST), _LARGEST, side / 4.0)
        inset = side * _MARGIN + self._radius * _BACKGROUND
        self._centre = area.position.x + area.size.x - inset, area.position.y + inset
        RenderingServer.canvas_item_clear(self._item)
        self._drawn_step = -1
        if self._radius <= 0.0:
            RenderingServer.canvas_item_clear(self._arc)
            return
        background = theme.colour(self._player, "progress_background")
        strokes.disc(self._item, self._centre, self._radius * _BACKGROUND, background)
        track = strokes.arc(self._centre, (self._radius, self._radius), 0.0, math.tau, 49)
        strokes.bare_line(
            self._item, track, self._radius * _WIDTH, theme.colour(self._player, "progress_track")
        )
        self._draw()

    def advance(self, seconds: float) -> None:
        """Turns, grows and fades on."""
        if not self.is_shown:
            return
        self._waited += seconds
        self._fade(seconds)
        if self._opacity > 0.0:
            self._move(seconds)
            self._draw()

    def close(self) -> None:
        for item in (self._arc, self._item):
            RenderingServer.free_rid(item)

    def _fade(self, seconds: float) -> None:
        is_due = self._is_wanted and (self._waited >= _WAIT_SECONDS or self._opacity > 0.0)
        change = seconds / _FADE_SECONDS * (1.0 if is_due else -1.0)
        opacity = min(max(self._opacity + change, 0.0), 1.0)
        if opacity == self._opacity:
            return
        self._opacity = opacity
        RenderingServer.canvas_item_set_visible(self._item, opacity > 0.0)
        RenderingServer.canvas_item_set_modulate(self._item, Color(1.0, 1.0, 1.0, opacity))

    def _move(self, seconds: float) -> None:
        """Turns while the fraction is unknown; once it is known, the arc begins at the top."""
        part = min(1.0, _CATCH_UP * seconds)
        if self._fraction is None:
            self._length += (_TURNING_PART - self._length) * part
            self._turn = (self._turn + _TURNS_PER_SECOND * seconds) % 1.0
        else:
            self._length += (self._fraction - self._length) * part
            self._turn += (round(self._turn) - self._turn) * part

    def _draw(self) -> None:
        """Draws the arc anew if its length has changed, and turns it."""
        if self._radius <= 0.0:
            return
        step = round(self._length * _STEPS)
        if step != self._drawn_step:
            self._drawn_step = step
            RenderingServer.canvas_item_clear(self._arc)
            start, angle = -math.tau / 4.0, math.tau * step / _STEPS
            points = strokes.arc(
                (0.0, 0.0), (self._radius,) * 2, start, start + angle, 3 + step // 3
            )
            strokes.line(
                self._arc, points, self._radius * _WIDTH, theme.colour(self._player, "progress")
            )
        turned = Transform2D(math.tau * self._turn, Vector2(*self._centre))
        RenderingServer.canvas_item_set_transform(self._arc, turned)
