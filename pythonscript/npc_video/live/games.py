"""Knows for the editor which NPCs play in which running game, and which of them is watched."""

from collections import Counter
from dataclasses import dataclass

from .messages import FromEditor, LiveNpc

__all__ = ["LiveGames", "Message"]


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one game.

    Attributes:
        game: its number, from 0.
        name: of `FromEditor`.
    """

    game: int
    name: str
    strings: tuple[str, ...]


_Place = tuple[int, str]
"""An NPC by the number of its game, and the key of its player there."""


class LiveGames:
    """Follows what games report; its methods return the messages that they are to get.

    The NPC that was chosen is watched again when its game is started again.

    Attributes:
        npcs: by game and key, in the order in which they came.
    """

    def __init__(self) -> None:
        self.npcs: dict[_Place, LiveNpc] = {}
        self._watched: _Place | None = None
        self._wanted: tuple[int, str] | None = None  # the game, and the path of the player in it
        self._pause_at = "", ""

    @property
    def watched(self) -> _Place | None:
        """The game and the key of the NPC that is watched."""
        return self._watched

    @property
    def has_choice(self) -> bool:
        """Whether an NPC was chosen, which may be there again when its game is started again."""
        return self._wanted is not None

    @property
    def pause_at(self) -> tuple[str, str]:
        """The node and the state that pause the game; empty for none."""
        return self._pause_at

    @property
    def npc(self) -> LiveNpc | None:
        """The NPC that is watched."""
        return None if self._watched is None else self.npcs[self._watched]

    def titles(self) -> dict[_Place, str]:
        """Titles that tell the NPCs apart as far as they must, in the order of the games."""
        several = len({game for game, _ in self.npcs}) > 1
        named = Counter((game, npc.title) for (game, _), npc in self.npcs.items())
        found: dict[_Place, str] = {}
        for (game, key), npc in sorted(self.npcs.items(), key=lambda one: one[0][0]):
            parts = [f"game {game + 1}"] if several else []
            if named[game, npc.title] > 1:
                parts.append(npc.path.split("/", 2)[-1])  # without the root
            found[game, key] = f"{npc.title} ({', '.join(parts)})" if parts else npc.title
        return found

    def came(self, game: int, npc: LiveNpc) -> list[Message]:
        """An NPC is there, or has another graph than before."""
        place = game, npc.key
        is_new = place not in self.npcs
        self.npcs[place] = npc
        if is_new and self._watched is None and self._wanted == (game, npc.path):
            return self._watch(place)
        return []

    def went(self, game: int, key: str) -> None:
        """An NPC is there no more."""
        self.npcs.pop((game, key), None)
        if self._watched == (game, key):
            self._watched = None

    def ended(self, game: int) -> None:
        """A game has ended."""
        for number, key in [*self.npcs]:
            if number == game:
                self.went(number, key)

    def choose(self, game: int, key: str) -> list[Message]:
        """Watches an NPC, and no other one any more; "" as key watches none."""
        place = (game, key) if (game, key) in self.npcs else None
        if place is not None and place == self._watched:
            return []
        messages = self._leave()
        self._wanted, self._pause_at = None, ("", "")
        if place is not None:
            self._wanted = game, self.npcs[place].path
            messages += self._watch(place)
        return messages

    def pause_when(self, node: str, state: str) -> list[Message]:
        """Has the game pause when the watched NPC enters a state; "" for none."""
        self._pause_at = node, state
        return self._tell(FromEditor.PAUSE_WHEN, node, state)

    def resume(self) -> list[Message]:
        """Lets the paused game go on."""
        return self._tell(FromEditor.RESUME)

    def replace_graph(self, text: str) -> list[Message]:
        """Gives the watched NPC another graph."""
        return self._tell(FromEditor.GRAPH, text)

    def _watch(self, place: _Place) -> list[Message]:
        self._watched = place
        messages = self._tell(FromEditor.WATCH)
        return messages + self.pause_when(*self._pause_at) if any(self._pause_at) else messages

    def _leave(self) -> list[Message]:
        messages = self._tell(FromEditor.LEAVE)
        self._watched = None
        return messages

    def _tell(self, name: str, *strings: str) -> list[Message]:
        """A message about the watched NPC; none without one."""
        if self._watched is None:
            return []
        game, key = self._watched
        return [Message(game, name, (key, *strings))]
