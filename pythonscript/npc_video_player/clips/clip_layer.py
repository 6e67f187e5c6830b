"""Shows a playing clip as a layer of one player, with its sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from godot import (
    RID,
    CanvasItem,
    Rect2,
    RenderingServer,
    Vector2,
)

from ..canvas.layers import new_item
from .clip_sound import ClipSound
from .reel import Reel
from .speaker import Speaker

if TYPE_CHECKING:
    from npc_video.media.likeness import Sketch


class ClipLayer:
    """A layer for `reel`, which has its first picture already.

    Args:
        leave: called when the layer stops showing the reel.

    Attributes:
        is_held: the picture stays, unless another player plays the reel on.
        is_tiled: fills its area with copies in the size of the clip.
        has_moved, has_looped, has_finished: the last `advance` brought another picture, the first
            one of the clip again, or its end.
        sound: once there is one.
    """

    def __init__(self, player: CanvasItem, reel: Reel, leave: Callable[[Reel], None]):
        self.item = new_item(player)
        self.reel = reel
        self.size = Vector2(reel.playback.info.width, reel.playback.info.height)
        self.is_held = self.is_tiled = False
        self.has_moved = self.has_looped = self.has_finished = False
        self.sound: ClipSound | None = None
        self._area = Rect2()
        self._warp: RID | None = None
        self._player, self._leave = player, leave
        self._loops, self._shots = reel.playback.loops, reel.shots_shown
        self._played = reel.played
        RenderingServer.canvas_item_set_material(self.item, reel.material.rid)

    @property
    def phase(self) -> float:
        """Returns the position in the clip, from 0 up to 1."""
        return self.reel.playback.phase

    def place(self, area: Rect2) -> None:
        self._area = area
        tiles = Vector2(area.size.x / self.size.x, area.size.y / self.size.y)
        RenderingServer.canvas_item_clear(self.item)
        self.reel.material.draw(
            self.item, area, tiles if self.is_tiled else Vector2(1.0, 1.0), self._warp
        )

    def bend(self, warp: RID | None) -> None:
        """Sets the texture that warps the picture by the part in `lean`; None ends that."""
        self._warp = warp
        RenderingServer.canvas_item_set_default_texture_filter(
            self.item, RenderingServer.CANVAS_ITEM_TEXTURE_FILTER_LINEAR
        )
        RenderingServer.canvas_item_set_default_texture_repeat(
            self.item, RenderingServer.CANVAS_ITEM_TEXTURE_REPEAT_DISABLED
        )
        self.lean(0.0)
        self.place(self._area)

    def lean(self, part: float) -> None:
        """Sets the part of the warp for this layer alone."""
        RenderingServer.canvas_item_set_instance_shader_parameter(self.item, "lean", part)

    def coming(self, seconds: float) -> list[tuple[float, Sketch]]:
        """Returns sketches of the next `seconds`, beginning now; empty if they are not known."""
        playback = self.reel.playback
        if playback.sketches is None:
            return []
        length = playback.length if self.reel.begins_again else 0.0
        seconds = 0.0 if self.is_held else seconds
        return playback.sketches.coming(playback.position, seconds, length=length)

    def advance(self, seconds: float) -> None:
        """Plays the reel on, unless another layer of it has done so in this frame."""
        reel = self.reel
        was_finished = reel.is_finished
        left = seconds - (reel.played - self._played)
        if not self.is_held and left > 0.0:
            reel.advance(left)
        self._played = reel.played
        self.has_finished = reel.is_finished and not was_finished
        loops, shots = reel.playback.loops, reel.shots_shown
        self.has_looped, self._loops = loops > self._loops, loops
        self.has_moved, self._shots = shots > self._shots, shots

    def hear(self, speaker: Speaker, loudness: float) -> None:
        """Plays the clip's sound with its picture; of layers that share a reel, one is heard.

        Args:
            loudness: 0 to 1.
        """
        reel = self.reel
        if self.sound is None and reel.heard_by is None and (sound := reel.sound):
            reel.heard_by = self
            self.sound = ClipSound(speaker, sound, loops=reel.loops)
        if self.sound is None:
            return
        if self.is_held or reel.is_finished:
            self.sound.pause()
        else:
            self.sound.follow(reel.position, loudness)

    def silence(self) -> None:
        """Leaves the sound to other layers of the reel, because nobody sees or hears this one."""
        if self.sound is not None:
            self.sound.close()
            self.sound = self.reel.heard_by = None

    def close(self) -> None:
        RenderingServer.free_rid(self.item)
        self.silence()
        self._leave(self.reel)
