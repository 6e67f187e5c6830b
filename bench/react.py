"""Measures the time that `react` takes on the main thread, from call to return.

A headless game has one player with the graph of the template "tickle_game". Its prompt mentions the
duration of the touch, so that each duration has a clip of its own. Hits are touches whose clip is
in the memory cache; misses are touches that never were before, while the embedded generator works
on the earlier ones. They come in turns of ten, some frames apart, and are called by name, as a
script calls them. `first` is the very first call.

Prints a table, and the figures once more as one line of JSON.
"""

import json

from bench import _game

_TURNS, _FRAMES = 60, 6
_SECONDS = 400.0


def main() -> None:
    options = {"turns": _TURNS, "frames": _FRAMES}
    result = _game.play("react", "ReactBench", {}, options, seconds=_SECONDS)
    print(f"{'ms from call to return':<28}{'p50':>8}{'p99':>8}{'max':>8}{'times':>8}{'exact':>8}")
    print(f"{'first':<28}{'':>16}{result['first']:>8.3f}{1:>8}")
    figures = {"first_ms": result["first"]}
    for name in ("hit", "miss"):
        row = result[name]
        print(
            f"{name:<28}{row['p50']:>8.3f}{row['p99']:>8.3f}{row['max']:>8.3f}{row['times']:>8}"
            f"{row['exact']:>8}"
        )
        figures |= {f"{name}_{part}_ms": row[part] for part in ("p50", "p99")}
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


if __name__ == "__main__":
    main()
