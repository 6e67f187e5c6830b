"""`npc-video replay`: plays a recorded session on a graph, and compares the answers of two."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import NpcVideoError
from .records import ToolInteraction, VideoParams
from .shipping.console import Failure, say

if TYPE_CHECKING:
    from .npc.recording import Recording, Session, Turn
    from .npc.replay import Answer

__all__ = ["FORMAT", "add_to", "print_refusal"]

FORMAT = 1  # of the JSON; increase it when a key is removed or changes its meaning

_MOST_SHOWN = 10


def add_to(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.set_defaults(command=_replay)
    parser.add_argument("file", type=Path, help="a session file, such as ember.jsonl")
    parser.add_argument("graph", help="the file of an NPC's graph, such as ember.npcgraph.json")
    parser.add_argument(
        "--compare",
        nargs="?",
        const="",
        metavar="OTHER",
        help="exit with 1 unless OTHER gives the same answers; default: the recorded graph",
    )
    parser.add_argument("--npc", help="the id of the NPC, if the file has several")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def print_refusal(reason: str) -> None:
    """Prints the JSON of a replay that did not begin."""
    _print_json(reason)


@dataclass(frozen=True, slots=True)
class _Played:
    """A turn and its answers.

    Attributes:
        at: seconds since the beginning of the session.
        other: the answer of the other graph; None if there is none to compare with.
    """

    npc_id: str
    at: float
    turn: "Turn"
    answer: "Answer"
    other: "Answer | None"

    @property
    def is_different(self) -> bool:
        return self.other is not None and self.other.params != self.answer.params


def _replay(options: argparse.Namespace) -> int:
    # Takes long to load, and the other commands do without.
    from .npc.recording import read_recording

    try:
        recording = read_recording(options.file)
        played = list(_played(recording, options))
    except (NpcVideoError, Failure, OSError) as error:
        say(str(error))
        if options.json:
            print_refusal(str(error))
        return 2
    for line in recording.cut:
        say(
            f"{recording.file}, line {line} is incomplete and left out: the game was killed, or the"
            " disk full."
        )
    if options.json:
        _print_json(None, options, recording, played)
    else:
        print("\n".join(_report(played, is_compared=options.compare is not None)))
    return int(any(each.is_different for each in played))


# ---- Playing ----


def _played(recording: "Recording", options: argparse.Namespace) -> Iterator[_Played]:
    """The turns of one NPC.

    Raises:
        Failure: the file has no such NPC, or several; or a file lacks the recorded graph.
        GraphError: a graph is wrong.
        InvalidDataError: a recorded state is.
        OSError: a graph's file cannot be read.
    """
    sessions = _sessions(recording, options.npc)
    graph = _document(options.graph)
    compared = _document(options.compare) if options.compare else None
    for session in sessions:
        ours = _answers(session, graph)
        others = ours if options.compare is None else _answers(session, compared)
        for (turn, answer), (_, other) in zip(ours, others, strict=True):
            yield _Played(
                session.npc_id,
                turn.at - session.at,
                turn,
                answer,
                None if options.compare is None else other,
            )


def _sessions(recording: "Recording", npc_id: str | None) -> list["Session"]:
    known = recording.npc_ids
    if not known:
        raise Failure(f"Nothing is recorded in {recording.file}: record a session first.")
    if npc_id is None and len(known) > 1:
        raise Failure(f"{recording.file} has {', '.join(known)}: choose one with --npc.")
    if npc_id is not None and npc_id not in known:
        raise Failure(f"{npc_id} is not recorded in {recording.file}: it has {', '.join(known)}.")
    return [each for each in recording.sessions if npc_id in (None, each.npc_id)]


def _answers(session: "Session", graph: Mapping[str, Any] | None) -> list[tuple["Turn", "Answer"]]:
    """The answers of a graph, or of the recorded one if there is none."""
    # Take long to load, and the other commands do without.
    from .npc.profile import Profile
    from .npc.replay import answers

    if graph is not None:
        return list(answers(session, replace(session.npc or Profile(), document=graph)))
    if session.npc is None:
        raise Failure(
            f"{session.file} is of an earlier version, without the recorded graph: name a graph"
            " after --compare."
        )
    if session.evaluator(session.npc).fingerprint != session.fingerprint:
        say(
            f"{session.file}, line {session.line}: another version of the addon recorded this, and"
            " may have answered differently."
        )
    return list(answers(session, session.npc))


def _document(graph: str) -> dict[str, Any]:
    """The content of a graph's file.

    Raises:
        Failure: it is wrong.
        OSError: it cannot be read.
    """
    # Takes long to load, and the other commands do without.
    from .graph.loading import MAX_BYTES, load_metadata

    with Path(graph).open("rb") as file:
        text = file.read(MAX_BYTES + 1)
    try:
        load_metadata(text)
    except NpcVideoError as error:
        raise Failure(f"{graph}: {error}") from error
    document: dict[str, Any] = json.loads(text)
    return document


# ---- Printing ----


def _report(played: Sequence[_Played], *, is_compared: bool) -> Iterator[str]:
    """The lines for a reader: each turn, or with a comparison the first that differ."""
    count = "1 turn" if len(played) == 1 else f"{len(played)} turns"
    if not is_compared:
        for each in played:
            yield f"{_turn(each)} -> {_told(each.answer)}"
        yield f"{count}."
        return
    different = [each for each in played if each.is_different]
    for each in different[:_MOST_SHOWN]:
        yield f"line {each.turn.line}, {_turn(each)}: {_difference(each)}"
    if len(different) > _MOST_SHOWN:
        yield f"… and {len(different) - _MOST_SHOWN} more."
    yield f"{count}: {len(different) or 'none'} with different answers."


def _turn(played: _Played) -> str:
    what = played.turn.what
    if isinstance(what, ToolInteraction):
        told = (
            f"{what.tool_id} on {what.zone} (pressure {what.pressure:.2f}, speed"
            f" {what.speed:.2f}, pattern {what.pattern}, {what.duration:.2f} s)"
        )
    else:
        told = f"request of {what.expression}, animation {what.animation}"
    return f"{played.at:.3f} s: {told}"


def _told(answer: "Answer") -> str:
    params = answer.params
    if params is None:
        return answer.refusal
    machines = "".join(f"; {node} is {state}" for node, state in answer.machines.items())
    return (
        f"{params.expression}, emotion {params.emotion}, animation {params.animation}, intensity"
        f" {params.intensity:.2f}, seed {params.seed}, prompt {params.prompt!r}{machines}"
    )


def _difference(played: _Played) -> str:
    """The fields that differ, those of the other graph first."""
    answer, other = played.answer, played.other
    if answer.params is None or other is None or other.params is None:
        return f"{'no answer' if other is None else _told(other)} -> {_told(answer)}"
    before, after = asdict(other.params), asdict(answer.params)
    return ", ".join(
        f"{field} {before[field]!r} -> {value!r}"
        for field, value in after.items()
        if value != before[field]
    )


def _print_json(
    error: str | None,
    options: argparse.Namespace | None = None,
    recording: "Recording | None" = None,
    played: Sequence[_Played] = (),
) -> None:
    different = sum(each.is_different for each in played)
    is_compared = options is not None and options.compare is not None
    document = {
        "format": FORMAT,
        "version": metadata.version("npc-video-player"),
        "error": error,
        "is_equal": not different if is_compared else None,
        "different": different,
        "cut": [] if recording is None else recording.cut,
        "turns": [
            {
                "line": each.turn.line,
                "npc": each.npc_id,
                "at": each.at,
                "interaction": _fields(each.turn.what, ToolInteraction),
                "request": _fields(each.turn.what, VideoParams),
                "answer": asdict(each.answer),
                "other": None if each.other is None else asdict(each.other),
            }
            for each in played
        ],
    }
    print(json.dumps(document, indent=1))


def _fields(what: ToolInteraction | VideoParams, kind: type) -> dict[str, Any] | None:
    return asdict(what) if isinstance(what, kind) else None
