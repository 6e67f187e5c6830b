"""Makes mipmaps of the finished picture, for views from far away.

A viewport's texture has none. So its picture is read back, and a thread makes smaller and smaller
ones, only when it has changed, and one after the other. The game never waits.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from typing import Any

from godot import DisplayServer, Image, ImageTexture, Object, ProjectSettings, RenderingServer

_THREADS, _ON_A_THREAD = "rendering/driver/threads/thread_model", 2


class Mipmaps:
    """Mipmaps of the picture of `viewport`, made on `threads`.

    Attributes:
        texture: follows the picture, a frame or two later.
    """

    def __init__(self, viewport: Any, threads: Executor):
        self._viewport, self._threads = viewport, threads
        size = viewport.size
        empty = Image.create_empty(int(size[0]), int(size[1]), True, Image.FORMAT_RGBA8)
        self.texture = ImageTexture.create_from_image(empty)
        # Without a renderer, no frame would end for which to wait.
        self._is_drawn = DisplayServer.get_name() != "headless"
        self._has_changed = self._is_drawn
        self._is_reading = self._is_closed = False
        self._made: Future[Any] | None = None

    @property
    def is_busy(self) -> bool:
        """Tells whether there is something to do in the next frame."""
        return self._has_changed or self._is_reading or self._made is not None

    def advance(self, *, has_changed: bool) -> None:
        """Shows finished mipmaps, and begins the next ones."""
        self._has_changed |= has_changed and self._is_drawn
        if self._made is not None and self._made.done():
            self._show(self._made.result())
            self._made = None
        if self._has_changed and not self._is_reading and self._made is None:
            self._has_changed, self._is_reading = False, True
            RenderingServer.frame_post_draw.connect(self._read, Object.CONNECT_ONE_SHOT)

    def close(self) -> None:
        self._is_closed = True

    def _read(self) -> None:
        """Reads the drawn frame back."""
        if self._is_closed:
            return
        texture, device = self._viewport.get_texture(), RenderingServer.get_rendering_device()
        if device is None or ProjectSettings.get_setting(_THREADS) == _ON_A_THREAD:
            # The Compatibility renderer waits here until the graphics processor has finished.
            self._take(texture.get_image())
            return
        size = int(self._viewport.size.x), int(self._viewport.size.y)
        rid = RenderingServer.texture_get_rd_texture(texture.get_rid())

        def take(data: bytes) -> None:
            whole = 4 * size[0] * size[1] == len(data)
            self._take(_image(size, data) if whole else None)

        device.texture_get_data_async(rid, 0, take)

    def _take(self, image: Any) -> None:
        self._is_reading = False
        if image is not None and not image.is_empty() and not self._is_closed:
            self._made = self._threads.submit(_with_mipmaps, image)

    def _show(self, image: Any) -> None:
        if image.get_size() == self.texture.get_size():
            self.texture.update(image)
        else:
            self.texture.set_image(image)


def _image(size: tuple[int, int], data: bytes) -> Any:
    return Image.create_from_data(*size, False, Image.FORMAT_RGBA8, data)


def _with_mipmaps(image: Any) -> Any:
    image.generate_mipmaps()
    return image
