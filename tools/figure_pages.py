"""Writes the tables of `docs/performance.md` from the figures that `run.py bench latency` keeps.

    python -m tools.figure_pages

A test compares them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tools.paths import ROOT

__all__ = ["FIGURES", "PAGE", "Figures", "keep_figures", "with_tables"]

FIGURES = ROOT / "bench" / "data" / "latency.json"
PAGE = ROOT / "docs" / "performance.md"
_ROWS = re.compile(r"\A\n?(?:\|.*\n)*")
_MARK = "<!-- figures: {} -->\n"  # the table is below it

Figures = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Measures by row of the benchmark, policy and name."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table: a measure of a policy, in the rows with this variant."""

    title: str
    policy: str
    measure: str
    unit: str = " %"


_TABLES = {
    "on time": (
        "",
        (
            _Column("no cache", "none", "on_time"),
            _Column("a cache alone", "lru", "on_time"),
            _Column("as it ships", "default", "on_time"),
            _Column("as it ships, one session later", "returning", "on_time"),
            _Column("clips that nobody saw", "default", "waste"),
        ),
    ),
    "presets": (
        ", balanced",
        (
            _Column("on time, both on", "default", "on_time"),
            _Column("both off", "wanted_preset", "on_time"),
            _Column("median wait, both on", "default", "ttec_p50", " s"),
            _Column("both off", "wanted_preset", "ttec_p50", " s"),
        ),
    ),
    "cache": (
        ", quarter",
        (_Column("`lru`", "lru", "saved"), _Column("`gdsf`", "gdsf", "saved")),
    ),
}


def keep_figures(figures: Figures) -> None:
    """Writes the figures, a line for each row of the benchmark, and the tables that show them."""
    lines = ",\n".join(f"{json.dumps(row)}: {json.dumps(figures[row])}" for row in figures)
    FIGURES.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    main()


def with_tables(page: str, figures: Figures) -> str:
    """Returns the page with up-to-date tables.

    Raises:
        ValueError: it lacks the place of a table.
    """
    for name, (variant, columns) in _TABLES.items():
        mark = _MARK.format(name)
        if page.count(mark) != 1:
            raise ValueError(f"{PAGE.name} has {page.count(mark)} places of the table {name!r}")
        above, _, below = page.partition(mark)
        page = f"{above}{mark}\n{_table(figures, variant, columns)}{_ROWS.sub('', below, count=1)}"
    return page


def _table(figures: Figures, variant: str, columns: tuple[_Column, ...]) -> str:
    kinds = [row for row in figures if "," not in row]
    rows = [["player", *(column.title for column in columns)], ["---", *["--:"] * len(columns)]]
    for kind in kinds:
        measures = figures[kind + variant]
        cells = [_cell(measures[column.policy][column.measure], column.unit) for column in columns]
        rows.append([kind.replace("_", " ").replace("npcs", "NPCs"), *cells])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(value: float, unit: str) -> str:
    return f"{value:.1f}{unit}" if unit == " s" else f"{value * 100:.0f}{unit}"


def main() -> None:
    figures = json.loads(FIGURES.read_text("utf-8"))
    PAGE.write_text(with_tables(PAGE.read_text("utf-8"), figures), "utf-8")


if __name__ == "__main__":
    main()
