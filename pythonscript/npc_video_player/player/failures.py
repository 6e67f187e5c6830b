"""What is wrong, told to the game, or to its developer where the game does not listen."""

from __future__ import annotations

import re
from typing import Any

from godot import push_warning

__all__ = ["tell_doubt", "tell_failure"]

_NUMBERS = re.compile(r"\d+")
# Of which NPC what kind of failure is in the log already.
_logged: set[tuple[str, str]] = set()


def tell_failure(player: Any, npc_name: str, reason: str) -> None:
    """Emit `generation_failed`; without a listener, log each kind once for each NPC.

    A kind is what a reason says before its colon, whatever the numbers in it. Who hears it may
    destroy the player.
    """
    if not player.has_connections("generation_failed"):
        known = npc_name, _NUMBERS.sub("", reason.partition(":")[0])
        if known not in _logged:
            _logged.add(known)
            push_warning(
                f"{npc_name or player.name}: {reason} (Told once, as nothing is connected to"
                " generation_failed.)"
            )
    player.generation_failed.emit(reason)


def tell_doubt(npc_name: str, sentence: str) -> None:
    """Log once for each NPC what is probably not meant, and is answered all the same."""
    if (npc_name, sentence) not in _logged:
        _logged.add((npc_name, sentence))
        push_warning(f"{npc_name or 'NPC Video Player'}: {sentence}")
