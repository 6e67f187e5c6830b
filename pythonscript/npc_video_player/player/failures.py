"""Reports failures and doubts of one player to the game, or to its developer in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from godot import Signal, push_warning

__all__ = ["Failures"]

_NUMBERS = re.compile(r"\d+")
# The kinds of failure that are in the log already, by NPC.
_logged: set[tuple[str, str]] = set()


class Listened(Protocol):
    """A node with a signal for failures."""

    name: str

    @property
    def generation_failed(self) -> Signal: ...

    def has_connections(self, signal: str, /) -> bool: ...


class Failures:
    """Reports failures with the signal of `player`, which shows an NPC called `npc_name()`."""

    def __init__(self, player: Listened, npc_name: Callable[[], str]):
        self._player, self._npc_name = player, npc_name

    def fail(self, reason: str) -> None:
        """Emits `generation_failed`; without a listener, logs each kind once for each NPC.

        The kind is the part of a reason before its colon, without numbers. A listener may destroy
        the player.
        """
        if not self._player.has_connections("generation_failed"):
            npc_name = self._npc_name()
            known = npc_name, _NUMBERS.sub("", reason.partition(":")[0])
            if known not in _logged:
                _logged.add(known)
                push_warning(
                    f"{npc_name or self._player.name}: {reason} (Told once, as nothing is connected"
                    " to generation_failed.)"
                )
        self._player.generation_failed.emit(reason)

    def doubt(self, sentence: str) -> None:
        """Logs a probable mistake, which is answered all the same, once for each NPC."""
        npc_name = self._npc_name()
        if (npc_name, sentence) not in _logged:
            _logged.add((npc_name, sentence))
            push_warning(f"{npc_name or 'NPC Video Player'}: {sentence}")
