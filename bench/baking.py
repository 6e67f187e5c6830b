"""Measures how many reactions have a clip after baking the common states: `run.py bench baking`.

For each template it bakes as many clips as the bake dialog proposes, and prints the dialog's
estimate. Then players of four kinds, other than those behind the proposal, play 20 games of 75
interactions. The last line is JSON: `d[template][measure]`.
"""

import json
import random
from collections.abc import Iterator

from npc_video import NpcResponseEvaluator, VideoParams
from npc_video.prediction.forecast import Walk

from .simulator.npcs import TEMPLATES, template
from .simulator.players import KINDS, make_player

_KINDS = [kind for kind in KINDS if kind != "six_npcs"]
_SEEDS = range(20)
_INTERACTIONS = 75


def main() -> None:
    table = {name: _measured(name) for name in TEMPLATES}
    print(f"{'':<14}" + "".join(f"{measure:>13}" for measure in table["mood_meter"]))
    for name, row in table.items():
        print(f"{name:<14}" + "".join(f"{value:>13g}" for value in row.values()))
    print(json.dumps(table))


def _measured(name: str) -> dict[str, float]:
    forecast = Walk(NpcResponseEvaluator(template(name)), with_opening=True).finish()
    count = forecast.count_for()
    baked = {params.cache_key() for params, _ in forecast.weighted[:count]}
    row = {"clips": float(count), "told": round(forecast.hit_rate(count), 3)}
    hits = answers = 0
    for kind in _KINDS:
        found = [
            params.cache_key() in baked for seed in _SEEDS for params in _played(name, kind, seed)
        ]
        row[kind] = round(sum(found) / len(found), 3)
        hits, answers = hits + sum(found), answers + len(found)
    return {**row, "all": round(hits / answers, 3)}


def _played(name: str, kind: str, seed: int) -> Iterator[VideoParams]:
    """Yields an NPC's answers in one game."""
    npc = NpcResponseEvaluator(template(name))
    chance = random.Random(f"{name} {kind} {seed}")
    player = make_player(kind, [TEMPLATES[name]], chance, escalates=seed % 2 == 1)
    for at, act, _ in player.play(_INTERACTIONS, chance):
        answer = npc.evaluate_at(act.interaction(at), at)
        if answer is not None:
            yield answer


if __name__ == "__main__":
    main()
