"""Converts the pixel formats and colours of decoders to the few that the game shows.

8-bit planes at 4:2:0, 4:2:2 and 4:4:4 stay unchanged. Other formats are converted to the nearest of
these that loses no detail, with the same matrix and range. 10 bits are kept if 8 would be visible:
where colours are converted in linear light, which enlarges some steps.
"""

from typing import Any

import av
from av.video.reformatter import ColorRange, Colorspace

from ..errors import UnsupportedClipError
from .colour import DERIVED, Colour
from .layout import PictureLayout

__all__ = ["Shape"]

# The formats shown, by the number of luma pixels per chroma pixel, across and down.
_SHOWN = {(2, 2): "yuv420p", (2, 1): "yuv422p", (1, 1): "yuv444p"}
# Suffix of the same format with 10 bits.
_DEEP = "10le"
# The same planes under the name for full range.
_SAME = {"yuvj420p": "yuv420p", "yuvj422p": "yuv422p", "yuvj444p": "yuv444p"}

# Numbers of ITU-T H.273, which FFmpeg also uses. YUV that is tagged as RGB is BT.709.
_MATRICES = {
    0: "bt709", 1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 8: "ycgco",
    9: "bt2020", 12: DERIVED,
}  # fmt: skip
# These need more than a matrix, which is not supported.
_REFUSED = {
    10: "BT.2020 with constant luminance", 11: "SMPTE 2085", 13: "constant luminance",
    14: "ICtCp", 15: "IPT-C2", 16: "YCgCo-Re", 17: "YCgCo-Ro",
}  # fmt: skip
_PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte170m", 8: "film", 9: "bt2020",
    11: "dci_p3", 12: "display_p3", 22: "ebu3213",
}  # fmt: skip
_TRANSFERS = {4: "gamma22", 5: "gamma28", 13: "gamma22", 16: "pq", 18: "hlg"}
_HDR = ("pq", "hlg")
_FULL_RANGE = 2
# The value of each tag for "unknown".
_UNKNOWN = {"colorspace": 2, "color_primaries": 2, "color_trc": 2, "color_range": 0}


class Shape:
    """The common format of all frames of a clip.

    Args:
        context: the decoder, opened or not; its size, pixel format and tags are read.
        max_side: the most columns and rows of a picture.
        untagged_colours: the matrix of a clip that names none, one of `UNTAGGED_COLOURS`.

    Raises:
        UnsupportedClipError: its colours cannot be shown correctly.

    Attributes:
        layout: the planes.
        colour: their colour coding.
    """

    def __init__(self, context: Any, has_alpha: bool, max_side: int, untagged_colours: str):
        source = av.VideoFormat(context.pix_fmt, context.width, context.height)
        self._is_rgb, self._is_full = source.is_rgb, source.name in _SAME
        self._untagged_colours = untagged_colours
        # Before the first frame, these are the container's tags.
        self._tags = _tags(context)
        self.colour = self._colour(self._tags)
        self._reformatter = av.video.reformatter.VideoReformatter()
        bits = max(component.bits for component in source.components)
        is_deep = bits > 8 and self.colour.light is not None and not has_alpha
        self._format = _nearest(source) + (_DEEP if is_deep else "")
        shown = av.VideoFormat(self._format, context.width, context.height)
        self.layout = PictureLayout(
            context.width,
            context.height,
            shown.chroma_width(),
            shown.chroma_height(),
            has_alpha,
            max_side,
            sample_bytes=2 if is_deep else 1,
        )

    def look_at(self, picture: Any) -> None:
        """Uses the colours of a frame, as FFmpeg does, completed by those of the file.

        Raises:
            UnsupportedClipError: they cannot be shown correctly.
        """
        own = _tags(picture)
        said = {name: own[name] for name, unknown in _UNKNOWN.items() if own[name] != unknown}
        self.colour = self._colour(self._tags | said)

    def bring(self, picture: Any) -> Any:
        """`picture` in this format; the same object if it has it already."""
        name = picture.format.name
        if _SAME.get(name, name) == self._format:
            return picture
        # The same matrix whatever the tags say: only RGB is converted to another one.
        colours: dict[str, Any] = {"dst_colorspace": Colorspace.ITU709}
        if self._is_rgb:
            colours |= {"src_color_range": ColorRange.JPEG, "dst_color_range": ColorRange.JPEG}
        else:
            colours |= {"src_colorspace": Colorspace.ITU709}
        return self._reformatter.reformat(picture, format=self._format, threads=1, **colours)

    def _colour(self, tags: dict[str, int]) -> Colour:
        transfer = _TRANSFERS.get(tags["color_trc"], "bt1886")
        # ITU-R BT.2100 has only this matrix and these primaries for a high dynamic range.
        usual, untagged = ("bt2020",) * 2 if transfer in _HDR else ("bt709", self._untagged_colours)
        primaries = _PRIMARIES.get(tags["color_primaries"], usual)
        if self._is_rgb:
            return Colour("bt709", True, primaries, transfer)
        matrix = tags["colorspace"]
        if matrix in _REFUSED:
            raise UnsupportedClipError(
                f"The clip's colours are coded as {_REFUSED[matrix]}, which is not supported:"
                " encode it as BT.709."
            )
        full = tags["color_range"] == _FULL_RANGE or self._is_full
        return Colour(_MATRICES.get(matrix, untagged), full, primaries, transfer)


def _tags(tagged: Any) -> dict[str, int]:
    return {name: int(getattr(tagged, name)) for name in _UNKNOWN}


def _nearest(source: av.VideoFormat) -> str:
    if source.name in _SAME:
        return _SAME[source.name]
    if source.is_rgb:
        return _SHOWN[1, 1]
    if len(source.components) < 3:  # grey
        return _SHOWN[2, 2]
    across = 2 if source.chroma_width(64) < 64 else 1
    down = 2 if source.chroma_height(64) < 64 else 1
    return _SHOWN.get((across, down), _SHOWN[1, 1])
