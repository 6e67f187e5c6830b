"""Converts clips of a wide gamut or a high dynamic range for a usual screen, in linear light.

Light of 203 cd/m² becomes the screen's white. That is the reference white of ITU-R BT.2408-7 (table
1, and section 5.1: the level of SDR white in HDR). Darker light stays unchanged, so clips of both
kinds match. Lighter light keeps its hue and becomes as light as the screen can show: it is divided
by the largest of its three channels, as in FFmpeg's tonemap=clip:desat=0. The EETF of ITU-R BT.2390
would keep more of the highlights, but darken white and colours near it.

Nothing here runs while clips play: `clip_light.gdshaderinc` does the same, and tests compare the
two.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["POWERS", "Light"]

POWERS = {"bt1886": 2.4, "gamma22": 2.2, "gamma28": 2.8}
"""Exponents of SDR screens: of ITU-R BT.1886 for tags that name a camera's curve, as in zimg.
"gamma22" also stands for sRGB."""

_WHITE = 203.0  # cd/m²
_PQ_PEAK, _HLG_PEAK = 10_000.0, 1_000.0
# SMPTE ST 2084, as ITU-R BT.2100-2, table 4.
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
# HLG, as in ITU-R BT.2100-2, table 5, with its system gamma for a screen of 1000 cd/m². The gamma
# is applied to each channel, as in FFmpeg's zscale, which writes most HLG. The standard applies it
# to luminance, which is the same for greys.
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_SYSTEM_GAMMA = 1.2


@dataclass(frozen=True, slots=True)
class Light:
    """A conversion of red, green and blue.

    Attributes:
        transfer: a name in `POWERS`, "pq" or "hlg".
        to_bt709: nine numbers by rows, for linear light.
    """

    transfer: str
    to_bt709: tuple[float, ...]

    @property
    def power(self) -> float:
        """The exponent of the screen that shows the result."""
        return POWERS.get(self.transfer, POWERS["bt1886"])

    def shown(self, rgb: NDArray[np.float64]) -> NDArray[np.float64]:
        """Red, green and blue of BT.709 for a usual screen, 0 to 1.

        Args:
            rgb: coded as in the file, 0 to 1, in the last of any number of dimensions.
        """
        linear = self._linear(rgb) @ np.reshape(self.to_bt709, (3, 3)).T
        largest = np.maximum(linear.max(axis=-1, keepdims=True), 1.0)
        result: NDArray[np.float64] = np.maximum(linear / largest, 0.0) ** (1.0 / self.power)
        return result

    def _linear(self, rgb: NDArray[np.float64]) -> NDArray[np.float64]:
        """Light on the screen that the clip was made for; 1 is white."""
        if self.transfer == "pq":
            root = rgb ** (1.0 / _M2)
            linear = (np.maximum(root - _C1, 0.0) / (_C2 - _C3 * root)) ** (1.0 / _M1)
            return linear * (_PQ_PEAK / _WHITE)
        if self.transfer == "hlg":
            high = (np.exp((rgb - _C) / _A) + _B) / 12.0
            scene = np.where(rgb <= 0.5, rgb * rgb / 3.0, high)
            return scene**_SYSTEM_GAMMA * (_HLG_PEAK / _WHITE)
        return rgb**self.power
