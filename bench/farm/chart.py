"""Draws how many workers 1,000 players need, by the number of players, as SVG."""

import math
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from .capacity import PLAYERS, Table

__all__ = ["draw"]

_LINES = {
    "usual": "#2a7f9e",
    "one game": "#8fc1a9",
    "10 % unseen": "#e0a458",
    "50 % unseen": "#b5523b",
    "no loading": "#7c6fb0",
    "60 s loading": "#6b7280",
}
_LEFT, _TOP, _WIDTH, _HEIGHT, _RIGHT = 52, 64, 560, 280, 30
# Workers for 1,000 players at the lower and at the upper edge; the scale is logarithmic.
_LEAST, _MOST = 10.0, 320.0


def draw(table: Table, path: Path) -> None:
    """Writes the chart to `path`."""
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + _HEIGHT + 52
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="20" font-size="15">GPUs for each 1,000 players</text>',
        *_legend(),
        *_scales(),
    ]
    for name, colour in _LINES.items():
        points = [(_x(players), _y(1000.0 * table[name][players] / players)) for players in PLAYERS]
        path_of = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        lines.append(
            f'<polyline points="{path_of}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    path.write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")


def _x(players: float) -> float:
    low, high = math.log(PLAYERS[0]), math.log(PLAYERS[-1])
    return _LEFT + 20 + (_WIDTH - 40) * (math.log(players) - low) / (high - low)


def _y(workers: float) -> float:
    part = (math.log(workers) - math.log(_LEAST)) / (math.log(_MOST) - math.log(_LEAST))
    return _TOP + _HEIGHT * (1.0 - part)


def _legend() -> Iterator[str]:
    left = float(_LEFT)
    for label, colour in _LINES.items():
        yield f'<rect x="{left:g}" y="34" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{left + 17:g}" y="44">{escape(label)}</text>'
        left += 34 + 6.5 * len(label)


def _scales() -> Iterator[str]:
    for workers in (10, 20, 40, 80, 160, 320):
        y = _y(workers)
        yield f'<path d="M{_LEFT} {y:.1f}h{_WIDTH}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{workers}</text>'
    bottom = _TOP + _HEIGHT
    for players in PLAYERS:
        yield _centred(_x(players), bottom + 20, f"{players:,}")
    yield _centred(_LEFT + _WIDTH / 2, bottom + 42, "players at the same time")


def _centred(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:g}" text-anchor="middle">{text}</text>'
