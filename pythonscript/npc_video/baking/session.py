"""Finds the clips that were requested in recorded sessions, to bake them."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import InvalidDataError
from ..npc.evaluator import NpcResponseEvaluator
from ..npc.profile import Profile
from ..npc.recording import read_recording
from ..npc.replay import answers
from ..prediction.forecast import Forecast
from ..records import VideoParams

__all__ = ["NotPlayedError", "read_sessions"]


class NotPlayedError(InvalidDataError):
    """An NPC does not occur in recorded sessions."""


def read_sessions(paths: Sequence[Path], npc: Profile) -> Forecast:
    """The clips of this NPC in session files, with the answers that its graph gives now.

    Raises:
        OSError: a file cannot be read.
        GraphError: the NPC's graph is wrong.
        NotPlayedError: the NPC does not occur in them.
        InvalidDataError: a file holds something else; the text names it and the line.
    """
    evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
    npc_id = evaluator.metadata.npc.id
    recordings = [read_recording(path) for path in paths]
    sessions = [each for recording in recordings for each in recording.sessions]
    if not any(each.npc_id == npc_id for each in sessions):
        heard = dict.fromkeys(each.npc_id for each in sessions)
        known = f"only {', '.join(heard)} is" if heard else "nothing is"
        files = ", ".join(path.name for path in paths)
        raise NotPlayedError(
            f"{npc_id or 'The NPC'} is not recorded in {files}: {known}. Set the session_file of"
            " the player that shows the NPC, and play."
        )
    forecast = Forecast(evaluator.asked_for(VideoParams()) if npc.opens_with_generated else None)
    for session in sessions:
        if session.npc_id == npc_id:
            for _, answer in answers(session, npc):
                if answer.params is not None:
                    forecast.add(answer.params)
    return forecast
