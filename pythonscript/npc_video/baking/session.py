"""Records a playthrough in a file for baking: the interactions of NPCs and the game's requests.

Each line is a JSON object with `npc`, the NPC's id, `at`, seconds of any clock, and one of these:
`state`, the NPC's memory at that time; `interaction`, as `ToolInteraction.from_dict` reads it;
`request`, as `VideoParams.from_dict` does. Interactions are stored and not their answers, which
change with the graph.

A line that is cut off by the end of a game is skipped.
"""

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InvalidDataError
from ..npc.evaluator import NpcResponseEvaluator
from ..npc.profile import Profile
from ..prediction.forecast import Forecast
from ..records import ToolInteraction, VideoParams

__all__ = ["NotPlayedError", "SessionWriter", "read_session"]

_START = '{"npc": "'  # of every line


class NotPlayedError(InvalidDataError):
    """An NPC does not occur in a playthrough."""


class SessionWriter:
    """Appends the events of one NPC to the file at `path`; several writers may share it.

    Every call writes one line. Raises OSError if the file cannot be written to.
    """

    def __init__(self, path: Path, npc_id: str):
        self._path, self._npc_id = path, npc_id

    def begin(self, at: float, npc: NpcResponseEvaluator) -> None:
        """Starts the events of `npc` with its present state."""
        self._end_line()
        self._write(at, "state", npc.to_dict())

    def interaction(self, at: float, event: ToolInteraction) -> None:
        """Records an interaction that the NPC has answered."""
        self._write(
            at,
            "interaction",
            {
                "tool": {"id": event.tool_id, "type": event.tool_type},
                "pressure": event.pressure,
                "speed": event.speed,
                "pattern": event.pattern,
                "zone": event.zone,
                "duration": event.duration * 1000.0,
                "timestamp": event.timestamp * 1000.0,
            },
        )

    def request(self, at: float, wanted: Mapping[str, Any]) -> None:
        """Records the game's request for a clip of the NPC."""
        self._write(at, "request", dict(wanted))

    def _end_line(self) -> None:
        """Ends an incomplete last line, so that it does not spoil the next one."""
        try:
            with self._path.open("rb+") as file:
                if file.seek(0, os.SEEK_END):
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":
                        file.write(b"\n")
        except FileNotFoundError:
            return

    def _write(self, at: float, kind: str, what: Mapping[str, Any]) -> None:
        line = json.dumps({"npc": self._npc_id, "at": at, kind: what}, default=list)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class _Event:
    """A line of a file, with its number."""

    number: int
    npc_id: str
    at: float
    kind: str
    what: Mapping[str, Any]


def read_session(path: Path, npc: Profile) -> Forecast:
    """The clips of this NPC in a playthrough, with the answers that its graph gives now.

    Raises:
        OSError: the file cannot be read.
        GraphError: the NPC's graph is wrong.
        NotPlayedError: the NPC does not occur in it.
        InvalidDataError: the file is not a playthrough; the text names it and the line.
    """
    now, heard = 0.0, dict[str, None]()
    evaluator = NpcResponseEvaluator(
        npc.metadata(), clock=lambda: now, apply_profile=npc.apply_profile
    )
    forecast = Forecast(evaluator.asked_for(VideoParams()) if npc.opens_with_generated else None)
    npc_id = evaluator.metadata.npc.id
    with path.open(encoding="utf-8") as file:
        for event in _events(file, path.name):
            heard[event.npc_id] = None
            if event.npc_id != npc_id:
                continue
            now = event.at
            try:
                params = _played(event, evaluator)
            except InvalidDataError as error:
                raise InvalidDataError(f"{path.name}, line {event.number}: {error}") from error
            if params is not None:
                forecast.add(params)
    if npc_id not in heard:
        known = f"it has {', '.join(heard)}" if heard else "nothing is recorded there"
        raise NotPlayedError(
            f"{npc_id or 'The NPC'} is not in the playthrough {path.name}: {known}. Set the"
            " session_file of the player that shows the NPC, and play."
        )
    return forecast


def _played(event: _Event, evaluator: NpcResponseEvaluator) -> VideoParams | None:
    """The clip that an event requests, if it does."""
    if event.kind == "interaction":
        return evaluator.evaluate_at(ToolInteraction.from_dict(event.what), event.at)
    if event.kind == "request":
        return evaluator.asked_for(VideoParams.from_dict(event.what))
    evaluator.from_dict(event.what)
    return None


def _events(lines: Iterator[str], name: str) -> Iterator[_Event]:
    try:
        for number, line in enumerate(lines, 1):
            if line.strip() and (event := _event(number, line, name)) is not None:
                yield event
    except UnicodeDecodeError as error:
        raise InvalidDataError(f"{name} is not a recorded playthrough: it is not text.") from error


def _event(number: int, line: str, name: str) -> _Event | None:
    """The event of a line; None if the line is incomplete, for example after a crash."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        start = line[: len(_START)].rstrip("\n")
        if _START.startswith(start):
            return None
        data = None
    try:
        (kind,) = data.keys() & {"state", "interaction", "request"}
        npc_id, at, what = data["npc"], data["at"], data[kind]
        is_right = isinstance(npc_id, str) and isinstance(what, dict)
        if not is_right or isinstance(at, bool) or not math.isfinite(at):
            raise ValueError
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise InvalidDataError(
            f"{name}, line {number} is not part of a playthrough: record it again, or remove the"
            " line."
        ) from error
    return _Event(number, npc_id, float(at), kind, what)
