"""Judges a run, in sentences and in numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.soak.account import Account
from tools.soak.frames import NO_FRAME, Frame
from tools.soak.ledger import Ledger
from tools.soak.watch import Sample, slope

__all__ = ["Seen", "judge", "numbers", "own_faults", "table"]

# The log names these where the game's own generator fails on purpose.
_ON_PURPOSE = re.compile(r"fails_on_purpose|soak/functions\.gd")
# The engine leaves this name when an object is freed while its function awaits a frame.
_LEFT_BY_ENGINE = re.compile(r"Orphan StringName: process_frame ")
_SCRIPT_ERROR = re.compile(r"SCRIPT ERROR:")
_LEAK = re.compile(r"leaked|still in use at exit|Orphan StringName", re.IGNORECASE)
_CRASH = re.compile(r"handle_crash|ended by SIG|crashed with")

# Allowed growth from start to end: threads of pools that were not needed before, the first pictures
# of clips, shaders of window sizes. Memory that the allocator keeps for next time does not count:
# it is reported beside it, as part of the resident memory.
_MORE_HANDLES, _MORE_THREADS, _MORE_MEGABYTES = 20, 20, 80.0
# The kept first pictures of clips are limited to 12 MB.
_MORE_OBJECTS, _MORE_RESOURCES = 1500, 10


@dataclass
class Seen:
    """The observations of a run.

    Attributes:
        faults: Of the log and of the neighbours.
        exit_code: The game's; None if it was stopped after its time.
        hangs: Times without a frame while the game was not stopped, in seconds.
        longest_frame: Of those in which it was not stopped.
        samples: The process's use of resources, once a second from the start of the play.
        objects: Times in seconds, with the number of the engine's objects.
        states: The game's reports on itself, "start" and "end".
        odd: Contradictions.
        troubles: The number of each kind.
    """

    account: Account
    ledgers: dict[str, Ledger]
    faults: list[str] = field(default_factory=list)
    exit_code: int | None = 0
    hangs: list[float] = field(default_factory=list)
    frames: int = 0
    longest_frame: Frame = NO_FRAME
    samples: list[Sample] = field(default_factory=list)
    objects: list[tuple[float, float]] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)


def own_faults(log: Sequence[str], faults: Sequence[str]) -> list[str]:
    """Returns those of `faults` that the game does not cause on purpose, as its log says."""
    forgiven = [
        line.strip()
        for line, place in zip(log, [*log[1:], ""], strict=True)
        if _SCRIPT_ERROR.search(line) and _ON_PURPOSE.search(place)
    ]
    left = []
    for fault in faults:
        if fault in forgiven:
            forgiven.remove(fault)
        elif not _LEFT_BY_ENGINE.match(fault):
            left.append(fault)
    return left


def judge(seen: Seen) -> list[str]:
    """Returns all errors of a run, in sentences."""
    found = [*seen.faults, *seen.odd, *seen.account.wrong]
    if seen.exit_code != 0:
        found.append(f"the game ended with {seen.exit_code}")
    found += [f"no frame for {seconds:.0f} s" for seconds in seen.hangs]
    found += [
        f"lost: player {ask.player}, {ask.clip} by {ask.generator}, asked at {ask.at:.1f} s"
        for ask in seen.account.pending
    ]
    for name, ledger in seen.ledgers.items():
        again = ledger.doubled(seen.account.given_up, seen.account.cleared)
        found += [f"{name}: {twice}" for twice in again]
    return [*found, *_wrong_numbers(seen), *_growth(seen)]


def _wrong_numbers(seen: Seen) -> Iterator[str]:
    """Yields the contradictions in the managers' numbers at rest."""
    if "end" not in seen.states:
        yield "the game did not come to its end"
        return
    for each in seen.states["end"]["managers"]:
        made = each["generated"] - each["upgraded"] - each["speculations"]
        rules = {
            "jobs wait at rest": each["queue_length"] == 0,
            "more speculations are used than made": each["speculations_used"]
            <= each["speculations"],
            "more was made for misses than there were": made <= each["misses"] + each["retried"],
            "more was late than missed": each["late"] <= each["misses"],
            "seconds do not add up": 0.0
            <= each["wasted_seconds"]
            <= each["speculation_seconds"] + 1e-6
            <= each["busy_seconds"] + 2e-6,
        }
        for rule, holds in rules.items():
            if not holds:
                yield f"a manager's numbers: {rule}: {each}"


