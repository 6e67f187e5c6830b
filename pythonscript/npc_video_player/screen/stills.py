"""Stills of the clip on its way, shown over what is drawn until that is there.

A clip on screen is not covered by them: it moves, and they are unfinished.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING

from godot import (
    Control,
    Image,
    Rect2,
    RenderingServer,
    Vector2,
)

from ..canvas.layers import LayerStack, new_item
from .placeholder import Placeholder
from .procedural_face import ProceduralFace

if TYPE_CHECKING:
    from npc_video.backends.base import Preview
    from npc_video.media.still import Still

_FADE_SECONDS = 0.4


class StillLayer:
    """One still, drawn where the clip will be."""

    def __init__(self, player: Control, still: Still):
        self.item = new_item(player)
        image = Image.create_from_data(
            still.width, still.height, False, Image.FORMAT_RGB8, still.pixels
        )
        self._texture = RenderingServer.texture_2d_create(image)
        RenderingServer.canvas_item_set_default_texture_filter(
            self.item, RenderingServer.CANVAS_ITEM_TEXTURE_FILTER_LINEAR
        )

    def place(self, area: Rect2) -> None:
        RenderingServer.canvas_item_clear(self.item)
        RenderingServer.canvas_item_add_texture_rect(self.item, area, self._texture)

    def advance(self, seconds: float) -> None:
        """It stands still."""

    def close(self) -> None:
        RenderingServer.free_rid(self.item)
        RenderingServer.free_rid(self._texture)


class Stills:
    """Of one player: decoded on a thread, each fades in over the one before.

    Args:
        decoders: the threads to decode on.
    """

    def __init__(self, player: Control, layers: LayerStack, decoders: Executor):
        self._player = player
        self._layers = layers
        self._decoders = decoders
        self._coming: Future[Still] | None = None

    @property
    def is_shown(self) -> bool:
        return isinstance(self._layers.top, StillLayer)

    def take(self, preview: Preview) -> None:
        """Shows this one as soon as it is decoded; one that is damaged is left out."""
        if self._coming is None or self._coming.done():
            self._coming = self._decoders.submit(_decode, preview)

    def drop(self) -> None:
        """None that is being decoded is wanted any more."""
        self._coming = None

    def advance(self) -> None:
        coming = self._coming
        if coming is None or not coming.done():
            return
        self._coming = None
        is_drawn = isinstance(self._layers.top, Placeholder | ProceduralFace | StillLayer)
        if is_drawn and not coming.cancelled() and coming.exception() is None:
            still = coming.result()
            wide = self._layers.picture_size.x
            size = Vector2(wide, wide * still.height / still.width)
            self._layers.push(StillLayer(self._player, still), _FADE_SECONDS, size=size)


def _decode(preview: Preview) -> Still:
    from npc_video.media.still import decode_still  # loads FFmpeg, 0.1 s

    return decode_still(preview.data, preview.media_type)
