import json
from dataclasses import replace
from typing import Any

import pytest

from tools.soak.account import Account
from tools.soak.ledger import Attempt, Ledger
from tools.soak.verdict import Seen, judge, numbers, own_faults, table
from tools.soak.watch import Sample

COUNTS = {"objects": 1800, "resources": 65, "nodes": 113, "orphans": 0, "texture_bytes": 5}
COUNTS["allocated_bytes"] = 200_000_000
MANAGER = {
    **dict.fromkeys(("hits", "misses", "queue_length", "running", "generated", "upgraded"), 0),
    **dict.fromkeys(("failed", "retried", "superseded", "preempted", "refused", "late"), 0),
    **dict.fromkeys(("speculations", "speculations_used"), 0),
    **dict.fromkeys(("speculation_seconds", "wasted_seconds", "busy_seconds"), 0.0),
}


def state(manager: Any = MANAGER, **counts: int) -> dict[str, Any]:
    cached = {"clips": 1, "bytes": 1_000_000}
    return {"counts": COUNTS | counts, "managers": [manager], "cached": cached}


def good(**changes: Any) -> Seen:
    """A run in which nothing was wrong."""
    samples = [Sample(float(at), 200.0, 20, 15) for at in range(10)]
    seen = Seen(Account(), {"http": Ledger()}, samples=samples)
    seen.states = {"start": state(), "end": state()}
    return replace(seen, **changes)


def test_a_good_run_has_nothing_wrong() -> None:
    assert judge(good()) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"faults": ["ended by SIGSEGV"]}, "SIGSEGV"),
        ({"exit_code": 3}, "ended with 3"),
        ({"exit_code": None}, "ended with None"),
        ({"hangs": [17.0]}, "no frame for 17 s"),
        ({"odd": ["react said true, announced 0"]}, "announced 0"),
        ({"states": {"start": state()}}, "did not come to its end"),
        ({"states": {"start": state(), "end": state(nodes=114)}}, "113 nodes"),
        ({"states": {"start": state(), "end": state(orphans=1)}}, "orphans"),
        ({"states": {"start": state(), "end": state(objects=4000)}}, "objects"),
        ({"states": {"start": state(), "end": state(MANAGER | {"queue_length": 1})}}, "wait"),
        ({"states": {"start": state(), "end": state(MANAGER | {"late": 1})}}, "late"),
        ({"states": {"start": state(), "end": state(MANAGER | {"wasted_seconds": 1.0})}}, "add up"),
        ({"samples": [Sample(0.0, 200.0, 20, 15), Sample(9.0, 200.0, 90, 15)]}, "90 at the end"),
        ({"samples": [Sample(0.0, 200.0, 20, 15), Sample(9.0, 200.0, 20, 80)]}, "80 at the end"),
        ({"states": {"start": state(), "end": state(allocated_bytes=300_000_000)}}, "megabytes"),
        ({"ledgers": {"http": Ledger([Attempt("a", 1.0), Attempt("a", 2.0)])}}, "sent again"),
    ],
)
def test_what_is_wrong_is_told(changes: dict[str, Any], told: str) -> None:
    found = judge(good(**changes))
    assert len(found) == 1, found
    assert told in found[0]


def test_a_lost_job_is_told() -> None:
    seen = good()
    seen.account.take({"e": "asked", "at": 1.0, "p": 4, "clip": "moss/happy", "by": "pool"})
    assert [line.split(",")[0] for line in judge(seen)] == ["lost: player 4"]
    assert numbers(seen, judge(seen))["lost"] == 1


def test_what_is_cached_is_no_leak() -> None:
    end = {**state(allocated_bytes=650_000_000), "cached": {"clips": 900, "bytes": 450_000_000}}
    assert judge(good(states={"start": state(), "end": end})) == []


def test_what_the_allocator_keeps_is_no_leak() -> None:
    samples = [Sample(0.0, 200.0, 20, 15), Sample(9.0, 700.0, 20, 15)]
    assert judge(good(samples=samples)) == []


def test_errors_that_the_game_makes_on_purpose_are_none() -> None:
    log = [
        "SCRIPT ERROR: Cannot call method 'make' on a null value.",
        "   at: fails_on_purpose (res://soak/functions.gd:57)",
        "SCRIPT ERROR: Cannot call method 'play' on a null value.",
        "   at: _ready (res://ember.gd:12)",
    ]
    assert own_faults(log, [log[0], log[2]]) == [log[2]]


def test_what_the_engine_itself_leaves_is_none() -> None:
    left = "Orphan StringName: process_frame (static: 1, total: 2)"
    ours = "Orphan StringName: Shader (static: 0, total: 1)"
    assert own_faults([left, ours], [left, ours]) == [ours]


def test_the_numbers_are_json_and_the_table_has_them_even_when_nothing_was_seen() -> None:
    empty = Seen(Account(), {})
    for seen in (good(), empty):
        figures = numbers(seen, judge(seen))
        assert json.loads(json.dumps(figures))["ok"] == (seen is not empty)
        assert "longest frame ms" in table(figures)
