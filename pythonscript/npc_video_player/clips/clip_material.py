"""Draws a clip with two textures that pictures use in turn, and a shader's material.

The textures hold planes as the decoder wrote them. The shader converts them to colours, and mixes
the two or moves the blocks of one towards the other. The reel decides which picture is due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from godot import (
    RID,
    Basis,
    Image,
    Rect2,
    RenderingServer,
    Vector2,
    Vector3,
    Vector4,
    writable_pixels,
)

from ..canvas.shaders import shader

if TYPE_CHECKING:
    import numpy as np
    from npc_video.media.decode import ClipInfo
    from numpy.typing import NDArray

# The weights of a sample's bytes, the lower one first: 1 of eight bits is 4 of ten.
_BYTES = {1: (1.0, 0.0), 2: (0.25, 64.0)}
_BOXES = ("box_y", "box_u", "box_v", "box_a")
# The shader's names for them.
_SDR, _TRANSFERS = 1, {"pq": 2, "hlg": 3}


class ClipMaterial:
    """The material of a clip of this `info`, whose first picture is `image`.

    Attributes:
        rid: the material, for canvas items.
    """

    def __init__(self, info: ClipInfo, image: Image):
        self._info = info
        self._textures = [RenderingServer.texture_2d_create(image) for _ in range(2)]
        self._motion: _Motion | None = None
        self._mixed = -1.0
        self.rid = RenderingServer.material_create()
        RenderingServer.material_set_shader(self.rid, shader("clip").get_rid())
        columns, rows = info.layout.size
        matrix, offset = info.colour.to_rgb()
        self._set(
            slot_0=self._textures[0],
            slot_1=self._textures[1],
            texel=Vector2(1.0 / columns, 1.0 / rows),
            rotation=Vector4(*info.rotation.rows[0], *info.rotation.rows[1]),
            bytes=Vector2(*_BYTES[info.layout.sample_bytes]),
            has_alpha=info.layout.has_alpha,
            yuv_to_rgb=Basis(*matrix),
            yuv_offset=Vector3(*offset),
        )
        if (light := info.colour.light) is not None:
            self._set(
                transfer=_TRANSFERS.get(light.transfer, _SDR),
                power=light.power,
                to_bt709=Basis(*light.to_bt709),
            )
        for name, box in zip(_BOXES, info.layout.boxes, strict=False):
            part = box.x / columns, box.y / rows, box.width / columns, box.height / rows
            self._set(**{name: Vector4(*part)})

    def upload(self, slot: int, image: Image) -> None:
        """Uploads a picture, as the first texture (0) or the second (1)."""
        RenderingServer.texture_2d_update(self._textures[slot], image, 0)

    def mix(self, part: float) -> None:
        """Sets the part of the second texture in the mix, 0 to 1."""
        if part != self._mixed:
            self._mixed = part
            self._set(mixed=float(part))

    def move(self, grid: NDArray[np.uint8] | None, *, second_is_later: bool) -> None:
        """Sets the movement of blocks from the earlier texture to the later; None if unknown."""
        if grid is not None:
            if self._motion is None:
                self._motion = _Motion(self._info, grid)
                self._set(
                    motion=self._motion.texture,
                    motion_part=self._motion.part,
                    pixels=Vector2(self._info.layout.width, self._info.layout.height),
                )
            self._motion.show(grid)
        self._set(moves=grid is not None, second_is_later=second_is_later)

    def draw(self, item: RID, rect: Rect2, tiles: Vector2, warp: RID | None = None) -> None:
        """Makes `item` show it in `rect`, repeated as `tiles` says.

        Args:
            warp: a texture of the size of sketches, which warps the item by its own `lean`;
                None for none.
        """
        texture, (columns, rows) = self._textures[0], self._info.layout.size
        if warp is not None:
            from npc_video.media.likeness import SIDE  # imports NumPy and FFmpeg, 0.2 s

            texture, (columns, rows) = warp, (SIDE, SIDE)
        source = Rect2(0.0, 0.0, columns * tiles.x, rows * tiles.y)
        RenderingServer.canvas_item_add_texture_rect_region(item, rect, texture, source)

    def close(self) -> None:
        for rid in (self.rid, *self._textures):
            RenderingServer.free_rid(rid)
        if self._motion is not None:
            RenderingServer.free_rid(self._motion.texture)

    def _set(self, **parameters: Any) -> None:
        for name, value in parameters.items():
            RenderingServer.material_set_param(self.rid, name, value)


class _Motion:
    """A small texture with the movement of blocks.

    Attributes:
        part: the part of it that the picture covers, which may end within a block.
    """

    def __init__(self, info: ClipInfo, grid: NDArray[np.uint8]):
        from npc_video.media.motion import CELL  # imports NumPy, 0.1 s

        rows, columns, _ = grid.shape
        self._image = Image.create_empty(columns, rows, False, Image.FORMAT_RGBA8)
        self.texture = RenderingServer.texture_2d_create(self._image)
        width, height = info.layout.width, info.layout.height
        self.part = Vector2(width / (columns * CELL), height / (rows * CELL))

    def show(self, grid: NDArray[np.uint8]) -> None:
        writable_pixels(self._image)[:] = grid.data.cast("B")
        RenderingServer.texture_2d_update(self.texture, self._image, 0)
