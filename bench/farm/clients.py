"""Asks a farm for clips as the game of one player does: a small copy of `GenerationCore`'s rules.

The newest look is urgent, at the cheapest preset. Once it is there, and still the newest, a better
one is asked for. Meanwhile the game asks for the look that it expects next. Requests that a newer
look has overtaken are left if they have not begun.
"""

import hashlib
import math
import random
from dataclasses import dataclass, field

from npc_video import QUALITY_PRESETS
from npc_video.quality import typical_seconds
from npc_video.records import Purpose, QualityPreset

from .world import Moment

__all__ = ["MAX_WAIT_SECONDS", "Client", "Moves", "Want", "drawn_seconds"]

MAX_WAIT_SECONDS = 5.0
_SPREAD = 0.25
_FIRST, _BETTER = QUALITY_PRESETS["realtime"], QUALITY_PRESETS["fast"]


@dataclass(frozen=True, slots=True)
class Want:
    """A clip to ask for.

    Attributes:
        due_in: seconds; None if nobody waits for it.
    """

    look: str
    player: int
    game: int
    purpose: Purpose
    preset: QualityPreset
    due_in: float | None = None

    @property
    def key(self) -> str:
        """Equal for equal clips."""
        return f"{self.look} {self.preset.name}"

    @property
    def seconds(self) -> float:
        """The time that it takes a worker."""
        return drawn_seconds(self.look, self.preset)


def drawn_seconds(look: str, preset: QualityPreset) -> float:
    """The time of a clip on a worker: lognormal around the preset's usual time."""
    digest = hashlib.blake2b(f"{look} {preset.name}".encode(), digest_size=8).digest()
    return typical_seconds(preset) * math.exp(random.Random(digest).gauss(0.0, _SPREAD))


@dataclass(slots=True)
class Moves:
    """The consequences of an event: keys to leave if they have not begun, then clips to ask for."""

    leaves: list[str] = field(default_factory=list)
    asks: list[Want] = field(default_factory=list)


class Client:
    """The game of one player."""

    def __init__(self, player: int, game: int):
        self._player, self._game = player, game
        self._look = ""
        self._wanted: list[str] = []
        self._guessed = ""

    def react(self, moment: Moment) -> Moves:
        """Shows another look."""
        urgent = self._want(moment.look, Purpose.URGENT)
        moves = Moves([*self._wanted])
        self._look, self._wanted = moment.look, []
        if self._guessed and (urgent is None or self._guessed != urgent.key):
            moves.leaves.append(self._guessed)
        self._guessed = ""
        if urgent is not None:
            self._wanted = [urgent.key]
            moves.asks.append(urgent)
        guess = self._want(moment.guess, Purpose.SPECULATION)
        if guess is not None:
            self._guessed = guess.key
            moves.asks.append(guess)
        return moves

    def arrive(self, key: str) -> Want | None:
        """The better clip of a look that has arrived; None if that is shown no longer."""
        if not self._wanted or key != self._wanted[0] or len(self._wanted) > 1:
            return None
        better = self._want(self._look, Purpose.UPGRADE)
        if better is not None:
            self._wanted.append(better.key)
        return better

    def _want(self, look: str, purpose: Purpose) -> Want | None:
        if not look:
            return None
        preset = _BETTER if purpose is Purpose.UPGRADE else _FIRST
        due_in = MAX_WAIT_SECONDS if purpose is Purpose.URGENT else None
        return Want(look, self._player, self._game, purpose, preset, due_in)
