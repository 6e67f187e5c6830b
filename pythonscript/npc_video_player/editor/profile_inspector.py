"""Adds a preview to the inspector of a profile: react, see the answer, and make a clip of it.

Trials last as long as the editor is open; the inspector remakes the controls whenever it likes.
"""

from __future__ import annotations

from typing import Any

from godot import (
    EditorInspectorPlugin,
    EditorSpinSlider,
    FoldableContainer,
    ProgressBar,
    StyleBoxEmpty,
    VBoxContainer,
    exposed,
)
from npc_video import VideoParams
from npc_video.npc.rehearsal import Rehearsal

from ..resources.profile import NpcProfile, record_of
from . import look
from .answer import facts_of
from .bake_dialog import BakeDialog, bake_button
from .clip_preview import ClipPreview
from .trial import Trial

__all__ = ["NpcProfileInspector"]


@exposed(hidden=True)
class NpcProfileInspector(EditorInspectorPlugin):
    """Adds a preview to profiles."""

    def __init__(self) -> None:
        self._trials: dict[int, Trial] = {}

    def _can_handle(self, edited: Any) -> bool:
        return isinstance(edited, NpcProfile)

    def _parse_begin(self, edited: Any) -> None:
        trial = self._trials.get(edited.get_instance_id())
        if trial is None:
            trial = Trial(Rehearsal(record_of(edited)))
            self._trials[edited.get_instance_id()] = trial
        self.add_custom_control(ProfilePreview(edited, trial).root)


class ProfilePreview:
    """The controls of a trial; `root` is the outermost."""

    def __init__(self, profile: NpcProfile, trial: Trial):
        self._profile, self._trial = profile, trial
        self._seen: tuple[Any, ...] = ()
        self._preview = ClipPreview(lambda reason: look.tell(self._told, reason, look.FAULT))
        self._problems = look.text()
        self._answer = look.text()
        self._told = look.text()
        self._facts = look.Facts()
        self._bar = ProgressBar()
        self._bar.max_value = 1.0
        self._tool = look.Suggested(trial.tool, lambda tool: setattr(trial, "tool", tool))
        self._zone = look.Suggested(trial.zone, lambda zone: setattr(trial, "zone", zone))
        self._make = look.button(
            "Make Clip",
            "VideoStreamPlayer",
            "Has the generator make a clip of what is shown. A service may charge for it.",
            self._make_clip,
        )
        self._cancel = look.button("Cancel", "Stop", "Gives the clip up.", trial.cancel)
        self.root = FoldableContainer()
        self.root.title = "Preview"
        # Fields are dark, so they are visible only on the inspector's own background.
        self.root.add_theme_stylebox_override("panel", StyleBoxEmpty())
        self.root.folded = trial.is_folded
        self.root.folding_changed.connect(lambda folded: setattr(trial, "is_folded", folded))
        self.root.add_child(self._rows())
        self.root.tree_entered.connect(self._enter)
        self.root.tree_exiting.connect(self._leave)

    def _rows(self) -> VBoxContainer:
        trial = self._trial
        rows = VBoxContainer()
        touch = look.form(
            (
                ("Tool", "What the NPC is touched with: the id or the type.", self._tool.root),
                ("Zone", "Where it is touched.", self._zone.root),
                ("Pressure", "From 0 to 1.", _pressure(trial)),
            )
        )
        clip = look.form(look.choice_rows(trial))
        react = look.button("React", "Play", "Touches the NPC and shows its answer.", trial.react)
        reset = look.button(
            "Reset", "Reload", "Has the NPC forget what happened.", lambda: self._reset()
        )
        bake = bake_button(self._bake)
        for row in (
            self._problems,
            self._preview.root,
            touch,
            look.flow(react, reset),
            self._answer,
            self._facts.root,
            clip,
            self._bar,
            look.flow(self._make, self._cancel, bake),
            self._told,
        ):
            rows.add_child(row)
        return rows

    def _enter(self) -> None:
        self._profile.changed.connect(self._change)
        self._trial.changed = self._show
        self._change()
        self._show()

    def _leave(self) -> None:
        self._profile.changed.disconnect(self._change)
        if self._trial.changed == self._show:
            self._trial.changed = lambda: None

    def _change(self) -> None:
        """Takes the changed profile."""
        rehearsal = self._trial.rehearsal
        npc = record_of(self._profile)
        if npc != rehearsal.npc:
            rehearsal.change(npc)
        look.tell(self._problems, "\n".join(rehearsal.problems), look.WARNING)
        self._tool.suggest(rehearsal.tools, next(iter(rehearsal.tools), "hand"))
        self._zone.suggest(rehearsal.zones, "anywhere")
        if not isinstance(self._trial.answer, VideoParams):
            self._preview.rest(VideoParams(npc_name=npc.name), self._profile.portrait)

    def _make_clip(self) -> None:
        if isinstance(self._trial.answer, VideoParams):
            self._trial.make(self._trial.answer)

    def _reset(self) -> None:
        self._trial.rehearsal.reset()
        self._trial.answer, self._trial.clip, self._trial.told = "", None, ""
        self._change()
        self._show()

    def _show(self) -> None:
        """Refreshes the preview controls."""
        trial, answer = self._trial, self._trial.answer
        params = answer if isinstance(answer, VideoParams) else None
        if self._seen != (answer, trial.clip):
            self._seen = answer, trial.clip
            look.tell(self._answer, answer if isinstance(answer, str) else "", look.WARNING)
            self._facts.show(() if params is None else facts_of(params))
            if trial.clip is not None:
                self._preview.play(trial.clip)
            elif params is not None:
                self._preview.act(params)
        is_busy = trial.job is not None
        self._make.visible, self._make.disabled = not is_busy, params is None
        self._cancel.visible = self._bar.visible = is_busy
        self._bar.value = trial.fraction
        if trial.told or trial.clip is None or is_busy:
            look.tell(self._told, trial.told, look.FAULT)
        else:
            look.tell(self._told, f"Made in {trial.clip.generation_seconds:.1f} s.")

    def _bake(self) -> None:
        trial = self._trial
        BakeDialog(record_of(self._profile), trial.backend, trial.preset).open()


def _pressure(trial: Trial) -> EditorSpinSlider:
    slider = EditorSpinSlider()
    slider.min_value, slider.max_value, slider.step = 0.0, 1.0, 0.01
    slider.value = trial.pressure
    slider.value_changed.connect(lambda pressure: setattr(trial, "pressure", pressure))
    return slider
