"""Shows previews of a clip in the making over what is drawn, until the clip is ready.

They never cover a clip on screen: it moves, and they are unfinished.
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
    from npc_video.media.picture_file import DecodedPreview

_FADE_SECONDS = 0.4


class PreviewLayer:
    """A preview, drawn at the place of the future clip."""

    def __init__(self, player: Control, preview: DecodedPreview):
        self.item = new_item(player)
        image = Image.create_from_data(
            preview.width, preview.height, False, Image.FORMAT_RGB8, preview.pixels
        )
        self._texture = RenderingServer.texture_2d_create(image)
        RenderingServer.canvas_item_set_default_texture_filter(
            self.item, RenderingServer.CANVAS_ITEM_TEXTURE_FILTER_LINEAR
        )

    def place(self, area: Rect2) -> None:
        RenderingServer.canvas_item_clear(self.item)
        RenderingServer.canvas_item_add_texture_rect(self.item, area, self._texture)

    def advance(self, seconds: float) -> None:
        """Does nothing, because a preview does not move."""

    def close(self) -> None:
        RenderingServer.free_rid(self.item)
        RenderingServer.free_rid(self._texture)


class Previews:
    """Decodes the previews of one player on a thread; each fades in over the previous one.

    Args:
        decoders: the threads to decode on.
    """

    def __init__(self, player: Control, layers: LayerStack, decoders: Executor):
        self._player = player
        self._layers = layers
        self._decoders = decoders
        self._coming: Future[DecodedPreview] | None = None

    @property
    def is_shown(self) -> bool:
        return isinstance(self._layers.top, PreviewLayer)

    @property
    def is_decoding(self) -> bool:
        return self._coming is not None

    def take(self, preview: Preview) -> None:
        """Shows a preview as soon as it is decoded; a damaged one is left out."""
        if self._coming is None or self._coming.done():
            self._coming = self._decoders.submit(_decode, preview)

    def drop(self) -> None:
        """Forgets the preview that is being decoded."""
        self._coming = None

    def advance(self) -> None:
        coming = self._coming
        if coming is None or not coming.done():
            return
        self._coming = None
        is_drawn = isinstance(self._layers.top, Placeholder | ProceduralFace | PreviewLayer)
        if is_drawn and not coming.cancelled() and coming.exception() is None:
            preview = coming.result()
            wide = self._layers.picture_size.x
            size = Vector2(wide, wide * preview.height / preview.width)
            self._layers.push(PreviewLayer(self._player, preview), _FADE_SECONDS, size=size)


def _decode(preview: Preview) -> DecodedPreview:
    from npc_video.media.picture_file import decode_preview  # imports FFmpeg, 0.1 s

    return decode_preview(preview.data, preview.media_type)
