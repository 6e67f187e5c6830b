"""Measures a farm, and simulates large ones: `python3 run.py bench farm`.

A real farm on this machine gets 1.4 times as much work as its four workers can do, with the times
of all presets ÷ 20; then it is killed part by part. The policy that it decides by serves 10,000
players under virtual time, and tells how many GPUs so many players need. The chart in docs/ is
drawn anew, and the last line printed is JSON.
"""

import asyncio
import json
import sys
from pathlib import Path

from .capacity import CASES, PLAYERS, workers_needed
from .chart import draw
from .drive import drive
from .simulate import WARM_UP_SECONDS, fleet_for, simulate
from .world import Plan, moments

_CHART = Path(__file__).parents[2] / "docs" / "capacity.svg"
_MANY, _GPUS, _LOAD_SECONDS = 10_000, 500, 10.0
_FLOODED, _FLOODED_GPUS = 1000, 70


def main() -> None:
    figures = asyncio.run(drive()) | _ten_thousand() | _flood()
    for name, value in figures.items():
        print(f"{name:<28}{value:>12.3f}")
    if "--quick" not in sys.argv:
        table = workers_needed()
        print(f"\n{'GPUs for players':<20}" + "".join(f"{players:>9,}" for players in PLAYERS))
        for name in CASES:
            row = "".join(f"{table[name][players]:>9,}" for players in PLAYERS)
            print(f"{name:<20}{row}")
        draw(table, _CHART)
        print(f"Drawn: {_CHART.relative_to(Path.cwd())}", file=sys.stderr)
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def _ten_thousand() -> dict[str, float]:
    plan = Plan(_MANY, WARM_UP_SECONDS + 90.0)
    figures = simulate(plan, moments(plan), fleet_for(plan, _GPUS, _LOAD_SECONDS))
    return {
        "many_urgent_p95_s": figures.urgent_p95,
        "many_loads_per_100": figures.loads,
        "many_useful": figures.useful,
        "many_speed": figures.speed,
    }


def _flood() -> dict[str, float]:
    """Compares the waits with those beside a tenant that asks for five times the farm's work."""
    plan = Plan(_FLOODED, WARM_UP_SECONDS + 240.0)
    played = list(moments(plan))
    fleet = fleet_for(plan, _FLOODED_GPUS, _LOAD_SECONDS)
    alone = simulate(plan, played, fleet)
    flooded = simulate(plan, played, fleet, flood=2.0 * _FLOODED_GPUS)
    return {
        "alone_urgent_p95_s": alone.urgent_p95,
        "flooded_urgent_p95_s": flooded.urgent_p95,
        "flood_factor": flooded.urgent_p95 / alone.urgent_p95,
    }


if __name__ == "__main__":
    main()
