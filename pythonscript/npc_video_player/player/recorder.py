"""Records the interactions of one player's NPC in a session file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from godot import OS, ProjectSettings, push_warning
from npc_video import VideoParams
from npc_video.errors import InvalidDataError

from ..sharing.session_files import OpenFile

if TYPE_CHECKING:
    from npc_video import ToolInteraction
    from npc_video.npc.evaluator import EvaluatorState

    from .current_npc import CurrentNpc


class Recorder:
    """Records the interactions of `npc`, and the game's requests.

    Whenever its memory becomes another one, for example that of a saved game, a new session begins
    in the file. A file that cannot be written to is reported once, and the game goes on.
    """

    def __init__(self, npc: CurrentNpc):
        self._npc = npc
        self._file: OpenFile | None = None
        self._named = ""  # for messages: the setting or method, and the path
        self._session_file = ""  # as it was followed last
        # The state with which the present session goes on.
        self._state: EvaluatorState | None = None

    def follow(self, session_file: str) -> None:
        """Records in the file that the setting names, if it has changed; only for developers.

        Raises:
            GraphError: the NPC's graph is wrong.
        """
        if session_file != self._session_file:
            self._session_file = session_file
            self.record(session_file if OS.is_debug_build() else "", "session_file")

    def record(self, path: str, asked_by: str) -> bool:
        """Records in the file at `path` instead of an earlier one; "" for none.

        Args:
            asked_by: the setting or the method, for messages.

        Returns:
            whether that was done; the log has the reason if not.

        Raises:
            GraphError: the NPC's graph is wrong; nothing is recorded then.
        """
        self.end()
        if not path:
            return True
        header = self._header(time.perf_counter())
        self._named = f"{asked_by}: {path}"
        if path.startswith("res://") and OS.has_feature("template"):
            push_warning(
                f"NPC Video Player: {self._named}: an exported game cannot write to its own files:"
                " use user://."
            )
            return False
        try:
            self._file = OpenFile(Path(ProjectSettings.globalize_path(path)))
        except OSError as error:
            self._warn(error)
            return False
        except InvalidDataError as error:
            push_warning(f"NPC Video Player: {self._named}: nothing is recorded: {error}")
            return False
        self._file.write(header)
        return True

    def interaction(self, at: float, event: ToolInteraction) -> None:
        """Records an interaction before the NPC answers it, at this time, or refuses to."""
        if self._file is not None:
            self._turn(at, event, self._file)

    def request(self, wanted: dict[str, Any]) -> None:
        """Records a request of the game for a clip of the NPC."""
        if self._file is not None:
            self._turn(time.perf_counter(), VideoParams.from_dict(wanted), self._file)

    def end(self) -> None:
        """Ends the recording, if there is one."""
        file, self._file, self._state = self._file, None, None
        if file is not None:
            file.close()
            if file.error is not None:
                self._warn(file.error)

    def _turn(self, at: float, what: ToolInteraction | VideoParams, file: OpenFile) -> None:
        from npc_video.npc.recording import turn_line  # which few games need

        if file.error is not None:
            self.end()
            return
        if self._npc.evaluator.state is not self._state:
            file.write(self._header(at))
        file.write(turn_line(at, what))

    def _header(self, at: float) -> bytes:
        """Returns the line that begins a session with the NPC as it is now."""
        from npc_video.npc.recording import header_line  # which few games need

        evaluator = self._npc.evaluator
        self._state = evaluator.state
        return header_line(at, self._npc.profile, evaluator)

    def _warn(self, error: OSError) -> None:
        push_warning(
            f"NPC Video Player: {self._named} cannot be written to ({error.strerror or error}):"
            " nothing more is recorded."
        )
