"""What to generate while nobody waits: what is worth most for the time it takes.

The worth of a speculation is the probability that it is asked for × the probability that it is done
by then × how much more useful it is than what would be shown instead, ÷ the seconds it takes. An
upgrade of a clip on screen is valued in the same way, so the two compete.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any

from msgspec import Meta, Struct

from ..errors import InvalidDataError
from ..prediction.attention import Attention, Turn
from ..prediction.base import Observation, Proposal
from ..prediction.blended import BlendedPredictor
from ..prediction.matching import WHAT
from ..records import CacheKey, VideoParams
from ..saved import read_saved
from .pace import Pace
from .speculation_budget import SpeculationBudget

__all__ = ["CHEAPEST_USEFULNESS", "Planner", "QuietPeriod", "Speculation"]

CHEAPEST_USEFULNESS = 0.8
"""Of the exact clip at the cheapest preset; at the wanted one it is 1."""

# An interaction is answered on time if its clip is there this many seconds later.
_TOLERANCE_SECONDS = 0.5
# A hint of the game is believed for so long.
_HINT_SECONDS = 20.0


class QuietPeriod(Enum):
    """How long the game expects no interaction."""

    NONE = "none"
    UNTIL_NEXT = "until the next one"
    UNTIL_TOLD = "until told otherwise"


@dataclass(frozen=True, slots=True)
class Speculation:
    """A clip that may be needed, and its worth per second of generating."""

    params: VideoParams
    key: CacheKey
    worth: float


@dataclass(slots=True)
class _Need:
    """A clip with the probability that it is needed, and that it is done by then."""

    params: VideoParams
    key: CacheKey
    chance: float = 0.0
    in_time: float = 0.0


class _Saved(Struct, frozen=True):
    gaps: tuple[Annotated[float, Meta(ge=0.0)], ...] = ()
    turns: dict[str, Any] | None = None


_SAVED = _Saved.__struct_fields__


@dataclass(frozen=True, slots=True)
class _Hint:
    proposal: Proposal
    until: float


class Planner:
    """Knows what may be needed, when, and how likely; keeps one predictor for each NPC."""

    def __init__(self, pace: Pace | None = None, budget: SpeculationBudget | None = None):
        self.pace = pace or Pace()
        self.budget = budget or SpeculationBudget()
        self.quiet_period = QuietPeriod.NONE
        self._attention = Attention()
        self._predictors: dict[str, BlendedPredictor] = {}
        self._proposals: dict[str, tuple[list[Turn], list[Proposal]]] = {}
        self._hints: dict[CacheKey, _Hint] = {}

    def register(
        self, npc_id: str, predictor: BlendedPredictor, learned: Mapping[str, Any] | None = None
    ) -> None:
        """Expects from now on what `predictor` says of the NPC.

        Args:
            learned: what `learned` gave in an earlier session. What it says of how the player goes
                about is of all NPCs: it counts where more was seen then than since.

        Raises:
            InvalidDataError: `learned` is something else.
        """
        ours = {name: value for name, value in (learned or {}).items() if name in _SAVED}
        saved = read_saved(ours, _Saved, WHAT)
        if saved.turns is not None and saved.gaps:
            earlier = Attention.from_dict(saved.turns)
            if earlier.observed > self._attention.observed:
                self._attention = earlier
                self.pace.recall(saved.gaps)
        self._predictors[npc_id] = predictor

    def forget(self, npc_id: str) -> None:
        """The NPC is gone: nothing more is expected of it."""
        self._predictors.pop(npc_id, None)
        self._proposals.pop(npc_id, None)
        self._hints = {
            key: hint for key, hint in self._hints.items() if hint.proposal.params.npc_id != npc_id
        }

    def learned(self, npc_id: str) -> dict[str, Any]:
        """What is known of how the NPC is played with, and how the player goes about, as JSON.

        Raises:
            InvalidDataError: the NPC is not registered.
        """
        if npc_id not in self._predictors:
            raise InvalidDataError(f"npc_id: {npc_id!r} is unknown; call add_npc first.")
        return {
            **self._predictors[npc_id].to_dict(),
            "gaps": list(self.pace.gaps),
            "turns": self._attention.to_dict(),
        }

    @property
    def reliabilities(self) -> dict[str, dict[str, float]]:
        """By NPC and source: how often a prediction was right ÷ how often it expected to be."""
        return {npc_id: predictor.reliabilities for npc_id, predictor in self._predictors.items()}

    def observe(self, seen: Observation) -> None:
        """Learns from a request, and looks ahead from there."""
        npc_id = seen.params.npc_id
        self._hints.pop(seen.key, None)
        if self.quiet_period is QuietPeriod.UNTIL_NEXT:
            self.quiet_period = QuietPeriod.NONE
        self.pace.note(seen.at)
        self._attention.observe(npc_id)
        if npc_id in self._predictors:
            self._predictors[npc_id].observe(seen)
        self.look_ahead(seen.at)

    def look_ahead(self, now: float) -> None:
        """Finds what may be needed next of all NPCs: time has passed for each of them."""
        self._proposals = {
            other: (turns, self._predictors[other].propose(now, self.pace.median))
            for other, turns in self._attention.turns().items()
            if other in self._predictors
        }

    def hint(self, params: VideoParams, probability: float, now: float) -> None:
        """The game expects `params` next."""
        proposal = Proposal(params, params.cache_key(), probability, 1, "hint")
        self._hints[proposal.key] = _Hint(proposal, now + _HINT_SECONDS)

    def speculation(
        self,
        now: float,
        seconds: float,
        *,
        is_there: Callable[[CacheKey], bool],
        usefulness: Callable[[VideoParams], float],
    ) -> Speculation | None:
        """The clip most worth making; None if none is likely enough.

        Args:
            now: seconds.
            seconds: that making one takes.
            is_there: whether a clip need not be made.
            usefulness: of what would be shown without a clip, 0 to 1.
        """
        best: Speculation | None = None
        for need in sorted(self._needs(now, seconds), key=lambda need: -need.in_time):
            most = need.in_time * CHEAPEST_USEFULNESS / seconds
            if most <= (best.worth if best else 0.0):
                break  # nor can one of those after it be worth more
            if not is_there(need.key):
                worth = most - need.in_time * usefulness(need.params) / seconds
                if worth > (best.worth if best else 0.0):
                    best = Speculation(need.params, need.key, worth)
        return best

    def upgrade_worth(self, now: float, seconds: float, gain: float) -> float:
        """Per second of generating, of making a clip on screen more useful by `gain`."""
        return self._chance_in_time(now, seconds + _TOLERANCE_SECONDS, 1) * gain / seconds

    def _needs(self, now: float, seconds: float) -> list[_Need]:
        """Clips likely enough to be needed, each once."""
        in_time: dict[int, float] = {}
        needs: dict[CacheKey, _Need] = {}
        for chance, step, proposal in self._expected(now):
            if step not in in_time:
                in_time[step] = self._chance_in_time(now, seconds, step)
            need = needs.setdefault(proposal.key, _Need(proposal.params, proposal.key))
            need.chance += chance
            need.in_time += chance * in_time[step]
        least = self.budget.least_probability
        return [need for need in needs.values() if need.chance >= least]

    def _expected(self, now: float) -> list[tuple[float, int, Proposal]]:
        """Proposals with the probability that they come true so many interactions from now."""
        expected = [
            (turn.probability * proposal.probability, turn.step, proposal)
            for turns, proposals in self._proposals.values()
            for turn in turns
            for proposal in proposals
            if turn.nth == proposal.step
        ]
        hints = [hint.proposal for hint in self._hints.values() if now < hint.until]
        return expected + [(proposal.probability, 1, proposal) for proposal in hints]

    def _chance_in_time(self, now: float, seconds: float, step: int) -> float:
        if self.quiet_period is not QuietPeriod.NONE:
            return 1.0
        return self.pace.chance(now, seconds - _TOLERANCE_SECONDS, step)
