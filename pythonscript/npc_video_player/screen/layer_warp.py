"""Warps two clips towards each other during a cross-fade."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

from godot import RID, Image, RenderingServer, writable_pixels

from ..canvas.layers import LayerStack
from ..clips.clip_layer import ClipLayer

if TYPE_CHECKING:
    from npc_video.media.likeness import Sketch

# Above this opacity of the upper clip a warp would start visibly, so it is not started.
_LATEST = 0.25


class LayerWarp:
    """The warp from a clip that looks like `before` to one that begins like `after`.

    It is estimated on one of `threads`, and again while the two play on. If the first estimate
    takes too long, the two are mixed.
    """

    def __init__(self, before: Sketch, after: Sketch, threads: Executor):
        self._threads = threads
        self._found: Future[Any] = threads.submit(_find, before, after)
        self._layers: LayerStack | None = None
        self._both: tuple[ClipLayer, ...] = ()
        self._image: Any = None
        self._texture: RID | None = None

    @property
    def is_found(self) -> bool:
        return self._found.done()

    @property
    def is_shown(self) -> bool:
        """Tells whether the two are warped."""
        return self._texture is not None

    def join(self, layers: LayerStack, below: ClipLayer, above: ClipLayer) -> None:
        """Starts: of `layers`, `above` begins to fade in over `below`."""
        self._layers, self._both = layers, (below, above)

    def advance(self) -> bool:
        """Warps both by the opacity of the one above; returns True while there is more to do."""
        assert self._layers is not None
        below, above = self._both
        opacity = self._layers.opacity(above)
        if above not in self._layers or below not in self._layers or opacity >= 1.0:
            return False
        if self.is_found:
            if self._texture is None and opacity > _LATEST:
                return False
            self._show(self._found.result())
            now = (layer.coming(0.0)[0][1] for layer in self._both)
            self._found = self._threads.submit(_find, *now)
        if self._texture is None:
            return opacity <= _LATEST
        # The picture between the two is as far from each as they are mixed.
        below.lean(-opacity)
        above.lean(1.0 - opacity)
        return True

    def close(self) -> None:
        """Stops warping."""
        self._found.cancel()
        if self._texture is not None and self._layers is not None:
            for layer in self._both:
                if layer in self._layers:
                    layer.bend(None)
            RenderingServer.free_rid(self._texture)
            self._texture = None

    def _show(self, field: Any) -> None:
        if self._image is None:
            height, width, _ = field.shape
            self._image = Image.create_empty(width, height, False, Image.FORMAT_RGH)
        writable_pixels(self._image)[:] = memoryview(field).cast("B")
        if self._texture is not None:
            RenderingServer.texture_2d_update(self._texture, self._image, 0)
            return
        self._texture = RenderingServer.texture_2d_create(self._image)
        for layer in self._both:
            layer.bend(self._texture)


def _find(before: Sketch, after: Sketch) -> Any:
    from npc_video.media.warp import warp_between  # imports NumPy and FFmpeg, 0.2 s

    return warp_between(before, after)
