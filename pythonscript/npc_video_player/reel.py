"""A clip that plays, as textures and a material; all players that show it share one.

The pictures lie in images that the decoder's threads have written. Here, on the main thread, each
is handed to the renderer, which is all that this costs; the shader makes colours of its planes.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from godot import (
    RID,
    Basis,
    Engine,
    Image,
    RenderingServer,
    ResourceLoader,
    Vector2,
    Vector3,
    Vector4,
    writable_pixels,
)
from npc_video import GeneratedClip
from npc_video.media.cost import CostCounter
from npc_video.media.first_pictures import FirstPicture
from npc_video.media.playback import Playback, Shot

if TYPE_CHECKING:
    import numpy as np
    from npc_video.media.decode import ClipInfo
    from npc_video.media.growing import GrowingFile
    from npc_video.media.sound import Sound
    from numpy.typing import NDArray

INTERPOLATIONS = ("none", "blend", "motion")

_SHADER = "res://addons/npc_video_player/shaders/clip.gdshader"
_BOXES = ("box_y", "box_u", "box_v", "box_a")


class EnginePicture:
    """An image of the engine, of one byte per pixel."""

    __slots__ = ("image",)

    def __init__(self, columns: int, rows: int):
        self.image = Image.create_empty(columns, rows, False, Image.FORMAT_R8)

    def writable(self) -> memoryview:
        return writable_pixels(self.image)


class _Motion:
    """A small texture that tells how blocks move."""

    def __init__(self, material: RID, info: ClipInfo, grid: NDArray[np.uint8]):
        from npc_video.media.motion import CELL

        rows, columns, _ = grid.shape
        self._image = Image.create_empty(columns, rows, False, Image.FORMAT_RGBA8)
        self.texture = RenderingServer.texture_2d_create(self._image)
        part = Vector2(info.width / (columns * CELL), info.height / (rows * CELL))
        for name, value in (
            ("motion", self.texture),
            ("motion_part", part),
            ("pixels", Vector2(info.width, info.height)),
        ):
            RenderingServer.material_set_param(material, name, value)

    def show(self, grid: NDArray[np.uint8]) -> None:
        writable_pixels(self._image)[:] = memoryview(grid).cast("B")
        RenderingServer.texture_2d_update(self.texture, self._image, 0)


class Reel:
    """Plays `clip` from `begin` on, in seconds.

    One that still comes in, as `growing`, is played as far as it is there, on the threads of
    `waiting`, and silently; it is looped and heard from when `complete` is called.

    Shots take turns in two textures, so that the one on screen and the one after it are both there
    to be mixed.
    """

    def __init__(
        self,
        clip: GeneratedClip,
        decoders: Executor,
        interpolation: str,
        *,
        cost: CostCounter,
        loops: bool = True,
        begin: float = 0.0,
        first: FirstPicture | None = None,
        growing: GrowingFile | None = None,
        waiting: Executor | None = None,
    ):
        self.clip = clip
        self.growing = growing
        self.interpolation, self.loops = interpolation, loops
        self.playback = Playback(
            clip,
            waiting or decoders,
            EnginePicture,
            begin=begin,
            repeats=loops,
            motion=interpolation == "motion",
            first=first,
            growing=growing,
            cost=cost,
        )
        self.material = RID()
        self.shots_shown = 0
        self.users = 0
        self.heard_by: Any = None
        self._decoders = decoders
        self._cost = cost
        self._sound: Future[Sound | None] | None = None
        self._shader: Any = None
        self._textures: list[RID] = []
        self._motion: _Motion | None = None
        self._shown = -1
        self._uploaded = [-1, -1]
        self._advanced_in = -1
        self._mixed = -1.0
        self._rested = self._rests_for = 0.0

    @property
    def is_shown(self) -> bool:
        """Whether there is a picture in its textures."""
        return bool(self._textures)

    @property
    def is_finished(self) -> bool:
        """Whether it has come to its end, and is not to begin again."""
        return self.playback.is_finished

    @property
    def sound(self) -> Sound | None:
        """Its sound, once that is decoded; None where it has none."""
        if self._sound is None or not self._sound.done() or self._sound.exception():
            return None
        return self._sound.result()

    @property
    def position(self) -> float:
        """Seconds into the clip."""
        return self.playback.position + self._rested

    def rests(self, seconds: float) -> bool:
        """Lets `seconds` pass if that brings nothing new; whether it does so, in this frame.

        Most of the engine's frames are such, and come out of caches that the game has filled with
        its own: the less is done in them the better.
        """
        if self.users > 1:
            frame = Engine.get_process_frames()
            if frame == self._advanced_in:
                return True
        if self._rested + seconds >= self._rests_for:
            return False
        self._rested += seconds
        if self.users > 1:
            self._advanced_in = frame
        return True

    def advance(self, seconds: float) -> None:
        """Plays on, once in each engine frame, whichever player asks first."""
        frame = Engine.get_process_frames()
        if frame == self._advanced_in:
            return
        self._advanced_in = frame
        playback = self.playback
        playback.advance(self._rested + seconds)
        self._rested = self._rests_for = 0.0
        shot = playback.shot
        if shot is None:
            return
        if shot.number != self._shown:
            if self._shown >= 0:
                self._cost.add_dropped(shot.number - self._shown - 1)
            self._shown = shot.number
            self.shots_shown += 1
            if shot.number not in self._uploaded:
                self._upload(shot)
        if self.interpolation == "none":
            self._rests_for = playback.time_left
        else:
            self._mix(self._between(shot))

    def _between(self, shot: Shot) -> float:
        """How much of the second texture is shown; the one after `shot` is made ready for it."""
        following = self.playback.following
        if following is None:
            return shot.number % 2
        if following.number not in self._uploaded:
            self._upload(following)
            if self.interpolation == "motion":
                self._move(following)
        part = self.playback.part
        return part if following.number % 2 else 1.0 - part

    def _mix(self, mixed: float) -> None:
        if mixed != self._mixed:
            self._mixed = mixed
            RenderingServer.material_set_param(self.material, "mixed", float(mixed))

    def is_to_be(self, clip: GeneratedClip) -> bool:
        """Whether what comes in, and can be played, has turned out to be `clip`."""
        if self.playback.error is not None:
            return False
        return self.clip is clip or (self.growing is not None and self.growing.is_all_of(clip.data))

    def complete(self, clip: GeneratedClip) -> None:
        """Goes on with all of the clip."""
        if self.growing is not None:
            self.clip, self.growing = clip, None
            self.playback.complete(clip, self._decoders)
            self._decode_sound()

    def begin(self, late: float) -> None:
        """Shows its first picture, and goes on by `late` seconds, if nobody showed it before."""
        if not self.is_shown:
            self.playback.advance(0.0)
            self.advance(late)

    def draw(self, item: RID, rect: Any, tiles: Vector2) -> None:
        """Has `item` show it in `rect`, repeated as often as `tiles` says."""
        if self._textures:
            info = self.playback.info
            columns, rows = info.layout.size
            source = (0.0, 0.0, columns * tiles.x, rows * tiles.y)
            RenderingServer.canvas_item_add_texture_rect_region(
                item, rect, self._textures[0], source
            )

    def close(self) -> None:
        self.playback.close()
        if self._textures:
            for rid in (self.material, *self._textures):
                RenderingServer.free_rid(rid)
        if self._motion is not None:
            RenderingServer.free_rid(self._motion.texture)
        self._motion, self._textures = None, []

    def _upload(self, shot: Shot) -> None:
        began = time.perf_counter()
        # Without anything between them one texture will do.
        slot = 0 if self.interpolation == "none" else shot.number % 2
        self._uploaded[slot] = shot.number
        if not self._textures:
            self._begin(shot.picture.image)
        else:
            RenderingServer.texture_2d_update(self._textures[slot], shot.picture.image, 0)
        self._cost.add_uploaded(time.perf_counter() - began)

    def _move(self, following: Shot) -> None:
        """Tells the shader how to get from the shot on screen to `following`."""
        if following.motion is not None:
            if self._motion is None:
                self._motion = _Motion(self.material, self.playback.info, following.motion)
            self._motion.show(following.motion)
        set_param = RenderingServer.material_set_param
        set_param(self.material, "moves", following.motion is not None)
        set_param(self.material, "second_is_later", following.number % 2 == 1)

    def _begin(self, image: Image) -> None:
        """The size and the colours of the clip are known with its first picture."""
        info = self.playback.info
        self._textures = [RenderingServer.texture_2d_create(image) for _ in range(2)]
        self._shader = ResourceLoader.load(_SHADER)
        self.material = RenderingServer.material_create()
        RenderingServer.material_set_shader(self.material, self._shader.get_rid())
        columns, rows = info.layout.size
        parameters = {
            "slot_0": self._textures[0],
            "slot_1": self._textures[1],
            "texel": Vector2(1.0 / columns, 1.0 / rows),
            "has_alpha": info.layout.has_alpha,
        }
        for name, box in zip(_BOXES, info.layout.boxes, strict=False):
            parameters[name] = Vector4(
                box.x / columns, box.y / rows, box.width / columns, box.height / rows
            )
        matrix, offset = info.colour.to_rgb()
        parameters["yuv_to_rgb"], parameters["yuv_offset"] = Basis(*matrix), Vector3(*offset)
        for name, value in parameters.items():
            RenderingServer.material_set_param(self.material, name, value)
        if self.growing is not None:
            self.clip = replace(self.clip, width=info.width, height=info.height, fps=info.fps)
        self._decode_sound()

    def _decode_sound(self) -> None:
        info = self.playback.info
        if self.is_shown and self.growing is None and info.has_sound:
            self._sound = self._decoders.submit(_sound, self.clip)


def _sound(clip: GeneratedClip) -> Sound | None:
    from npc_video.media.sound import decode_sound

    return decode_sound(clip.data, clip.media_type)
