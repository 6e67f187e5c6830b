"""Messages between a running game and the graph editor: their names, and what they carry.

The engine's debugger carries them. Each has a name and a list of strings, of which the first is the
key of a player in its game.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from ..errors import InvalidDataError
from ..graph.tracing import TracedTurn

__all__ = ["PREFIX", "FromEditor", "FromGame", "LiveNpc", "digest_of", "turn_of", "turn_text"]

PREFIX = "npc_video"
"""The prefix of all these messages, which the debugger passes to those who ask for it."""


class FromGame:
    """Names of the messages of a game.

    HELLO has the strings of a `LiveNpc`, TURN that of `turn_text`, REFUSED a sentence with the
    reason why a graph was not taken, PAUSED the node and the state that was entered, GONE only the
    key.
    """

    HELLO = f"{PREFIX}:hello"
    GONE = f"{PREFIX}:gone"
    TURN = f"{PREFIX}:turn"
    REFUSED = f"{PREFIX}:refused"
    PAUSED = f"{PREFIX}:paused"


class FromEditor:
    """Names of the messages of the editor; a game gets them without the prefix.

    GRAPH has the text that replaces the NPC's graph, PAUSE_WHEN a node and a state, both empty for
    none. WATCH, LEAVE and RESUME have only the key.
    """

    WATCH = "watch"
    LEAVE = "leave"
    GRAPH = "graph"
    PAUSE_WHEN = "pause_when"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class LiveNpc:
    """An NPC with a graph in a running game.

    Attributes:
        key: distinguishes its player from all others in that game.
        path: of its player in the scene tree.
        graph: the file of its graph; "" if that is in none.
        digest: of the text of the graph, as `digest_of` makes it.
    """

    key: str
    name: str
    path: str
    graph: str
    digest: str

    @property
    def title(self) -> str:
        """Its name, or else that of the player."""
        return self.name or self.path.rpartition("/")[2]

    def strings(self) -> list[str]:
        """The strings that HELLO carries."""
        return [str(each) for each in astuple(self)]

    @classmethod
    def from_strings(cls, strings: Sequence[str]) -> "LiveNpc":
        """The NPC of a HELLO.

        Raises:
            InvalidDataError: the game speaks another version of this.
        """
        if len(strings) != 5:
            raise InvalidDataError("The game runs with another version of the addon.")
        return cls(*strings)


def digest_of(text: str) -> str:
    """Identifies the text of a graph."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def turn_text(turn: TracedTurn) -> str:
    """A turn as JSON."""
    return json.dumps(asdict(turn), default=_plain)


def turn_of(text: str) -> TracedTurn:
    """The turn that `turn_text` wrote.

    Raises:
        InvalidDataError: it is something else.
    """
    try:
        return msgspec.convert(json.loads(text), TracedTurn)
    except (ValueError, RecursionError) as error:
        raise InvalidDataError(f"The game sent no turn: {error}.") from error


def _plain(value: Any) -> Any:
    """A container of the engine as one of Python, anything else as text."""
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, Sequence) else str(value)
