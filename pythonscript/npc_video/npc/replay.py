"""Plays recorded sessions again, with the same turns at the same times."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..graph.nodes.state import Machine
from ..records import ToolInteraction, VideoParams
from .evaluator import NpcResponseEvaluator
from .profile import Profile
from .recording import Session, Turn

__all__ = ["Answer", "answers"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An NPC's answer to one turn.

    Attributes:
        params: of the clip; None if there is no answer.
        refusal: a sentence with the reason for that, else "".
        machines: the state of each state machine after the turn, by the id of its node.
    """

    params: VideoParams | None
    refusal: str
    machines: Mapping[str, str]


def answers(session: Session, npc: Profile) -> Iterator[tuple[Turn, Answer]]:
    """The turns of a session, each with the answer that `npc` gives; equal in every process.

    Raises:
        GraphError: the NPC's graph is wrong.
        InvalidDataError: the recorded state is.
    """
    evaluator = session.evaluator(npc).copy()  # a copy writes nothing to the log
    for turn in session.turns:
        yield turn, _answer(turn, evaluator)


def _answer(turn: Turn, evaluator: NpcResponseEvaluator) -> Answer:
    refusal = ""
    params: VideoParams | None
    if isinstance(turn.what, ToolInteraction):
        params = evaluator.evaluate_at(turn.what, turn.at)
        if params is None:
            refusal = evaluator.refusal_at(turn.what, turn.at)
    else:
        params = evaluator.asked_for(turn.what)
    return Answer(params, refusal, _machines(evaluator))


def _machines(evaluator: NpcResponseEvaluator) -> dict[str, str]:
    nodes = zip(evaluator.metadata.program.stateful, evaluator.state.cells, strict=True)
    return {node_id: str(cell) for (node_id, node), cell in nodes if isinstance(node, Machine)}
