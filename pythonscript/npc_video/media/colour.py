"""Converts the colour values of a video file to red, green and blue."""

from dataclasses import dataclass
from functools import cached_property

from .light import Light
from .primaries import CONVERTED, luminance_of, to_bt709

__all__ = ["DERIVED", "Colour"]

DERIVED = "derived"
"""The matrix whose weights follow from the primaries (ITU-T H.273, MatrixCoefficients 12)."""

_YCGCO = "ycgco"
# Weights of red and blue in luma, from ITU-R BT.601-7, BT.709-6, BT.2020-2, SMPTE 240M and FCC
# Title 47, as in ITU-T H.273, table 4.
_WEIGHTS = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
    "bt2020": (0.2627, 0.0593),
    "smpte240m": (0.212, 0.087),
    "fcc": (0.30, 0.11),
}


@dataclass(frozen=True)
class Colour:
    """The colour coding of a clip.

    Attributes:
        matrix: "bt601", "bt709", "bt2020", "smpte240m", "fcc", "ycgco" or `DERIVED`.
        full_range: whether luma uses 0 to 255 rather than 16 to 235.
        primaries: a name in `CHROMATICITIES`.
        transfer: a name in `light.POWERS`, or "pq" or "hlg" of ITU-R BT.2100.
    """

    matrix: str
    full_range: bool
    primaries: str = "bt709"
    transfer: str = "bt1886"

    def to_rgb(self) -> tuple[tuple[float, ...], tuple[float, float, float]]:
        """A matrix of nine numbers by rows, and an offset: rgb = matrix · (yuv - offset), 0 to 1.

        Computed from the weights by ITU-R BT.709-6, items 3.2 to 3.4; YCgCo by ITU-T H.273, 8.3.
        """
        luma = 1.0 if self.full_range else 255.0 / 219.0
        chroma = 1.0 if self.full_range else 255.0 / 224.0
        offset = 0.0 if self.full_range else 16.0 / 255.0, 128.0 / 255.0, 128.0 / 255.0
        if self.matrix == _YCGCO:
            return (
                luma, -chroma, chroma,
                luma, chroma, 0.0,
                luma, -chroma, -chroma,
            ), offset  # fmt: skip
        red, blue = self._weights
        green = 1.0 - red - blue
        from_v, from_u = 2.0 * (1.0 - red) * chroma, 2.0 * (1.0 - blue) * chroma
        matrix = (
            luma, 0.0, from_v,
            luma, -from_u * blue / green, -from_v * red / green,
            luma, from_u, 0.0,
        )  # fmt: skip
        return matrix, offset

    @property
    def luma_weights(self) -> tuple[float, float, float]:
        """The weights of red, green and blue in luma; their sum is 1."""
        if self.matrix == _YCGCO:
            return 0.25, 0.5, 0.25
        red, blue = self._weights
        return red, 1.0 - red - blue, blue

    @cached_property
    def light(self) -> Light | None:
        """The conversion in linear light; None if red, green and blue need none.

        Primaries close to those of BT.709, such as BT.601's, are treated as equal, as FFmpeg does
        by default.
        """
        is_hdr = self.transfer in ("pq", "hlg")
        if self.primaries not in CONVERTED and not is_hdr:
            return None
        return Light(self.transfer, to_bt709(self.primaries))

    @property
    def _weights(self) -> tuple[float, float]:
        if self.matrix != DERIVED:
            return _WEIGHTS[self.matrix]
        red, _, blue = luminance_of(self.primaries)
        return red, blue
