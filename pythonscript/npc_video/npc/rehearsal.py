"""Tries an NPC while it is being written: its answers, or why there are none.

The turns are kept, and after each change of the NPC they are played again. So a change shows what
it does to all that was tried, also to a recorded session.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import GraphError, NpcVideoError
from ..graph.tracing import TracedTurn
from ..graph.vocabulary import known_patterns, known_tools, known_zones
from ..records import ToolInteraction, VideoParams
from .evaluator import NpcResponseEvaluator
from .profile import Profile
from .recording import Session, Turn

__all__ = ["Rehearsal", "RehearsedTurn"]

_BROKEN = "The NPC cannot answer until the mistakes in its graph are fixed."


@dataclass(frozen=True, slots=True)
class RehearsedTurn:
    """A touch, or the game's request for a clip, and the NPC's answer.

    Attributes:
        at: seconds since the first touch, or since the beginning of the recorded session.
        answer: its parameters, or a sentence with the reason why there is none.
        traced: the values that led to it; None without an answer, and for a request, which does not
            run the graph.
    """

    at: float
    what: ToolInteraction | VideoParams
    answer: VideoParams | str
    traced: TracedTurn | None


class Rehearsal:
    """Plays turns by hand, or those of a recorded session. Times are seconds of any clock.

    Attributes:
        npc: the present version.
        problems: sentences about its problems.
        tools, zones, patterns: known by name; of the last version that worked.
        session: the recorded session that is played; None without one.
        turns: those that were played, with the answers of the last version that worked.
    """

    def __init__(self, npc: Profile):
        self._evaluator: NpcResponseEvaluator | None = None
        self._fault = ""
        self._played: list[tuple[float, ToolInteraction | VideoParams]] = []
        self._rest: Sequence[Turn] = ()
        self.session: Session | None = None
        self.tools: list[str] = []
        self.zones: list[str] = []
        self.patterns: list[str] = []
        self.turns: list[RehearsedTurn] = []
        self.change(npc)

    @property
    def now(self) -> float:
        """The time of the last turn; before the first one, that of the beginning."""
        if self._played:
            return self._played[-1][0]
        return 0.0 if self.session is None else self.session.at

    @property
    def left(self) -> int:
        """The number of turns of the session that were not played yet."""
        return len(self._rest)

    def change(self, npc: Profile) -> None:
        """Replaces the NPC, and plays all turns again."""
        self.npc, self.problems = npc, npc.problems()
        self._replay()

    def begin(self, session: Session | None) -> None:
        """Forgets all turns, and takes up a recorded session, or none.

        The session is played by its own profile, but on the graph of the NPC.
        """
        self.session = session
        self.reset()

    def reset(self) -> None:
        """Forgets all turns; a session begins anew."""
        self._rest = () if self.session is None else self.session.turns
        self._played, self.turns = [], []
        self._replay()

    def react(self, touch: ToolInteraction, now: float) -> VideoParams | str:
        """The NPC's answer, or a sentence with the reason why there is none.

        The rest of a session is given up: it would have gone on differently.
        """
        if not touch.tool_id:
            return "Choose a tool to touch the NPC with."
        if self._evaluator is None:
            return self._fault
        self._rest = ()
        return self._play(self._evaluator, now, touch)

    def step(self, count: int = 1) -> str:
        """Plays the next turns of the session; returns a sentence if it cannot be played."""
        if self._evaluator is None:
            return self._fault
        for turn in self._rest[:count]:
            self._play(self._evaluator, turn.at, turn.what)
        self._rest = self._rest[count:]
        return ""

    # ---- Playing ----

    def _replay(self) -> None:
        """Plays the turns again from the beginning; without a way to, their answers stay."""
        try:
            evaluator = self._evaluator = self._beginning()
        except GraphError:
            self._evaluator, self._fault = None, _BROKEN
            return
        except NpcVideoError as error:
            self._evaluator, self._fault = None, str(error)
            return
        metadata = evaluator.metadata
        self.tools, self.zones = known_tools(metadata), known_zones(metadata)
        self.patterns = known_patterns(metadata)
        played, self._played, self.turns = self._played, [], []
        for at, what in played:
            self._play(evaluator, at, what)

    def _beginning(self) -> NpcResponseEvaluator:
        """An evaluator before the first turn.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: the recorded state is.
        """
        npc, session = self.npc, self.session
        if session is None:
            evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
        else:
            recorded = session.npc or Profile()
            evaluator = session.evaluator(replace(recorded, document=npc.document))
        return evaluator.copy()  # a copy writes nothing to the log, however often it plays

    def _play(
        self, evaluator: NpcResponseEvaluator, at: float, what: ToolInteraction | VideoParams
    ) -> VideoParams | str:
        self._played.append((at, what))
        traced: TracedTurn | None = None
        answer: VideoParams | str
        since = at - (self._played[0][0] if self.session is None else self.session.at)
        if isinstance(what, VideoParams):
            answer = evaluator.asked_for(what)
        elif (found := evaluator.traced_at(what, at)) is not None:
            traced, answer = replace(found, at=since), found.answer
        else:
            answer = evaluator.refusal_at(what, at)
        self.turns.append(RehearsedTurn(since, what, answer, traced))
        return answer
