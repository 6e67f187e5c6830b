"""Draws the animated face of the embedded generator, at the game's own frame rate.

It has the poses of that generator's clips and looks like them, so that one continues the other at
equal phase. A shader draws it, so the main thread computes only one pose and one uniform per frame.
"""

from __future__ import annotations

from operator import attrgetter

from godot import (
    CanvasItem,
    Color,
    PackedFloat32Array,
    Rect2,
    RenderingServer,
    ShaderMaterial,
    Vector2,
)
from npc_video import VideoParams
from npc_video.face.controls import RANGES
from npc_video.face.pose import pose

from ..canvas.layers import new_item
from ..canvas.shaders import shader

_numbers = attrgetter(*RANGES)


class ProceduralFace:
    """Ember, moving as `params` say.

    Args:
        phase: position in the loop to begin at, 0 to 1.
        seconds: the length of a loop, equal to that of the clip that may follow.
    """

    def __init__(
        self, player: CanvasItem, params: VideoParams, *, phase: float = 0.0, seconds: float = 3.0
    ):
        self.item = new_item(player)
        self._params = params
        self._seconds = seconds
        self._phase = phase % 1.0
        self._material = ShaderMaterial()
        self._material.shader = shader("face")
        RenderingServer.canvas_item_set_material(self.item, self._material.get_rid())
        self._pose()

    @property
    def phase(self) -> float:
        """Returns the position in the loop, from 0 up to 1."""
        return self._phase

    def advance(self, seconds: float) -> None:
        """Moves on."""
        self._phase = (self._phase + seconds / self._seconds) % 1.0
        self._pose()

    def place(self, area: Rect2) -> None:
        """Draws it in the middle of `area`, as large as fits; its night sky fills the rest."""
        RenderingServer.canvas_item_clear(self.item)
        shorter = min(area.size.x, area.size.y)
        if shorter > 0.0:
            extent = Vector2(area.size.x / shorter, area.size.y / shorter)
            self._material.set_shader_parameter("extent", extent)
            RenderingServer.canvas_item_add_rect(self.item, area, Color(1.0, 1.0, 1.0))

    def close(self) -> None:
        RenderingServer.free_rid(self.item)

    def _pose(self) -> None:
        wanted = self._params
        face = pose(
            wanted.expression, wanted.emotion, wanted.animation, wanted.intensity, self._phase
        )
        self._material.set_shader_parameter("pose", PackedFloat32Array(_numbers(face)))