def _growth(seen: Seen) -> Iterator[str]:
    if not {"start", "end"} <= seen.states.keys() or not seen.samples:
        return
    first, last = seen.samples[0], seen.samples[-1]
    start, end = seen.states["start"]["counts"], seen.states["end"]["counts"]
    limits = (
        ("handles", first.handles, last.handles, _MORE_HANDLES),
        ("threads", first.threads, last.threads, _MORE_THREADS),
        ("allocated megabytes beside the cache", *_beside_cache(seen), _MORE_MEGABYTES),
        ("objects", start["objects"], end["objects"], _MORE_OBJECTS),
        ("resources", start["resources"], end["resources"], _MORE_RESOURCES),
        *((name, start[name], end[name], 0) for name in ("nodes", "orphans")),
    )
    for name, before, after, more in limits:
        if after > before + more:
            yield f"leak: {before:.0f} {name} at the start, {after:.0f} at the end"


def _beside_cache(seen: Seen) -> tuple[float, float]:
    """Returns allocated megabytes at the start and at the end, without clips."""
    start, end = (
        (state["counts"]["allocated_bytes"] - state["cached"]["bytes"]) / 1e6
        for state in (seen.states["start"], seen.states["end"])
    )
    return start, end


def numbers(seen: Seen, wrong: Sequence[str]) -> dict[str, Any]:
    """Returns the results as a record for JSON."""
    first, last = (seen.samples[0], seen.samples[-1]) if seen.samples else (None, None)
    late = seen.samples[len(seen.samples) // 2 :]
    ends = {name: seen.account.ends[name] for name in ("started", "failed", "superseded")}
    ends |= {name: seen.account.ends[name] for name in ("left", "cancelled")}
    return {
        "ok": not wrong,
        "crashes": sum(bool(_CRASH.search(fault)) for fault in seen.faults),
        "hangs": len(seen.hangs),
        "leaks": sum(bool(_LEAK.search(line)) or line.startswith("leak:") for line in wrong),
        "lost": len(seen.account.pending),
        "asked": seen.account.asked,
        **ends,
        "sent_again": sum(
            len(ledger.doubled(seen.account.given_up, seen.account.cleared))
            for ledger in seen.ledgers.values()
        ),
        "services": {name: ledger.counts() for name, ledger in seen.ledgers.items()},
        "frames": seen.frames,
        "longest_frame_ms": round(seen.longest_frame.own * 1e3),
        "start": _used(first, seen, "start"),
        "end": _used(last, seen, "end"),
        "megabytes_per_minute": round(slope([(s.at, s.megabytes) for s in late]), 2),
        "handles_per_minute": round(slope([(s.at, float(s.handles)) for s in late]), 2),
        "threads_per_minute": round(slope([(s.at, float(s.threads)) for s in late]), 2),
        "objects_per_minute": round(slope(seen.objects[len(seen.objects) // 2 :]), 2),
        "longest_wait_s": {k: round(v, 1) for k, v in sorted(seen.account.longest.items())},
        "troubles": seen.troubles,
        "wrong": list(wrong),
    }


def _used(sample: Sample | None, seen: Seen, where: str) -> dict[str, Any]:
    state = seen.states.get(where, {})
    told = {**state.get("counts", {}), "cached_bytes": state.get("cached", {}).get("bytes")}
    if sample is None:
        return told
    used = {"megabytes": round(sample.megabytes), "handles": sample.handles}
    return used | {"threads": sample.threads} | told


def table(figures: dict[str, Any]) -> str:
    """Formats the results as a table for people."""
    rows = [(name, figures[name]) for name in ("crashes", "hangs", "leaks", "lost", "sent_again")]
    rows += [(name, figures[name]) for name in ("asked", "started", "failed", "superseded")]
    rows += [(name, figures[name]) for name in ("left", "cancelled", "frames", "longest_frame_ms")]
    lines = [f"{name.replace('_', ' '):<24}{value:>12}" for name, value in rows]
    lines.append(f"\n{'':<24}{'start':>12}{'end':>12}{'a minute':>12}")
    for name, before in figures["start"].items():
        after, grows = figures["end"].get(name, ""), figures.get(f"{name}_per_minute", "")
        lines.append(f"{name.replace('_', ' '):<24}{before!s:>12}{after!s:>12}{grows!s:>12}")
    lines.append("")
    for name, counts in figures["services"].items():
        told = ", ".join(f"{count} {end}" for end, count in counts.items())
        lines.append(f"jobs at {name:<16}{told}")
    lines.append("")
    lines += [f"{count:>4} times {name}" for name, count in figures["troubles"].items()]
    return "\n".join([*lines, "", *(f"Wrong: {each}" for each in figures["wrong"])])
