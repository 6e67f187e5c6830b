"""Carries messages between the editor and the games that it runs, through the debugger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from godot import EditorDebuggerPlugin, exposed
from npc_video.live.games import Message
from npc_video.live.messages import PREFIX

__all__ = ["LiveLink", "NpcLiveDebugger"]


class LiveLink:
    """A link to all running games, each with a number, from 0.

    Args:
        heard: called with a game, the name of its message and the strings of that.
        ended: called with a game that has begun or ended: earlier messages are void.

    Attributes:
        plugin: what the editor adds to its debugger.
    """

    def __init__(
        self, heard: Callable[[int, str, Sequence[str]], None], ended: Callable[[int], None]
    ):
        self.heard = heard
        self.ended = ended
        self.plugin = NpcLiveDebugger()
        self.plugin._link = self

    def send(self, messages: Iterable[Message]) -> None:
        """Sends messages to games; those that have ended get none."""
        for message in messages:
            session = self.plugin.get_session(message.game)
            if session is not None and session.is_active():
                session.send_message(f"{PREFIX}:{message.name}", [*message.strings])


@exposed(hidden=True)
class NpcLiveDebugger(EditorDebuggerPlugin):
    """The debugger's side of a `LiveLink`."""

    def __init__(self) -> None:
        self._link: LiveLink | None = None

    def _setup_session(self, session_id: int) -> None:
        session = self.get_session(session_id)
        session.started.connect(partial(self._end, session_id))
        session.stopped.connect(partial(self._end, session_id))

    def _has_capture(self, capture: str) -> bool:
        return capture == PREFIX

    def _capture(self, message: str, data: Sequence[str], session_id: int) -> bool:
        if self._link is not None:
            self._link.heard(session_id, message, [str(each) for each in data])
        return True

    def _end(self, session_id: int) -> None:
        if self._link is not None:
            self._link.ended(session_id)
