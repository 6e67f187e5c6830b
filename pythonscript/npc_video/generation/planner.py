"""Plans what to generate while nobody waits: the most value for the time it takes.

The value of a speculation is the probability of the request × the probability that it is finished
by then × its gain in usefulness over the fallback ÷ the seconds it takes. An upgrade of a clip on
screen is valued in the same way, so the two compete.
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
"""The usefulness of the exact clip at the cheapest preset; at the wanted one it is 1."""

# A clip that is there this many seconds after the interaction is in time.
_TOLERANCE_SECONDS = 0.5
# The lifetime of a hint from the game.
_HINT_SECONDS = 20.0


class QuietPeriod(Enum):
    """A time in which the game expects no interaction."""

    NONE = "none"
    UNTIL_NEXT = "until the next one"
    UNTIL_TOLD = "until told otherwise"


@dataclass(frozen=True, slots=True)
class Speculation:
    """A clip that may be needed, and its value per second of generating."""

    params: VideoParams
    key: CacheKey
    worth: float


@dataclass(slots=True)
class _Need:
    """A clip, the probability that it is needed, and that of being finished by then."""

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
    """Knows which clips may be needed, when, and how likely; has one predictor for each NPC."""

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
        """Adds an NPC and its predictor.

        Args:
            learned: the result of `learned` in an earlier session. The part about the player's pace
                and turns applies to all NPCs. It is used if it has more data than this session.

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
        """Removes an NPC."""
        self._predictors.pop(npc_id, None)
        self._proposals.pop(npc_id, None)
        self._hints = {
            key: hint for key, hint in self._hints.items() if hint.proposal.params.npc_id != npc_id
        }

    def learned(self, npc_id: str) -> dict[str, Any]:
        """The learned state of the NPC and of the player's habits, as JSON.

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
        """Learns from a request; `look_ahead` predicts what follows."""
        npc_id = seen.params.npc_id
        self._hints.pop(seen.key, None)
        if self.quiet_period is QuietPeriod.UNTIL_NEXT:
            self.quiet_period = QuietPeriod.NONE
        self.pace.note(seen.at)
        self._attention.observe(npc_id)
        if npc_id in self._predictors:
            self._predictors[npc_id].observe(seen)

    def look_ahead(self, now: float) -> None:
        """Updates the predictions for all NPCs, because time has passed for each of them."""
        self._proposals = {
            other: (turns, self._predictors[other].propose(now, self.pace.median))
            for other, turns in self._attention.turns().items()
            if other in self._predictors
        }

    def hint(self, params: VideoParams, probability: float, now: float) -> None:
        """Notes that the game expects `params` next."""
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
        """The clip most worth generating; None if none is likely enough.

        Args:
            now: seconds.
            seconds: the time to generate one.
            is_there: whether a clip need not be generated.
            usefulness: of the fallback for a clip, 0 to 1.
        """
        best: Speculation | None = None
        for need in sorted(self._needs(now, seconds), key=lambda need: -need.in_time):
            most = need.in_time * CHEAPEST_USEFULNESS / seconds
            if most <= (best.worth if best else 0.0):
                break  # the following ones cannot be worth more
            if not is_there(need.key):
                worth = most - need.in_time * usefulness(need.params) / seconds
                if worth > (best.worth if best else 0.0):
                    best = Speculation(need.params, need.key, worth)
        return best

    def upgrade_worth(self, now: float, seconds: float, gain: float) -> float:
        """The value per second of generating of an upgrade that gains this much usefulness."""
        return self._chance_in_time(now, seconds + _TOLERANCE_SECONDS, 1) * gain / seconds

    def _needs(self, now: float, seconds: float) -> list[_Need]:
        """Different clips that are likely enough to be needed."""
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
        """Proposals, each with its probability and the interaction at which it may come true."""
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
