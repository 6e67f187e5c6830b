"""Writes session files, in which the interactions with an NPC are recorded, and reads them.

Each line of a file is a JSON object. A session begins with a header, with the format's version as
`session`, the NPC with its graph as `npc`, and all else on which its answers depend. Each line
after it is a turn: `at`, seconds of the game's clock, and an `interaction` or a `request`. Answers
are not stored, because they follow from these lines.

Files of earlier checkouts have no headers. Each of their lines names its NPC, as several shared a
file, and a line with the NPC's `state` begins a session.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec

from ..errors import InvalidDataError
from ..records import ToolInteraction, VideoParams
from .evaluator import NpcResponseEvaluator
from .profile import Profile

__all__ = [
    "Recording",
    "Session",
    "SessionFile",
    "Turn",
    "header_line",
    "read_recording",
    "turn_line",
]

_FORMAT = 1

# The beginnings of all lines; the last is that of earlier checkouts.
_STARTS = (b'{"session": ', b'{"at": ', b'{"npc": "')


# ---- Writing ----


def header_line(at: float, npc: Profile, evaluator: NpcResponseEvaluator) -> bytes:
    """The line that begins a session with the present state of the `evaluator` of `npc`.

    Args:
        at: seconds of the evaluator's clock.
    """
    state = evaluator.state
    return _line(
        {
            "session": _FORMAT,
            "at": at,
            "npc_id": evaluator.metadata.npc.id,
            "npc": {each.name: getattr(npc, each.name) for each in fields(npc)},
            "fingerprint": evaluator.fingerprint,
            "seed": evaluator.seed,
            "started": state.started,
            "answered": state.answered,
            "state": evaluator.to_dict(),
        }
    )


def turn_line(at: float, what: ToolInteraction | VideoParams) -> bytes:
    """The line of an interaction, or of the game's request for a clip, at a time in seconds."""
    kind = "interaction" if isinstance(what, ToolInteraction) else "request"
    return _line({"at": at, kind: asdict(what)})


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, default=_plain).encode("ascii") + b"\n"


def _plain(value: Any) -> Any:
    """A container of the engine as one of Python."""
    return dict(value) if isinstance(value, Mapping) else list(value)


class SessionFile:
    """Appends lines to the session file at `path`, which is made if there is none.

    Every line is handed to the system at once, so that a game that is killed loses none.

    Raises:
        OSError: the file cannot be written to.
        InvalidDataError: it is not a session file; it is left as it is.
    """

    def __init__(self, path: Path):
        self._file = path.open("ab+")
        try:
            _end_line(self._file, path.name)
        except BaseException:
            self._file.close()
            raise

    def write(self, line: bytes) -> None:
        """Appends a line of `header_line` or `turn_line`.

        Raises:
            OSError: it is not written, or only a part of it; write no more then.
        """
        self._file.write(line)
        self._file.flush()

    def close(self) -> None:
        """Closes the file.

        Raises:
            OSError: as `write` does.
        """
        self._file.close()


def _end_line(file: BinaryIO, name: str) -> None:
    """Ends an incomplete last line, so that it does not spoil the next one."""
    file.seek(0)
    start = file.read(max(map(len, _STARTS)))
    if not start:
        return
    if not _may_be_cut(start):
        raise InvalidDataError(f"{name} is something else than recorded sessions: name a new file.")
    file.seek(-1, os.SEEK_END)
    if file.read(1) != b"\n":
        file.write(b"\n")


# ---- Reading ----


@dataclass(frozen=True, slots=True)
class Turn:
    """An interaction with an NPC, or the game's request for a clip of it.

    Attributes:
        line: its number in the file, from 1.
        at: seconds of the game's clock.
    """

    line: int
    at: float
    what: ToolInteraction | VideoParams


@dataclass(frozen=True, slots=True)
class Session:
    """The turns of one NPC, from a known state on.

    Attributes:
        file: its name, for messages.
        line: the number of the session's first line, from 1.
        at: its beginning, in seconds of the game's clock.
        npc: the NPC as it was recorded; None in files of earlier checkouts, which lack it.
        fingerprint: of the evaluator that was recorded; "" in such files.
        seed: of the graph's random numbers.
        state: of the evaluator, as `to_dict` returns it; None for a new one.
        times: of the first and the last answer before it, in seconds of the game's clock, which
            `state` has only roughly; None in such files.
    """

    file: str
    line: int
    at: float
    npc_id: str
    npc: Profile | None = None
    fingerprint: str = ""
    seed: int = 0
    state: Mapping[str, Any] | None = None
    times: tuple[float | None, float | None] | None = None
    turns: tuple[Turn, ...] = ()

    def evaluator(self, npc: Profile) -> NpcResponseEvaluator:
        """An evaluator of `npc` in the state in which the session begins.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: the recorded state is.
        """
        evaluator = NpcResponseEvaluator(
            npc.metadata(),
            clock=lambda: self.at,
            seed=self.seed,
            apply_profile=npc.apply_profile,
        )
        if self.state is not None:
            try:
                evaluator.from_dict(self.state)
            except InvalidDataError as error:
                raise InvalidDataError(f"{self.file}, line {self.line}: {error}") from error
        if self.times is not None:
            evaluator.state.started, evaluator.state.answered = self.times
        return evaluator


