"""Implements the dialog that makes the clips a game ships with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import npc_video
from godot import (
    Button,
    CheckBox,
    ConfirmationDialog,
    Control,
    EditorFileDialog,
    EditorInterface,
    EditorSpinSlider,
    HBoxContainer,
    LineEdit,
    ProgressBar,
    ProjectSettings,
    ScrollContainer,
    VBoxContainer,
    Vector2,
)
from npc_video import NpcResponseEvaluator, Profile, VideoParams
from npc_video.backends.pictures import Pictures
from npc_video.baking.bake import BakeProgress, ClipToBake, bake
from npc_video.baking.session import read_sessions
from npc_video.cache.baked import BakedFolder
from npc_video.errors import NpcVideoError
from npc_video.prediction.forecast import Forecast, Walk

from ..resources.backend_resources import NpcBackend
from ..resources.game_files import read_picture
from ..sharing.background_job import BackgroundJob
from . import look
from .trial import backend_for

__all__ = ["BakeDialog", "bake_button"]

_FOLDER = "res://baked"
_WIDTH, _MISSED_HEIGHT = 460, 110


class BakeDialog:
    """Makes the clips that an NPC is most often asked for, into a folder of the project.

    Args:
        baked: called with the folder when there are clips in it.
    """

    def __init__(
        self,
        npc: Profile,
        backend: NpcBackend | None,
        preset: str,
        folder: str = "",
        baked: Callable[[str], None] = lambda folder: None,
    ):
        self.backend, self.preset = backend, preset
        self._npc, self._baked = npc, baked
        self._job: BackgroundJob | None = None
        self._walk: BackgroundJob | None = None
        self._forecast = Forecast()
        self._progress: BakeProgress | None = None
        self._dialog = ConfirmationDialog()
        self._dialog.title = "Bake Common States"
        self._dialog.ok_button_text, self._dialog.cancel_button_text = "Bake", "Close"
        # The editor stays usable meanwhile.
        self._dialog.exclusive = self._dialog.dialog_hide_on_ok = False
        self._folder = LineEdit()
        self._folder.text = folder or _FOLDER
        self._count = EditorSpinSlider()
        self._count.min_value = 1.0
        self._count.value_changed.connect(lambda _count: self._tell_rate())
        self._session = LineEdit()
        self._session.placeholder_text = "what players are likely to do"
        self._session.text_submitted.connect(lambda _path: self._foresee())
        self._anew = CheckBox()
        self._anew.text = "Also what is in the folder already"
        self._bar = ProgressBar()
        self._bar.max_value = 1.0
        self._running = self._bar_row()
        self._state, self._missed = look.text(), look.text("", look.FAULT)
        # Wrapped in no width at all it would make the dialog as high as the screen.
        self._state.custom_minimum_size = Vector2(look.scaled(_WIDTH), 0)
        self._missed_box = _scrolled(self._missed)
        self._dialog.add_child(self._rows())
        self._dialog.confirmed.connect(self._begin)
        self._dialog.visibility_changed.connect(self._leave)
        self._wait()
        self._foresee()

    def open(self) -> None:
        EditorInterface.popup_dialog_centered(self._dialog)

    def _rows(self) -> VBoxContainer:
        rows = VBoxContainer()
        form = look.form(
            (
                *look.choice_rows(self),
                (
                    "Folder",
                    "Where the clips go; set it as the player's baked folder.",
                    self._folder_row(),
                ),
                (
                    "Session file",
                    "A file that a player's session_file has recorded: what was asked for in it is"
                    " made. Empty: what players are likely to do is tried out.",
                    self._session_row(),
                ),
                ("Clips", "The more there are, the more reactions have theirs.", self._count),
                ("Make", "Otherwise only what is missing there is made.", self._anew),
            )
        )
        for row in (form, self._running, self._state, self._missed_box):
            rows.add_child(row)
        return rows

    def _bar_row(self) -> HBoxContainer:
        row = HBoxContainer()
        stop = Button()
        stop.text, stop.icon, stop.tooltip_text = "Stop", look.icon("Stop"), "Keeps what is done."
        stop.pressed.connect(self._give_up)
        self._bar.size_flags_horizontal = Control.SIZE_EXPAND_FILL
        self._bar.size_flags_vertical = Control.SIZE_SHRINK_CENTER
        row.add_child(self._bar)
        row.add_child(stop)
        return row

    def _session_row(self) -> HBoxContainer:
        def chosen(path: str) -> None:
            self._session.text = path
            self._foresee()

        def choose() -> None:
            dialog = EditorFileDialog()
            dialog.file_mode = EditorFileDialog.FILE_MODE_OPEN_FILE
            dialog.access = EditorFileDialog.ACCESS_FILESYSTEM
            dialog.current_dir = ProjectSettings.globalize_path("user://")
            dialog.file_selected.connect(chosen)
            _pop_up(dialog)

        return _chosen_row(self._session, "File", "Choose a file.", choose)

    def _folder_row(self) -> HBoxContainer:
        def choose() -> None:
            dialog = EditorFileDialog()
            dialog.file_mode = EditorFileDialog.FILE_MODE_OPEN_DIR
            dialog.access = EditorFileDialog.ACCESS_RESOURCES
            dialog.dir_selected.connect(lambda path: setattr(self._folder, "text", path))
            _pop_up(dialog)

        return _chosen_row(self._folder, "Folder", "Choose a folder.", choose)

    # ---- The clips to make ----

    def _foresee(self) -> None:
        """Finds the clips that the NPC needs: from a session file, or by playing with it."""
        if self._job is not None:
            return
        if self._walk is not None:
            self._walk.cancel()
        try:
            evaluator = NpcResponseEvaluator(
                self._npc.metadata(), apply_profile=self._npc.apply_profile
            )
        except NpcVideoError as error:
            look.tell(self._state, f"Nothing can be baked yet: {error}", look.FAULT)
            return
        walk = Walk(evaluator, with_opening=self._npc.opens_with_generated)
        path, npc = self._session.text.strip(), self._npc

        async def work(tell: Callable[..., None]) -> Forecast:
            if path:
                file = Path(ProjectSettings.globalize_path(path))
                return await asyncio.to_thread(read_sessions, [file], npc)
            while walk.advance():
                await asyncio.sleep(0.0)
            return walk.forecast

        self._propose(Forecast())
        look.tell(self._state, "Trying out what the NPC answers…")
        self._walk = BackgroundJob(work, self._propose, self._fail)

    def _propose(self, forecast: Forecast) -> None:
        self._walk, self._forecast = None, forecast
        self._count.max_value = float(max(1, len(forecast)))
        self._count.value = float(forecast.count_for())
        self._wait()
        self._tell_rate()

    def _tell_rate(self) -> None:
        if not len(self._forecast):
            return
        count = int(self._count.value)
        rate = self._forecast.hit_rate(count)
        look.tell(self._state, f"{count} clips: {rate * 100:.0f} % of reactions.")

    def _wanted(self) -> list[VideoParams]:
        return [params for params, _ in self._forecast.weighted[: int(self._count.value)]]

    # ---- During baking ----

    def _begin(self) -> None:
        folder = self._folder.text.strip()
        if not folder.startswith("res://"):
            look.tell(self._state, "Choose a folder of the project: res://…", look.FAULT)
            return
        try:
            backend = backend_for(self.backend, self._npc)
        except NpcVideoError as error:
            look.tell(self._state, str(error), look.FAULT)
            return
        path = Path(ProjectSettings.globalize_path(folder))
        preset, anew = npc_video.QUALITY_PRESETS[self.preset], self._anew.button_pressed
        looks = self._wanted()

        async def work(tell: Callable[..., None]) -> BakeProgress:
            try:
                there = await asyncio.to_thread(BakedFolder, path)
                wanted = [p for p in looks if anew or p.cache_key() not in there]
                return await bake(
                    [ClipToBake(params, preset, there) for params in wanted],
                    backend,
                    pictures=Pictures(read_picture),
                    tell=lambda progress: tell(self._advance, progress),
                )
            finally:
                await backend.close()

        self._progress = None
        self._wait(is_busy=True)
        look.tell(self._state, "Looking into the folder…")
        self._job = BackgroundJob(work, self._finish, self._fail)

    def _advance(self, progress: BakeProgress) -> None:
        self._progress = progress
        self._bar.value = progress.fraction
        look.tell(self._state, f"{_counted(progress)}{_left(progress.seconds_left)}")
        self._list_missed(progress)

    def _finish(self, progress: BakeProgress) -> None:
        self._advance(progress)
        words = _counted(progress) if progress.total else "All clips are in the folder already."
        self._end(words, look.FAULT if progress.missed else "")

    def _fail(self, reason: str) -> None:
        self._end(reason, look.FAULT)

    def _give_up(self) -> None:
        if self._job is not None:
            self._job.cancel()
            made = 0 if self._progress is None else self._progress.made
            self._end(f"Stopped. New clips in the folder: {made}.")

    def _end(self, words: str, colour: str = "") -> None:
        self._job = None
        self._wait()
        look.tell(self._state, words, colour)
        if self._progress is not None and self._progress.made:
            EditorInterface.get_resource_filesystem().scan()
            self._baked(self._folder.text.strip())

    def _wait(self, *, is_busy: bool = False) -> None:
        self._running.visible = self._count.read_only = is_busy
        self._bar.value = 0.0
        self._dialog.get_ok_button().disabled = is_busy or not len(self._forecast)
        self._missed_box.visible = bool(self._missed.text) and not is_busy

    def _list_missed(self, progress: BakeProgress) -> None:
        words = (
            f"{missed.params.expression}, {missed.params.animation}: {missed.reason}"
            for missed in progress.missed
        )
        look.tell(self._missed, "\n".join(words), look.FAULT)
        self._missed_box.visible = bool(progress.missed)

    def _leave(self) -> None:
        if not self._dialog.visible:
            if self._walk is not None:
                self._walk.cancel()
            self._give_up()
            self._dialog.queue_free()


def bake_button(pressed: Callable[[], None]) -> Button:
    """Makes the button in an inspector that opens the dialog."""
    return look.button(
        "Bake Common States…",
        "Bake",
        "Makes the clips that the NPC is asked for most often, to ship them with the game.",
        pressed,
    )


def _chosen_row(
    field: LineEdit, icon: str, tooltip: str, choose: Callable[[], None]
) -> HBoxContainer:
    """Makes a row with a path, and a button that chooses one."""
    row = HBoxContainer()
    button = Button()
    button.icon, button.tooltip_text = look.icon(icon), tooltip
    button.pressed.connect(choose)
    field.size_flags_horizontal = Control.SIZE_EXPAND_FILL
    row.add_child(field)
    row.add_child(button)
    return row


def _pop_up(dialog: EditorFileDialog) -> None:
    dialog.visibility_changed.connect(lambda: None if dialog.visible else dialog.queue_free())
    EditorInterface.popup_dialog_centered_ratio(dialog, 0.5)


def _scrolled(part: Any) -> ScrollContainer:
    box = ScrollContainer()
    box.custom_minimum_size = Vector2(0, look.scaled(_MISSED_HEIGHT))
    box.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
    box.size_flags_vertical = Control.SIZE_EXPAND_FILL
    box.add_child(part)
    return box


def _counted(progress: BakeProgress) -> str:
    missed = f", {len(progress.missed)} failed" if progress.missed else ""
    return f"{progress.made} of {progress.total} clips made{missed}."


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90.0:
        return f" About {seconds:.0f} s left."
    return f" About {seconds / 60.0:.0f} minutes left."
