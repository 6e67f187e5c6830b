"""Makes an NPC's state for a saved game: its memory, and what prediction has learned."""

from __future__ import annotations

import json
from reprlib import repr as shortened
from typing import TYPE_CHECKING, Any

from npc_video.errors import InvalidDataError

from ..sharing import npc_memory

if TYPE_CHECKING:
    from ..sharing.sources import Source
    from .current_npc import CurrentNpc

__all__ = ["load_state", "reset_state", "state_of"]

_VERSION = 1


def state_of(npc: CurrentNpc, source: Source | None) -> dict[str, Any]:
    """Returns the state as plain data.

    Args:
        source: the source that predicts the NPC, if there is one.

    Raises:
        GraphError: the NPC's graph is wrong.
    """
    learned = npc_memory.learned.get(npc.id) if source is None else source.learned(npc.id)
    graph = npc.evaluator.to_dict()
    state = {"version": _VERSION, "npc": npc.id, "graph": graph, "learned": learned or {}}
    return dict(json.loads(json.dumps(state)))


def load_state(saved: dict[str, Any], npc: CurrentNpc, source: Source | None) -> None:
    """Continues from the result of `state_of`.

    Raises:
        GraphError: the NPC's graph is wrong.
        InvalidDataError: `saved` is something else; nothing is changed then.
    """
    from npc_video.generation.planner import Planner  # 20 ms, for saved games
    from npc_video.prediction.blended import standard_predictor  # 10 ms, the same

    state = saved if isinstance(saved, dict) else {}
    graph, learned = state.get("graph"), state.get("learned")
    if state.get("version") != _VERSION or not isinstance(graph, dict):
        raise InvalidDataError(
            "This is not a saved state of an NPC: pass what save_state gave to load_state."
        )
    if (saved_id := state.get("npc")) != npc.id:
        raise InvalidDataError(
            f"This is the saved state of {shortened(saved_id)}, not of {npc.id!r}: pass each NPC"
            " its own to load_state."
        )
    if not isinstance(learned, dict):
        raise InvalidDataError(
            "This is not a saved state of an NPC: `learned` is not a Dictionary."
        )
    # Finds all errors before anything is changed.
    Planner().register("", standard_predictor(npc.evaluator, learned=learned), learned)
    npc.begin_anew(graph)
    _learn(npc, source, learned)


def reset_state(npc: CurrentNpc, source: Source | None) -> None:
    """Restarts the NPC, as in a new game.

    Raises:
        GraphError: the NPC's graph is wrong.
    """
    npc.begin_anew()
    _learn(npc, source, {})


def _learn(npc: CurrentNpc, source: Source | None, learned: dict[str, Any]) -> None:
    if source is None:
        npc_memory.learned[npc.id] = learned
    else:
        source.learn(npc.id, npc.evaluator, learned)
