"""Decodes the alpha of VP8 and VP9, which WebM stores as a second video beside each packet.

FFmpeg's own decoders ignore alpha, so a second one decodes it. They are used instead of libvpx
because they check the pixel limit before they allocate memory.
"""

from __future__ import annotations

from typing import Any

import av

from ..errors import UnsupportedClipError
from .container import MediaLimits

__all__ = ["AlphaDecoder", "has_alpha"]

_BESIDE = "matroska_block_additional"
# The first bytes of the data: the number of its use, 1 for alpha (WebM, "Alpha channel").
_ALPHA = (1).to_bytes(8, "big")


def has_alpha(stream: Any) -> bool:
    """Whether `stream` has alpha, according to the file."""
    return bool(
        stream.metadata.get("alpha_mode") == "1" and stream.codec_context.name in ("vp8", "vp9")
    )


class AlphaDecoder:
    """Decodes the alpha of the packets of a stream.

    Args:
        context: the decoder of the stream.
    """

    def __init__(self, context: Any, limits: MediaLimits):
        self._size = context.width, context.height
        self._context = av.CodecContext.create(context.name, "r")
        self._context.thread_type, self._context.thread_count = "NONE", 1
        self._context.options = {"max_pixels": str(limits.max_pixels)}
        self._picture: Any = None

    def decode(self, packet: Any) -> None:
        """Decodes a packet's alpha; raises UnsupportedClipError if its size is not the frame's."""
        if not packet.has_sidedata(_BESIDE):
            return
        beside = bytes(packet.get_sidedata(_BESIDE))
        if not beside.startswith(_ALPHA):
            return
        for picture in self._context.decode(av.Packet(beside[len(_ALPHA) :])):
            if (picture.width, picture.height) != self._size:
                raise UnsupportedClipError("The clip's alpha differs in size from its frames.")
            self._picture = picture

    @property
    def plane(self) -> Any | None:
        """The alpha of the last packet; None before the first alpha."""
        return self._picture.planes[0] if self._picture is not None else None

    def restart(self) -> None:
        self._picture = None
        self._context.flush_buffers()
