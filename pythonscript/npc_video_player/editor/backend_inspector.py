"""Adds buttons to backends that test them and make a clip."""

from __future__ import annotations

from typing import Any

from godot import EditorInspectorPlugin, VBoxContainer, exposed
from npc_video import QUALITY_PRESETS
from npc_video.doctor.backends import Examined, examine, facts
from npc_video.errors import NpcVideoError

from ..resources.backend_resources import NpcBackend, make_backend
from ..sharing.background_job import BackgroundJob
from . import look

__all__ = ["NpcBackendInspector"]

_PRESET = "realtime"


@exposed(hidden=True)
class NpcBackendInspector(EditorInspectorPlugin):
    """Adds "Test connection" to backends."""

    def _can_handle(self, edited: Any) -> bool:
        return isinstance(edited, NpcBackend)

    def _parse_begin(self, edited: Any) -> None:
        self.add_custom_control(BackendTest(edited).root)


class BackendTest:
    """Asks a backend for its health, and for a clip on request; `root` is the control."""

    def __init__(self, backend: NpcBackend):
        self._backend = backend
        self._job: BackgroundJob | None = None
        self._test = look.button(
            "Test Connection",
            "Reload",
            "Asks the generator whether it works. No clip is made, so it costs nothing.",
            lambda: self._begin(None),
        )
        self._make = look.button(
            "Make a Test Clip",
            "VideoStreamPlayer",
            f"Has one clip made, in the preset {_PRESET}. A service may charge for it.",
            lambda: self._begin(_PRESET),
        )
        self._cancel = look.button("Cancel", "Stop", "Gives the test up.", self._give_up)
        self._state = look.text()
        self._facts = look.Facts()
        self.root = VBoxContainer()
        buttons = look.flow(self._test, self._make, self._cancel)
        for part in (buttons, self._state, self._facts.root):
            self.root.add_child(part)
        self._end("")
        self.root.tree_entered.connect(lambda: backend.changed.connect(self._forget))
        self.root.tree_exiting.connect(self._leave)

    def _begin(self, preset: str | None) -> None:
        self._forget()
        try:
            backend = make_backend(self._backend)
        except NpcVideoError as error:
            self._end(str(error), look.FAULT)
            return

        async def work(tell: Any) -> Examined:
            try:
                return await examine(backend, QUALITY_PRESETS.get(preset or ""))
            finally:
                await backend.close()

        self._is_busy(True)
        look.tell(self._state, "Asking…" if preset is None else "Making a clip…")
        self._job = BackgroundJob(work, self._show, lambda reason: self._end(reason, look.FAULT))

    def _show(self, examined: Examined) -> None:
        works = examined.is_reachable and not examined.problems
        self._end("It works." if works else "It does not work.", "" if works else look.FAULT)
        self._facts.show(
            (what.capitalize(), fact, look.WARNING if what == "problem" else "")
            for what, fact in facts(examined)
        )

    def _end(self, words: str, colour: str = "") -> None:
        self._job = None
        self._is_busy(False)
        look.tell(self._state, words, colour)

    def _is_busy(self, is_busy: bool) -> None:
        self._test.visible = self._make.visible = not is_busy
        self._cancel.visible = is_busy

    def _give_up(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._end("Cancelled.")

    def _forget(self) -> None:
        """Drops the results, which are out of date."""
        self._give_up()
        self._facts.show(())
        look.tell(self._state, "")

    def _leave(self) -> None:
        self._give_up()
        self._backend.changed.disconnect(self._forget)
