"""Measures how often the clip is ready when it is needed: `python3 run.py bench latency`.

Players of five kinds play 20 games of 200 interactions each, half of them with rising pressure,
through real response graphs and the decisions that ship, under a virtual clock. The chart in docs/
is drawn anew, and so are the tables of docs/performance.md, from figures in bench/data. The last
line printed is JSON: `d[kind][policy][metric]`.

With session files, `bench latency ember.jsonl …`, the players are those who were recorded there, a
row for each file, and nothing in docs/ changes.

The games have seeds of their own: the predictors' constants were tuned on seeds 1000 and up.
"""

import json
import multiprocessing
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from npc_video.cache import POLICIES as CACHE_POLICIES
from npc_video.errors import InvalidDataError
from npc_video.npc.recording import read_recording

from tools.figure_pages import keep_figures

from .simulator.chart import draw
from .simulator.drive import simulate
from .simulator.keeping import Kept
from .simulator.measures import Measures, missed_by_all
from .simulator.players import KINDS
from .simulator.policies import POLICIES
from .simulator.world import make_game, recorded_game

_SEEDS = range(20)
_INTERACTIONS = 200
_FEWER_SEEDS = range(6)
_ALL = tuple(POLICIES)
_MAIN = ("lru", "rules", "default", "known", "clairvoyant")
_PRESETS = ("default", "wanted_preset")
# They need a player's probabilities, or another session of his.
_FOR_SIMULATED = ("known", "returning")
_CHART = Path(__file__).parent.parent / "docs" / "latency.svg"

Table = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, slots=True)
class _Game:
    """The work of one process: one game under several policies, for rows of the table."""

    rows: tuple[str, ...]
    kind: str
    seed: int
    escalates: bool
    policies: tuple[str, ...]
    hosts: int = 1
    preset: str = "fast"
    templates: bool = False


def main(files: Sequence[Path]) -> None:
    if files:
        table = {file.name: _recorded(file) for file in files}
        _print(table)
        print(json.dumps(table))
        return
    table = _measure(_games()) | _measure_keeping()
    _print(table)
    draw({kind: table[kind] for kind in KINDS}, _CHART)
    keep_figures(table)
    print(f"Drawn: {_CHART.relative_to(Path.cwd())}", file=sys.stderr)
    print(json.dumps(table))


def _recorded(file: Path) -> dict[str, dict[str, float]]:
    """Summarises the sessions of a file, by policy."""
    runs = {policy: Measures() for policy in POLICIES if policy not in _FOR_SIMULATED}
    try:
        sessions = read_recording(file).sessions
    except (InvalidDataError, OSError) as error:
        sys.exit(str(error))
    for seed, session in enumerate(sessions):
        if session.npc is None:
            sys.exit(f"{file.name} is of an earlier version, without its NPC: record it again.")
        game = recorded_game(session, session.npc)
        if not game.reactions:
            continue
        for policy, measures in runs.items():
            measures.add(simulate(game, POLICIES[policy], seed=seed))
    if not all(measures.exact for measures in runs.values()):
        sys.exit(f"{file.name} has no interactions: record some.")
    return _summaries(runs)


def _games() -> Iterable[_Game]:
    for seed in _SEEDS:
        escalates = _escalates(seed)
        for kind in KINDS:
            rows: tuple[str, ...] = (kind, f"{kind}, {'escalating' if escalates else 'steady'}")
            yield _Game(rows, kind, seed, escalates, _ALL)
            if seed in _FEWER_SEEDS:
                rows = (f"{kind}, two hosts",)
                yield _Game(rows, kind, seed, escalates, _MAIN, hosts=2)
                rows = (f"{kind}, balanced",)
                yield _Game(rows, kind, seed, escalates, _PRESETS, preset="balanced")
                rows = (f"{kind}, templates",)
                yield _Game(rows, kind, seed, escalates, _MAIN, templates=True)


def _escalates(seed: int) -> bool:
    return seed % 2 == 1


def _measure(games: Iterable[_Game]) -> Table:
    sums: dict[str, dict[str, Measures]] = {}
    # New processes, so that no lock of this one is caught in the copy.
    with multiprocessing.get_context("spawn").Pool() as pool:
        for rows, results in pool.imap_unordered(_play, games):
            for row, (policy, measures) in product(rows, results.items()):
                sums.setdefault(row, {}).setdefault(policy, Measures()).add(measures)
    return {row: _summaries(sums[row]) for row in sorted(sums, key=_place)}


def _summaries(runs: Mapping[str, Measures]) -> dict[str, dict[str, float]]:
    """Summarises runs by policy.

    A policy that makes the likely clips ahead is left with harder misses than one that does not. So
    waiting times are compared over the requests that both missed.
    """
    hard = missed_by_all(runs[policy] for policy in ("lru", "default") if policy in runs)
    return {policy: runs[policy].summary(hard) for policy in POLICIES if policy in runs}


def _measure_keeping() -> Table:
    """Measures the saving of the cache's policies when it holds a quarter of the clips."""
    table: Table = {}
    for kind in KINDS:
        kept = {policy: Kept(policy) for policy in CACHE_POLICIES}
        for seed in _SEEDS:
            game = make_game(kind, seed, escalates=_escalates(seed), interactions=_INTERACTIONS)
            for each in kept.values():
                each.add(game, seed)
        table[f"{kind}, quarter"] = {
            policy: {"saved": round(each.saved, 4)} for policy, each in kept.items()
        }
    return table


def _play(game: _Game) -> tuple[tuple[str, ...], Mapping[str, Measures]]:
    world = make_game(
        game.kind,
        game.seed,
        escalates=game.escalates,
        interactions=_INTERACTIONS,
        templates=game.templates,
    )
    return game.rows, {
        policy: simulate(
            world, POLICIES[policy], seed=game.seed, hosts=game.hosts, preset=game.preset
        )
        for policy in game.policies
    }


def _place(row: str) -> tuple[str, int]:
    kind, _, variant = row.partition(", ")
    return variant, list(KINDS).index(kind)


def _print(table: Table) -> None:
    for row, policies in table.items():
        metrics = list(next(iter(policies.values())))
        print(f"\n{row:<24}" + "".join(f"{metric:>17}" for metric in metrics))
        for policy, numbers in policies.items():
            values = "".join(f"{numbers[metric]:>17.3f}" for metric in metrics)
            print(f"  {policy:<22}{values}")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
