"""Opens a recorded session, to be played on the open graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from godot import Control, EditorFileDialog, OptionButton, VBoxContainer
from npc_video.errors import InvalidDataError
from npc_video.npc.recording import Recording, Session, read_recording

from .. import look
from ..graph_import import choose_file

__all__ = ["SessionBar"]


class SessionBar:
    """The button that opens a file, and `root` around what is there for an open one.

    Args:
        begin: takes up a session, or none.
        play: plays so many of its next turns.

    Attributes:
        opener: the button.
    """

    def __init__(self, begin: Callable[[Session | None], None], play: Callable[[int], None]):
        self._begin = begin
        self._recording: Recording | None = None
        self._left = 0
        self.opener = look.button(
            "Session…",
            "Load",
            "Plays a recorded session of the game on this graph. See session_file of the player.",
            self._ask,
        )
        self._step = look.button(
            "Step", "NextFrame", "Plays the next turn of the session.", lambda: play(1)
        )
        self._rest = look.button(
            "Play All", "TransitionEnd", "Plays the rest of the session.", lambda: play(self._left)
        )
        self._close = look.button(
            "Close", "Close", "Forgets the session, for touches by hand.", self.close
        )
        self._sessions = OptionButton()
        self._sessions.tooltip_text = "The session of the file that is played."
        self._sessions.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._sessions.clip_text = True
        self._sessions.item_selected.connect(self._choose)
        self._told = look.text()
        self.root = VBoxContainer()
        for part in (
            self._sessions,
            look.flow(self._step, self._rest, self._close),
            self._told,
        ):
            self.root.add_child(part)
        self.show(0)

    def show(self, left: int) -> None:
        """Offers what can be done while so many turns of the session are left."""
        self._left = left
        is_open = self._recording is not None
        for part in (self._sessions, self._step, self._rest, self._close):
            part.visible = is_open
        self._step.disabled = self._rest.disabled = not left

    def close(self) -> None:
        """Forgets the session, if there is one."""
        if self._recording is not None:
            self._recording = None
            look.tell(self._told, "")
            self._begin(None)

    def _ask(self) -> None:
        mode = EditorFileDialog.FILE_MODE_OPEN_FILE
        choose_file(mode, self._open, "jsonl", "Recorded sessions")

    def _open(self, path: str) -> None:
        try:
            recording = read_recording(Path(path))
        except (InvalidDataError, OSError) as error:
            look.tell(self._told, str(error), look.FAULT)
            return
        if not recording.sessions:
            words = f"Nothing is recorded in {recording.file}: record a session first."
            look.tell(self._told, words, look.FAULT)
            return
        self._recording = recording
        lines = ", ".join(map(str, recording.cut))
        words = f"Incomplete lines of {recording.file} are left out: {lines}." if lines else ""
        look.tell(self._told, words, look.WARNING)
        self._sessions.clear()
        for session in recording.sessions:
            count = len(session.turns)
            turns = "1 turn" if count == 1 else f"{count} turns"
            who = session.npc_id or "NPC"
            self._sessions.add_item(f"{recording.file}, line {session.line}: {who}, {turns}")
        self._choose(0)

    def _choose(self, index: int) -> None:
        if self._recording is not None:
            self._begin(self._recording.sessions[index])
