"""Pixel formats and colours of decoders, brought to the few that the game shows.

Planes of eight bits at 4:2:0, 4:2:2 and 4:4:4 stay as they are; everything else is converted to the
nearest of these that loses no detail, with its matrix and range kept.
"""

from typing import Any

from av.video.format import VideoFormat
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from .colour import Colour
from .layout import PictureLayout

__all__ = ["Shape"]

# The formats shown, by how many pixels of luma share one of chroma, across and down.
_SHOWN = {(2, 2): "yuv420p", (2, 1): "yuv422p", (1, 1): "yuv444p"}
# The same planes under the name that says full range.
_SAME = {"yuvj420p": "yuv420p", "yuvj422p": "yuv422p", "yuvj444p": "yuv444p"}

# Numbers of FFmpeg's AVColorSpace and AVColorRange.
_MATRICES = {1: "bt709", 4: "bt601", 5: "bt601", 6: "bt601", 9: "bt2020", 10: "bt2020"}
_FULL_RANGE = 2
# Untagged video is BT.709 from this height on, as players guess.
_HD_ROWS = 720


class Shape:
    """What all frames of a clip are brought to.

    Args:
        context: the decoder, opened or not; its size, pixel format and tags are read.

    Attributes:
        layout: the planes.
        colour: how they code colours.
    """

    def __init__(self, context: Any, has_alpha: bool, most_side: int):
        source = VideoFormat(context.pix_fmt, context.width, context.height)
        self._format = _nearest(source)
        self._is_rgb = source.is_rgb
        self._reformatter = VideoReformatter()
        shown = VideoFormat(self._format, context.width, context.height)
        self.layout = PictureLayout(
            context.width,
            context.height,
            shown.chroma_width(),
            shown.chroma_height(),
            has_alpha,
            most_side,
        )
        self.colour = _colour(context, source)

    def bring(self, picture: Any) -> Any:
        """`picture` in the format of this shape: itself where it has it."""
        name = picture.format.name
        if _SAME.get(name, name) == self._format:
            return picture
        into_rgb = {
            "dst_colorspace": Colorspace.ITU709,
            "src_color_range": ColorRange.JPEG,
            "dst_color_range": ColorRange.JPEG,
        }
        return self._reformatter.reformat(
            picture, format=self._format, threads=1, **(into_rgb if self._is_rgb else {})
        )


def _nearest(source: VideoFormat) -> str:
    if source.name in _SAME:
        return _SAME[source.name]
    if source.is_rgb:
        return _SHOWN[1, 1]
    if len(source.components) < 3:  # grey
        return _SHOWN[2, 2]
    across = 2 if source.chroma_width(64) < 64 else 1
    down = 2 if source.chroma_height(64) < 64 else 1
    return _SHOWN.get((across, down), _SHOWN[1, 1])


def _colour(context: Any, source: VideoFormat) -> Colour:
    if source.is_rgb:
        return Colour("bt709", full_range=True)
    guess = "bt709" if context.height >= _HD_ROWS else "bt601"
    full = context.color_range == _FULL_RANGE or source.name in _SAME
    return Colour(_MATRICES.get(context.colorspace, guess), full)
