"""A playing clip as a layer: its planes in textures, turned into colours by the shader."""

from __future__ import annotations

from typing import Any

from godot import (
    Basis,
    Image,
    ImageTexture,
    Rect2,
    RenderingServer,
    ResourceLoader,
    ShaderMaterial,
    Vector2,
    Vector3,
    writable_pixels,
)
from npc_video.media.playback import Playback

from .layers import new_item

_SHADER = "res://addons/npc_video_player/shaders/clip.gdshader"


class _Plane:
    """One plane: an image that is written in place, and the texture that shows it."""

    def __init__(self, stride: int, rows: int):
        self.image = Image.create_empty(stride, rows, False, Image.FORMAT_R8)
        self.texture = ImageTexture.create_from_image(self.image)
        self._pixels = writable_pixels(self.image)

    def upload(self, content: memoryview) -> None:
        self._pixels[: len(content)] = content
        self.texture.update(self.image)


class ClipScreen:
    """Shows what `playback` plays."""

    def __init__(self, player: Any, playback: Playback):
        self.item = new_item(player)
        self.playback = playback
        self._material = ShaderMaterial()
        self._material.shader = ResourceLoader.load(_SHADER)
        RenderingServer.canvas_item_set_material(self.item, self._material.get_rid())
        self._planes: list[_Plane] = []

    def advance(self, seconds: float) -> bool:
        """Plays on; whether another frame is on screen now."""
        frame = self.playback.advance(seconds)
        if frame is None:
            return False
        if not self._planes:
            self._begin(frame)
        for plane, content in zip(self._planes, frame.planes, strict=True):
            plane.upload(content.data)
        return True

    def place(self, area: Rect2) -> None:
        RenderingServer.canvas_item_clear(self.item)
        if self._planes:
            RenderingServer.canvas_item_add_texture_rect(
                self.item, area, self._planes[0].texture.get_rid()
            )

    def close(self) -> None:
        self.playback.close()
        RenderingServer.free_rid(self.item)

    def _begin(self, frame: Any) -> None:
        """The size and the colours of the clip are known with its first frame."""
        info = self.playback.info
        self._planes = [_Plane(plane.stride, plane.rows) for plane in frame.planes]
        set_parameter = self._material.set_shader_parameter
        for name, plane in zip(("plane_y", "plane_u", "plane_v"), self._planes, strict=True):
            set_parameter(name, plane.texture)
        luma, chroma = frame.planes[0], frame.planes[1]
        set_parameter("luma_part", Vector2(luma.width / luma.stride, 1.0))
        set_parameter("chroma_part", Vector2(chroma.width / chroma.stride, 1.0))
        matrix, offset = info.colour.to_rgb()
        set_parameter("yuv_to_rgb", Basis(*matrix))
        set_parameter("yuv_offset", Vector3(*offset))
