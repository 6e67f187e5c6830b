"""Decides for the game which turns of a watched NPC the editor gets, and where the game pauses."""

from ..graph.tracing import TracedTurn

__all__ = ["Watch"]

_SECONDS = 0.1


class Watch:
    """Spaces the turns of one NPC: at most ten a second, and always the last one.

    Attributes:
        pause_at: the node and the state that pause the game when it is entered; None for none.
    """

    def __init__(self) -> None:
        self.pause_at: tuple[str, str] | None = None
        self._sent = -_SECONDS
        self._waiting: TracedTurn | None = None

    def add(self, turn: TracedTurn, now: float) -> float | None:
        """Takes a turn to be sent instead of one that still waits.

        Returns:
            the seconds until `take` has to be called; None if that is known from an earlier turn.
        """
        waited, self._waiting = self._waiting, turn
        return None if waited is not None else max(0.0, self._sent + _SECONDS - now)

    def take(self, now: float) -> TracedTurn | None:
        """The turn to be sent now; None if it has been taken."""
        turn, self._waiting = self._waiting, None
        if turn is not None:
            self._sent = now
        return turn

    def enters(self, before: object, turn: TracedTurn) -> bool:
        """Whether a turn leads into the state that pauses the game.

        Args:
            before: the memory of that node before the turn.
        """
        if self.pause_at is None or self.pause_at[0] not in turn.trace:
            return False
        node, state = self.pause_at
        return before != state == turn.trace[node].cell
