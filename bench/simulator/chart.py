"""Draws a bar chart as SVG: parts of reactions that were on time, by player and policy."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["draw"]

_POLICIES = {
    "lru": ("cache only", "#b8bcc4"),
    "rules": ("cache and three rules", "#e0a458"),
    "default": ("ours", "#2a7f9e"),
    "known": ("true probabilities known", "#8fc1a9"),
    "clairvoyant": ("future known", "#d9e4dd"),
}
_BAR, _GAP, _LEFT, _TOP, _HEIGHT = 22, 34, 52, 64, 240


def draw(table: Mapping[str, Mapping[str, Mapping[str, float]]], path: Path) -> None:
    """Writes the chart of `on_time` to `path`."""
    group = len(_POLICIES) * _BAR + _GAP
    width, height = _LEFT + len(table) * group + 8, _TOP + _HEIGHT + 36
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="20" font-size="15">Exact clip there within half a second</text>',
        *_legend(),
        *_scale(width),
    ]
    for index, (kind, policies) in enumerate(table.items()):
        left = _LEFT + _GAP // 2 + index * group
        lines += _bars(left, policies)
        middle = left + len(_POLICIES) * _BAR // 2
        label = escape(kind.replace("_", " "))
        lines.append(
            f'<text x="{middle}" y="{_TOP + _HEIGHT + 20}" text-anchor="middle">{label}</text>'
        )
    path.write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")


def _legend() -> Iterator[str]:
    left = _LEFT
    for label, colour in _POLICIES.values():
        yield f'<rect x="{left}" y="34" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{left + 17}" y="44">{escape(label)}</text>'
        left += 32 + 7 * len(label)


def _scale(width: int) -> Iterator[str]:
    for percent in range(0, 101, 25):
        y = _TOP + _HEIGHT * (100 - percent) / 100
        yield f'<path d="M{_LEFT} {y:g}H{width - 8}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:g}" text-anchor="end">{percent} %</text>'


def _bars(left: float, policies: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for index, (policy, (_, colour)) in enumerate(_POLICIES.items()):
        part = policies[policy]["on_time"]
        x, bar = left + index * _BAR, _HEIGHT * part
        y = _TOP + _HEIGHT - bar
        yield f'<rect x="{x}" y="{y:.1f}" width="{_BAR - 3}" height="{bar:.1f}" fill="{colour}"/>'
        yield (
            f'<text x="{x + _BAR / 2 - 1.5:g}" y="{y - 3:.1f}" font-size="9"'
            f' text-anchor="middle">{100 * part:.0f}</text>'
        )