@dataclass(frozen=True, slots=True)
class Recording:
    """The content of a session file.

    Attributes:
        file: its name, for messages.
        cut: the numbers of incomplete lines, which a game that was killed leaves; they are skipped.
    """

    file: str
    sessions: tuple[Session, ...]
    cut: tuple[int, ...]

    @property
    def npc_ids(self) -> tuple[str, ...]:
        """The NPCs that were played with."""
        return tuple(dict.fromkeys(each.npc_id for each in self.sessions))


def read_recording(path: Path) -> Recording:
    """Reads a session file.

    Raises:
        OSError: it cannot be read.
        InvalidDataError: it is something else, or damaged; the text names the file and the line.
    """
    with path.open("rb") as file:
        return _Reader(path.name).read(file)


_Part = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
_Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=sys.float_info.max)]
_Time = Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]


class _Header(msgspec.Struct, frozen=True):
    at: _Time
    npc_id: str
    npc: Profile
    fingerprint: str
    seed: int
    started: _Time | None
    answered: _Time | None
    state: dict[str, Any]


class _Interaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tool_id: str
    tool_type: str
    pressure: _Part
    speed: _Part
    pattern: str
    zone: str
    duration: _Seconds
    timestamp: _Seconds


class _Turn(msgspec.Struct, frozen=True):
    at: _Time
    interaction: _Interaction | None = None
    request: dict[str, Any] | None = None


class _OldLine(msgspec.Struct, frozen=True):
    npc: str
    at: _Time
    state: dict[str, Any] | None = None
    interaction: dict[str, Any] | None = None
    request: dict[str, Any] | None = None


class _Reader:
    """Reads the lines of a file."""

    def __init__(self, name: str):
        self._name = name
        # Sessions with their turns, in their order.
        self._begun: list[tuple[Session, list[Turn]]] = []
        # Of those that go on: by NPC in files of earlier checkouts, under None otherwise.
        self._turns: dict[str | None, list[Turn]] = {}
        self._cut: list[int] = []

    def read(self, lines: Iterable[bytes]) -> Recording:
        is_cut = False
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            data = _parsed(line)
            was_cut, is_cut = is_cut, data is None and _may_be_cut(line)
            if is_cut:
                self._cut.append(number)
            elif was_cut and not (isinstance(data, dict) and data.keys() & {"session", "state"}):
                # A session goes on, so this is no end of a game.
                raise self._refused(self._cut[-1], "it is damaged")
            else:
                self._add(number, data)
        sessions = tuple(replace(one, turns=tuple(turns)) for one, turns in self._begun)
        return Recording(self._name, sessions, tuple(self._cut))

    def _add(self, number: int, data: object) -> None:
        if not isinstance(data, dict):
            raise self._refused(number, "it is something else")
        try:
            if "session" in data:
                self._add_header(number, data)
            elif "npc" in data:
                self._add_old(number, msgspec.convert(data, _OldLine))
            else:
                self._add_turn(number, msgspec.convert(data, _Turn))
        except (msgspec.ValidationError, InvalidDataError) as error:
            raise self._refused(number, str(error).removesuffix(".")) from error

    def _add_header(self, number: int, data: Mapping[str, Any]) -> None:
        if data["session"] != _FORMAT:
            raise InvalidDataError("it is of another version of the addon")
        header = msgspec.convert(data, _Header)
        self._begin(
            None,
            Session(
                self._name,
                number,
                header.at,
                header.npc_id,
                header.npc,
                header.fingerprint,
                header.seed,
                header.state,
                (header.started, header.answered),
            ),
        )

    def _add_turn(self, number: int, turn: _Turn) -> None:
        what: ToolInteraction | VideoParams
        if turn.interaction is not None and turn.request is None:
            what = ToolInteraction(**msgspec.structs.asdict(turn.interaction))
        elif turn.request is not None and turn.interaction is None:
            what = VideoParams.from_dict(turn.request)
        else:
            raise InvalidDataError("it needs either an interaction or a request")
        if (turns := self._turns.get(None)) is None:
            raise InvalidDataError("there is no header of a session before it")
        turns.append(Turn(number, turn.at, what))

    def _add_old(self, number: int, line: _OldLine) -> None:
        kinds = [each for each in (line.state, line.interaction, line.request) if each is not None]
        if len(kinds) != 1:
            raise InvalidDataError("it needs a state, an interaction or a request")
        if line.state is not None or line.npc not in self._turns:
            self._begin(line.npc, Session(self._name, number, line.at, line.npc, state=line.state))
        if line.interaction is not None:
            what = ToolInteraction.from_dict(line.interaction)
            self._turns[line.npc].append(Turn(number, line.at, what))
        elif line.request is not None:
            self._turns[line.npc].append(Turn(number, line.at, VideoParams.from_dict(line.request)))

    def _begin(self, key: str | None, session: Session) -> None:
        turns = self._turns[key] = []
        self._begun.append((session, turns))

    def _refused(self, number: int, reason: str) -> InvalidDataError:
        return InvalidDataError(
            f"{self._name}, line {number} is not part of a recorded session: {reason}. Record it"
            " again, or remove the line."
        )


def _parsed(line: bytes) -> object:
    """The content of a line; None if it is not JSON."""
    try:
        return json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _may_be_cut(line: bytes) -> bool:
    """Tells whether a line begins as those of a session file do, as far as it goes."""
    line = line.rstrip(b"\r\n")
    return any(line.startswith(start) or start.startswith(line) for start in _STARTS)
