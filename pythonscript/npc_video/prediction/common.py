"""What an NPC is likely to show at all, before anything is known of the player."""

from collections.abc import Iterator
from dataclasses import replace

from ..evaluator import NpcResponseEvaluator
from ..records import ToolInteraction, VideoParams

__all__ = ["common_states", "get_common_npc_states"]

_COMMON = (
    ("neutral", "idle", "neutral", 1.0),
    ("happy", "nod", "pleased", 0.8),
    ("curious", "tilt", "interested", 0.7),
    ("interested", "lean_in", "interested", 0.6),
    ("surprised", "startle", "surprised", 0.5),
    ("sad", "idle", "sad", 0.4),
    ("annoyed", "shake", "annoyed", 0.3),
)
_INTENSITY = 0.5
# Of a look that the graph allows and that is not among the common ones.
_OTHER_WEIGHT = 0.2
_FIRST_TOUCH_WEIGHT = 0.9


def get_common_npc_states(npc: VideoParams) -> list[tuple[VideoParams, float]]:
    """What most NPCs show, with weights from 0 to 1, the likeliest first.

    Args:
        npc: who it is and in what style; its expression, emotion and animation do not matter.
    """
    return [
        (_look(npc, expression, animation, emotion), weight)
        for expression, animation, emotion, weight in _COMMON
    ]


def common_states(
    npc: VideoParams, evaluator: NpcResponseEvaluator
) -> list[tuple[VideoParams, float]]:
    """What this NPC's graph answers to a first touch, and what else it can show.

    Args:
        npc: as in `get_common_npc_states`.
        evaluator: of the NPC; not changed.
    """
    weights = {expression: weight for expression, _, _, weight in _COMMON}
    found = [
        (
            _look(npc, state.expression, state.animation, state.emotion),
            weights.get(state.expression, _OTHER_WEIGHT),
        )
        for state in evaluator.reachable_states()
    ]
    found += [(params, _FIRST_TOUCH_WEIGHT) for params in _first_answers(evaluator)]
    return sorted(found, key=lambda state: -state[1])


def _first_answers(evaluator: NpcResponseEvaluator) -> Iterator[VideoParams]:
    for tool in evaluator.metadata.interaction.enabled_tools:
        name = tool if isinstance(tool, str) else tool.id
        params = evaluator.copy().evaluate_at(ToolInteraction(name, name), 0.0)
        if params is not None:
            yield params


def _look(npc: VideoParams, expression: str, animation: str, emotion: str) -> VideoParams:
    return replace(
        npc,
        expression=expression,
        animation=animation,
        emotion=emotion,
        intensity=_INTENSITY,
    )
