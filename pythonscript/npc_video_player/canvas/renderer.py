"""Tells the limits of the engine's renderer."""

from __future__ import annotations

from godot import Image, RenderingDevice, RenderingServer, writable_pixels

# All renderers of the engine allow the first size; few allow more than the last.
_SURE, _TRIED = 4096, (16384, 8192)
_MARK = 200


def max_texture_side() -> int:
    """Returns the largest number of columns and rows of a texture.

    The Compatibility renderer does not report it, so textures of one column are tried.
    """
    device = RenderingServer.get_rendering_device()
    if device is not None:
        return int(device.limit_get(RenderingDevice.LIMIT_MAX_TEXTURE_SIZE_2D))
    return next((side for side in _TRIED if _has(side)), _SURE)


def _has(side: int) -> bool:
    image = Image.create_empty(1, side, False, Image.FORMAT_R8)
    writable_pixels(image)[side - 1] = _MARK
    texture = RenderingServer.texture_2d_create(image)
    kept = RenderingServer.texture_2d_get(texture)
    RenderingServer.free_rid(texture)
    return kept is not None and not kept.is_empty() and writable_pixels(kept)[side - 1] == _MARK
