"""The keys of the canvas, so that no mouse is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from godot import (
    KEY_C,
    KEY_DELETE,
    KEY_DOWN,
    KEY_ENTER,
    KEY_F,
    KEY_F2,
    KEY_G,
    KEY_HOME,
    KEY_KP_ENTER,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_SPACE,
    KEY_TAB,
    KEY_UP,
    InputEvent,
    InputEventKey,
)
from npc_video.graph.document.document import Frame, Point
from npc_video.graph.document.operations import AddFrame, RemoveAndHeal, SetFrameField
from npc_video.graph.document.walking import along, beside, following

from .adding import NodeAdder
from .canvas import GraphCanvas
from .renaming import TitleEditor

__all__ = ["GraphKeys"]

_NEW_FRAME = "Frame"

Key = tuple[int, bool, bool]
"""A key, and whether Ctrl and Shift are held."""


class GraphKeys:
    """Calls what belongs to a key while the canvas has the focus.

    Args:
        go_to_settings: gives the settings of the selected node the keyboard.
    """

    def __init__(
        self,
        canvas: GraphCanvas,
        adder: NodeAdder,
        titles: TitleEditor,
        go_to_settings: Callable[[], None],
    ) -> None:
        self._canvas = canvas
        plain: Mapping[int, Callable[[], object]] = {
            KEY_SPACE: adder.search,
            KEY_C: adder.connect_selected,
            KEY_F2: titles.open_selected,
            KEY_ENTER: titles.open_selected,
            KEY_KP_ENTER: titles.open_selected,
            KEY_F: canvas.show_all,
            KEY_HOME: canvas.show_all,
            KEY_LEFT: lambda: self._go((-1.0, 0.0)),
            KEY_RIGHT: lambda: self._go((1.0, 0.0)),
            KEY_UP: lambda: self._go((0.0, -1.0)),
            KEY_DOWN: lambda: self._go((0.0, 1.0)),
        }
        self._acts: Mapping[Key, Callable[[], object]] = {
            **{(code, False, False): act for code, act in plain.items()},
            (KEY_ENTER, True, False): go_to_settings,
            (KEY_DELETE, False, True): self._heal,
            (KEY_G, True, False): self._frame,
            (KEY_G, True, True): self._unframe,
            (KEY_LEFT, True, False): lambda: self._follow_wire(forward=False),
            (KEY_RIGHT, True, False): lambda: self._follow_wire(forward=True),
        }
        canvas.root.gui_input.connect(self._feel)

    def _feel(self, event: InputEvent) -> None:
        if not self._canvas.is_open:
            return
        if not isinstance(event, InputEventKey) or not event.pressed or event.alt_pressed:
            return
        held = event.is_command_or_control_pressed(), event.shift_pressed
        act = self._acts.get((int(event.keycode), *held))
        if act is not None:
            self._canvas.root.accept_event()
            act()
        elif event.keycode == KEY_TAB and not held[0] and self._step(-1 if held[1] else 1):
            self._canvas.root.accept_event()

    # ---- From node to node ----

    def _step(self, step: int) -> bool:
        """Goes to the next node; false beyond the last one, where the focus leaves the canvas."""
        key = following(self._canvas.session.places(), self._chosen(), step)
        self._choose(key)
        return bool(key)

    def _go(self, direction: Point) -> None:
        places, chosen = self._canvas.session.places(), self._chosen()
        self._choose(beside(places, chosen, direction) if chosen else following(places, "", 1))

    def _follow_wire(self, *, forward: bool) -> None:
        if chosen := self._chosen():
            self._choose(along(self._canvas.session.document, chosen, forward=forward))

    def _chosen(self) -> str:
        return next(iter(self._canvas.selection), "")

    def _choose(self, key: str) -> None:
        if key:
            self._canvas.select(key)
            self._canvas.reveal()

    # ---- Edits of what is selected ----

    def _heal(self) -> None:
        if chosen := self._canvas.selection:
            self._canvas.session.edit("Delete and heal", RemoveAndHeal(chosen))

    def _frame(self) -> None:
        if chosen := self._canvas.selection:
            session = self._canvas.session
            key = session.document.fresh_frame_id()
            session.edit("Frame", *self._leaving(chosen), AddFrame(key, _NEW_FRAME, chosen))

    def _unframe(self) -> None:
        if chosen := self._canvas.selection:
            self._canvas.session.edit("Unframe", *self._leaving(chosen))

    def _leaving(self, nodes: tuple[str, ...]) -> list[SetFrameField]:
        """The edits that take nodes out of their frames."""
        frames = self._canvas.session.document.frames.values()
        return [
            SetFrameField(frame.key, "nodes", _without(frame, nodes))
            for frame in frames
            if set(frame.nodes) & set(nodes)
        ]


def _without(frame: Frame, nodes: tuple[str, ...]) -> list[str]:
    return [node for node in frame.nodes if node not in nodes]
