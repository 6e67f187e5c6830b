"""Records the interactions of one player's NPC, for baking from a playthrough."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from godot import OS, ProjectSettings, push_warning

if TYPE_CHECKING:
    from npc_video import NpcResponseEvaluator, ToolInteraction
    from npc_video.baking.session import SessionWriter

    from .current_npc import CurrentNpc


class Recorder:
    """Records the interactions of `npc` in a file; only in games of developers.

    If the file cannot be written to, that is reported once, and the game goes on.
    """

    def __init__(self, npc: CurrentNpc):
        self._npc = npc
        self._path = ""
        self._writer: SessionWriter | None = None
        self._recorded: tuple[str, NpcResponseEvaluator] | None = None
        self._told_of = ""

    def begin(self, path: str) -> None:
        """Opens the file at `path`, unless it is open already; "" for none.

        Raises:
            GraphError: the NPC's graph is wrong.
        """
        self._path = path
        if not path or path == self._told_of or not OS.is_debug_build():
            self._writer = self._recorded = None
            return
        from npc_video.baking.session import SessionWriter  # which few games need

        evaluator = self._npc.evaluator
        if self._recorded != (path, evaluator):
            self._recorded = path, evaluator
            file = Path(ProjectSettings.globalize_path(path))
            self._writer = SessionWriter(file, self._npc.id)
            self._try(self._writer.begin, evaluator)

    def reaction(self, event: ToolInteraction) -> None:
        """Records an interaction that the NPC has answered."""
        if self._writer is not None:
            self._try(self._writer.interaction, event)

    def request(self, wanted: dict[str, Any]) -> None:
        """Records a request of the game for a clip of the NPC."""
        if self._writer is not None:
            self._try(self._writer.request, wanted)

    def _try(self, write: Any, what: Any) -> None:
        try:
            write(time.perf_counter(), what)
        except OSError as error:
            self._told_of, self._writer = self._path, None
            push_warning(
                f"NPC Video Player: session_file: {self._told_of} cannot be written to"
                f" ({error.strerror or error}): nothing is recorded."
            )
