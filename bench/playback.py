"""Measures the cost of playing clips for a game, their latency, and their smoothness.

- main: work of the main thread in each frame at 60 fps, above an empty scene: our players, each
  with a clip of its own, and Godot's VideoStreamPlayer with the same pictures as Theora. They are
  measured in turns, headless and in a window; and a bare texture that changes as often, which is
  the least that anything on screen can cost. `pace` is the part of our clips' due frames that were
  shown: if it is well below 100 %, the machine was too busy, and the figures flatter.
- hits: frames from the request of a cached clip to its first picture, with that picture kept and
  without; the request comes after the players' turn in its frame, so 1 is the least.
- frames: the increase of the 99th percentile of frame times while four clips play, one is made and
  others are made ahead, against an empty scene; median of the differences within each turn.
- switching: the growth of the process in ten minutes of random switching, from the end of the
  first minute on.
- the decode rate against bare PyAV, as `bench/decode_rate.py` measures it.

Prints tables, and the main figures once more as one line of JSON. Single parts run with `python -m
bench.playback main|hits|frames|switching`.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import _ember, _game, decode_rate

_FPS = 60
_MINUTES = 10.0
_ROUNDS, _FRAMES = 5, 100
_HITS = 30
_BUSY_ROUNDS, _BUSY_FRAMES = 6, 600
_THEORA = Path(__file__).with_name("data") / "ember.ogv"
_SLACK_S = 120.0  # seconds for the engine's start and a busy machine, on top of the frames
_MIB = 1 << 20

Figures = dict[str, float]


def main(*names: str, minutes: float = _MINUTES) -> None:
    """Measures these parts, or all.

    Args:
        minutes: of random switching, above 1; for trying the measurement itself.
    """
    parts: dict[str, Callable[[], Figures]] = {
        "main": _main_thread,
        "hits": _hits,
        "frames": _frames,
        "switching": lambda: _switching(minutes),
        "decode": lambda: {"decode_ratio": decode_rate.measure()},
    }
    figures: Figures = {}
    for name in names or parts:
        figures |= parts[name]()
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def play(part: str, length: int, /, *, window: bool = False, **options: Any) -> dict[str, Any]:
    """Runs a part inside the engine, which takes about `length` frames."""
    files = {
        "ember.ogv": _THEORA.read_bytes(),
        "ember_512.webm": _ember.clip("balanced").data,
        "ember_256.webm": _ember.clip("realtime").data,
    }
    seconds = 2 * length / _FPS + _SLACK_S
    options = {"part": part, **options}
    return _game.play("playback", "PlaybackBench", files, options, window=window, seconds=seconds)


def _main_thread() -> Figures:
    headless, window = (_main_thread_rows(window) for window in (False, True))
    theora, ours = "VideoStreamPlayer", "ours"
    return {
        "ratio_1": headless[ours, 1] / headless[theora, 1],
        "ratio_16": headless[ours, 16] / headless[theora, 16],
        "window_ratio_1": window[ours, 1] / window[theora, 1],
        "window_ratio_16": window[ours, 16] / window[theora, 16],
        "main_ms_16": headless[ours, 16],
    }


def _main_thread_rows(window: bool) -> dict[tuple[str, int], float]:
    length = 2 * 12 * _ROUNDS * (_FRAMES + 60)
    result = play("main", length, window=window, rounds=_ROUNDS, frames=_FRAMES)
    return print_rows(result["rows"], window=window)


def print_rows(rows: list[dict[str, Any]], *, window: bool) -> dict[tuple[str, int], float]:
    """Prints the table, and returns the main thread's milliseconds by kind and number."""
    where = "in a window" if window else "headless"
    print(
        f"{f'ms a frame, {where}':<28}{'main':>8}{'p99':>8}{'frame p50':>11}{'p99':>8}{'max':>8}"
        f"{'MiB':>8}{'pace':>7}"
    )
    for row in rows:
        pace = "" if row["pace"] is None else f"{row['pace']:.0%}"
        name = f"{row['count']:>3} {row['name']}" if row["count"] else "    empty"
        print(
            f"{name:<28}{row['main']:>8.3f}{row['main_p99']:>8.2f}{row['p50']:>11.2f}"
            f"{row['p99']:>8.2f}{row['max']:>8.2f}{row['memory'] / _MIB:>8.1f}{pace:>7}"
        )
    return {(row["name"], row["count"]): row["main"] for row in rows}


def _hits() -> Figures:
    result = play("hits", _HITS * 150, hits=_HITS)
    print(f"{'frames to a cached clip':<28}{'median':>8}{'max':>8}{'hits':>8}")
    for name, row in result.items():
        print(f"{name:<28}{row['median']:>8g}{row['max']:>8}{row['hits']:>8}")
    return {f"hit_frames_{name}": row["max"] for name, row in result.items()}


def _frames() -> Figures:
    length = 2 * _BUSY_ROUNDS * (_BUSY_FRAMES + 60)
    result = play("frames", length, rounds=_BUSY_ROUNDS, frames=_BUSY_FRAMES)
    print(f"{'ms from frame to frame':<28}{'p50':>8}{'p99':>8}{'max':>8}")
    for name in ("idle", "busy"):
        row = result[name]
        print(f"{name:<28}{row['p50']:>8.2f}{row['p99']:>8.2f}{row['max']:>8.2f}")
    print(f"clips made meanwhile: {result['generated']}, foreseen: {result['speculations']}")
    return {"p99_added_ms": result["added"]}


def _switching(minutes: float) -> Figures:
    minute = 60 * _FPS
    frames = round(minutes * minute)
    result = play("switching", frames, frames=frames, settled=minute)
    print(f"{f'{minutes:g} minutes of switching':<28}{'p50':>8}{'p99':>8}{'longest':>9}")
    times = f"{result['p50']:>8.2f}{result['p99']:>8.2f}{result['longest']:>9.2f}"
    print(f"{'ms from frame to frame':<28}{times}")
    early, late = result["early"] / _MIB, result["late"] / _MIB
    print(f"MiB after a minute: {early:.1f}, at the end: {late:.1f}; {result['switches']} switches")
    return {"memory_growth": result["late"] / result["early"] - 1.0}


if __name__ == "__main__":
    main(*sys.argv[1:])
