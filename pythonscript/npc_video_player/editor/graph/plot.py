"""Plots pinned outputs over time: numbers as lines, anything else as bands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from godot import (
    HORIZONTAL_ALIGNMENT_LEFT,
    Button,
    Color,
    Control,
    HBoxContainer,
    Label,
    Rect2,
    ScrollContainer,
    TextServer,
    VBoxContainer,
    Vector2,
)
from npc_video.graph.plotting import Bands, Course, Line, output_over, seconds_of, ticks
from npc_video.graph.tracing import TracedTurn, in_few_letters

from .. import look
from ..look import scaled

__all__ = ["Plot"]

_ROW_HEIGHT = 44.0
_ROW_GAP = 4.0
_MOST_HEIGHT = 220.0
_AXIS_HEIGHT = 18.0
_LEGEND_WIDTH = 200.0
_BUTTON_WIDTH = 28.0
_INSET = 6.0
_RANGE_ROOM = 34.0
_SMALL = 0.7
_DOT = 2.5
_MOST_DOTS = 100
_TICK_ROOM = 70.0
_LETTER_ROOM = 8.0
_HUE, _HUE_STEP = 0.58, 0.382  # neighbours differ much

Output = tuple[str, str]
"""The id of a node, and one of its outputs."""


def _colour(number: int, alpha: float = 1.0) -> Color:
    return Color.from_hsv((_HUE + number * _HUE_STEP) % 1.0, 0.6, 0.8, alpha)


class Plot:
    """A row for each pinned output, above a time axis; `root` is hidden without any.

    Args:
        changed: called after an output was unpinned here.
    """

    def __init__(self, changed: Callable[[], None]):
        self._changed = changed
        self._course = Course()
        self._rows: dict[Output, _Row] = {}
        self._column = VBoxContainer()
        self._column.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._column.add_theme_constant_override("separation", scaled(_ROW_GAP))
        self._axis = _Axis()
        self._column.add_child(self._axis.root)
        self.root = ScrollContainer()
        self.root.name = "Plot"
        self.root.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
        self.root.visible = False
        self.root.add_child(self._column)

    # ---- Pins ----

    def is_pinned(self, node: str, port: str) -> bool:
        """Whether an output has a row."""
        return (node, port) in self._rows

    def pin(self, node: str, port: str, is_pinned: bool) -> None:
        """Adds or removes the row of an output."""
        output = node, port
        if is_pinned and output not in self._rows:
            row = self._rows[output] = _Row(output, partial(self._unpin, output))
            self._column.add_child(row.root)
            self._column.move_child(self._axis.root, -1)
        elif not is_pinned and output in self._rows:
            row = self._rows.pop(output)
            self._column.remove_child(row.root)
            row.root.queue_free()
        self._show()

    def unpin_all(self) -> None:
        """Removes all rows."""
        for output in [*self._rows]:
            self.pin(*output, False)

    def _unpin(self, output: Output) -> None:
        self.pin(*output, False)
        self._changed()

    # ---- Turns ----

    def show(self, turn: TracedTurn | None) -> None:
        """Marks a turn, which may be a new one; None forgets all turns."""
        self._course.mark(turn)
        self._show()

    def show_course(self, turns: Iterable[TracedTurn]) -> None:
        """Replaces the turns; the mark stays."""
        self._course.replace(turns)
        self._show()

    def _show(self) -> None:
        self.root.visible = bool(self._rows)
        rows = len(self._rows)
        height = rows * (_ROW_HEIGHT + _ROW_GAP) + _AXIS_HEIGHT
        self.root.custom_minimum_size = Vector2(0.0, scaled(min(height, _MOST_HEIGHT)))
        if not self._rows:
            return
        turns = self._course.turns
        seconds = seconds_of(turns)
        for number, ((node, port), row) in enumerate(self._rows.items()):
            series = output_over(turns, node, port)
            row.show(series, seconds, self._course.turn, _colour(number))
        self._axis.show(seconds)


class _Chart:
    """A control with a time axis on which a row draws; `root` is the control."""

    def __init__(self, height: float):
        self.seconds = 0.0, 1.0
        self.root = Control()
        self.root.custom_minimum_size = Vector2(0.0, scaled(height))
        self.root.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self.root.mouse_filter = Control.MOUSE_FILTER_IGNORE
        self.root.clip_contents = True
        self.root.resized.connect(self.root.queue_redraw)

    def x(self, at: float) -> float:
        """The place of a time."""
        start, end = self.seconds
        left = scaled(_RANGE_ROOM)
        room = self.root.size.x - left - scaled(_INSET)
        return left + (at - start) / (end - start) * room

    def write(
        self, words: str, x: float, middle: float, width: float = -1.0, scale: float = 1.0
    ) -> None:
        """Writes words from a place on, around a height; cut off at a width."""
        root = self.root
        font, size = (
            root.get_theme_default_font(),
            round(root.get_theme_default_font_size() * scale),
        )
        baseline = middle + (font.get_ascent(size) - font.get_descent(size)) / 2.0
        colour = root.get_theme_color("font_color", "Label")
        at = Vector2(x, baseline)
        root.draw_string(font, at, words, HORIZONTAL_ALIGNMENT_LEFT, width, size, colour)


class _Row:
    """The name and the value of an output, and beside it the course of it."""

    def __init__(self, output: Output, removed: Callable[[], None]):
        self._output = output
        self._series: Line | Bands = Bands(())
        self._turn: TracedTurn | None = None
        self._colour = _colour(0)
        remove = Button()
        remove.icon = look.icon("Close")
        remove.flat = True
        remove.tooltip_text = "Takes the output out of the plot."
        remove.custom_minimum_size = Vector2(scaled(_BUTTON_WIDTH), 0.0)
        remove.pressed.connect(removed)
        self._legend = Label()
        self._legend.custom_minimum_size = Vector2(scaled(_LEGEND_WIDTH), 0.0)
        self._legend.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
        self._legend.mouse_filter = Control.MOUSE_FILTER_PASS
        self._chart = _Chart(_ROW_HEIGHT)
        self._chart.root.draw.connect(self._draw)
        self.root = HBoxContainer()
        for part in (remove, self._legend, self._chart.root):
            self.root.add_child(part)

    def show(
        self,
        series: Line | Bands,
        seconds: tuple[float, float],
        turn: TracedTurn | None,
        colour: Color,
    ) -> None:
        """Shows the course of the output, and its value in the turn that is marked."""
        self._series, self._turn, self._colour = series, turn, colour
        self._chart.seconds = seconds
        node, port = self._output
        trace = None if turn is None else turn.trace.get(node)
        value = "" if trace is None else f": {in_few_letters(trace.outputs.get(port))}"
        self._legend.text = self._legend.tooltip_text = f"{node}.{port}{value}"
        self._chart.root.queue_redraw()

    def _draw(self) -> None:
        chart, root = self._chart, self._chart.root
        text = root.get_theme_color("font_color", "Label")
        root.draw_rect(Rect2(Vector2(), root.size), Color(text.r, text.g, text.b, 0.06))
        if isinstance(self._series, Line):
            self._draw_line(self._series)
        else:
            self._draw_bands(self._series)
        if self._turn is not None:
            x = chart.x(self._turn.at)
            top, end = Vector2(x, 0.0), Vector2(x, root.size.y)
            root.draw_line(top, end, Color(text.r, text.g, text.b, 0.6), scaled(1.0))

    def _draw_line(self, line: Line) -> None:
        chart, root = self._chart, self._chart.root
        low, size, inset = line.low, line.high - line.low, scaled(_INSET)
        height = root.size.y - 2.0 * inset
        for level, middle in ((line.high, inset), (line.low, root.size.y - inset)):
            words = in_few_letters(float(level))
            chart.write(words, scaled(1.0), middle, -1.0, _SMALL)
        dots = sum(map(len, line.runs)) <= _MOST_DOTS
        for run in line.runs:
            points = [
                Vector2(chart.x(at), inset + (1.0 - (number - low) / size) * height)
                for at, number in run
            ]
            if len(points) > 1:
                root.draw_polyline(points, self._colour, scaled(1.5), True)
            for point in points if dots or len(points) == 1 else ():
                root.draw_circle(point, scaled(_DOT), self._colour)

    def _draw_bands(self, bands: Bands) -> None:
        chart, root = self._chart, self._chart.root
        inset = scaled(_INSET)
        numbers: dict[str, int] = {}
        for band in bands.bands:
            number = numbers.setdefault(band.word, len(numbers))
            left, right = chart.x(band.start), chart.x(band.end)
            area = Rect2(left, inset, max(right - left - 1.0, 1.0), root.size.y - 2.0 * inset)
            root.draw_rect(area, _colour(number, 0.45))
            room = right - left - 2.0 * inset
            if room > scaled(_LETTER_ROOM):
                chart.write(band.word, left + inset, root.size.y / 2.0, room)


class _Axis:
    """The time axis below all rows."""

    def __init__(self) -> None:
        self._chart = _Chart(_AXIS_HEIGHT)
        self._chart.root.draw.connect(self._draw)
        beside = Control()
        beside.custom_minimum_size = Vector2(scaled(_BUTTON_WIDTH), 0.0)
        legend = Control()
        legend.custom_minimum_size = Vector2(scaled(_LEGEND_WIDTH), 0.0)
        self.root = HBoxContainer()
        for part in (beside, legend, self._chart.root):
            self.root.add_child(part)

    def show(self, seconds: tuple[float, float]) -> None:
        self._chart.seconds = seconds
        self._chart.root.queue_redraw()

    def _draw(self) -> None:
        chart, root = self._chart, self._chart.root
        text = root.get_theme_color("font_color", "Label")
        start, end = chart.seconds
        for tick in ticks(start, end, int(root.size.x / scaled(_TICK_ROOM))):
            x = chart.x(tick)
            root.draw_line(Vector2(x, 0.0), Vector2(x, scaled(4.0)), text, scaled(1.0))
            chart.write(f"{tick:g} s", x + scaled(3.0), root.size.y / 2.0)
