"""Shows the statistics of the game in the editor's debugger: tab Monitors, group "NPC Video"."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from godot import Engine, Performance, at_exit

from . import game_stats
from .game_stats import GameStats

_GROUP = "NPC Video"

MONITORS: dict[str, Callable[[GameStats], float]] = {
    "Hit rate, memory (%)": lambda n: 100.0 * n.tiers["memory"].hit_rate,
    "Hit rate, disk (%)": lambda n: 100.0 * n.tiers["disk"].hit_rate,
    "Hit rate, baked (%)": lambda n: 100.0 * n.tiers["baked"].hit_rate,
    "Queue length": lambda n: n.waiting,
    "Running jobs": lambda n: n.running,
    "Generating (s)": lambda n: n.busy_seconds,
    "Made ahead, used": lambda n: n.used,
    "Made ahead, wasted (s)": lambda n: n.wasted_seconds,
    "Frame decoding (ms)": lambda n: n.decode_ms,
    "Frame uploading (ms)": lambda n: n.upload_ms,
    "Dropped frames": lambda n: n.cost.dropped,
}
"""Functions that return the value of each monitor, by its name."""


def add() -> None:
    """Registers the monitors, once and not in the editor."""
    if Engine.is_editor_hint():
        return
    for name, read in MONITORS.items():
        if not Performance.has_custom_monitor(_path(name)):
            Performance.add_custom_monitor(_path(name), partial(_show, read))


def _show(read: Callable[[GameStats], float]) -> float:
    return float(read(game_stats.recent()))


def _path(name: str) -> str:
    return f"{_GROUP}/{name}"


@at_exit
def remove() -> None:
    """Unregisters the monitors."""
    for name in MONITORS:
        if Performance.has_custom_monitor(_path(name)):
            Performance.remove_custom_monitor(_path(name))
