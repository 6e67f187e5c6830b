"""Measures the cost of many NPCs in one scene for the main thread of a game, at 60 fps.

A hundred players, of which thirty play a clip each and the others rest; bare textures, as many, of
which as many change as often; and two hundred players that all rest. Each is measured above an
empty scene, in turns, headless and in a window. `pace` is the part of the due frames that were
shown: if it is well below 100 %, the machine was too busy, and the figures flatter.

Prints tables, and the main figures once more as one line of JSON: `main_ms_100` and
`main_ms_200_resting` headless, and `window_ms_100`, what the hundred take in a window beyond the
bare textures.
"""

import json

from bench import playback

_COUNT, _PLAYING, _REST = 100, 30, 200
_ROUNDS, _FRAMES = 3, 120


def main() -> None:
    headless, window = (_rows(window=window) for window in (False, True))
    ours = "ours", _COUNT
    figures = {
        "main_ms_100": headless[ours],
        "window_ms_100": window[ours] - window["bare textures", _COUNT],
        "main_ms_200_resting": headless["ours, resting", _REST],
    }
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def _rows(*, window: bool) -> dict[tuple[str, int], float]:
    options = {"rounds": _ROUNDS, "frames": _FRAMES}
    crowd = {"count": _COUNT, "playing": _PLAYING, "rest": _REST}
    length = 2 * 3 * _ROUNDS * (_FRAMES + 60)
    result = playback.play("crowd", 4 * length, window=window, **options, **crowd)
    return playback.print_rows(result["rows"], window=window)


if __name__ == "__main__":
    main()
