"""The primaries of a clip, and their conversion to those of BT.709."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHROMATICITIES", "CONVERTED", "luminance_of", "to_bt709"]

_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)

CHROMATICITIES = {
    "bt709": ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    "bt470m": ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    "bt470bg": ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    "smpte170m": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    "film": ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    "dci_p3": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI),
    "display_p3": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    "ebu3213": ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
"""x and y of red, green, blue and white (ITU-T H.273, table 2)."""

CONVERTED = ("bt2020", "dci_p3", "display_p3")
"""Primaries so far from those of BT.709 that colours are wrong without a conversion."""

# The response of the eye's three kinds of cones to X, Y and Z (K. M. Lam, 1985; "Bradford").
_CONES = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


@cache
def luminance_of(primaries: str) -> tuple[float, float, float]:
    """The shares of red, green and blue in the luminance of white; their sum is 1."""
    red, green, blue = map(float, _to_xyz(primaries)[1])
    return red, green, blue


@cache
def to_bt709(primaries: str) -> tuple[float, ...]:
    """A matrix of nine numbers by rows, from linear light of these primaries to that of BT.709.

    White remains white even if the white points differ: it is adapted as cones do (Bradford).
    """
    white = _xyz(CHROMATICITIES[primaries][3])
    wanted = _xyz(CHROMATICITIES["bt709"][3])
    adapted = np.diag((_CONES @ wanted) / (_CONES @ white))
    adapt = np.linalg.inv(_CONES) @ adapted @ _CONES
    matrix = np.linalg.inv(_to_xyz("bt709")) @ adapt @ _to_xyz(primaries)
    return tuple(map(float, matrix.ravel()))


def _to_xyz(primaries: str) -> NDArray[np.float64]:
    """The matrix to XYZ by SMPTE RP 177: red, green and blue of 1 give white of luminance 1."""
    *corners, white = map(_xyz, CHROMATICITIES[primaries])
    columns = np.stack(corners, axis=1)
    return columns * np.linalg.solve(columns, white)


def _xyz(chromaticity: tuple[float, float]) -> NDArray[np.float64]:
    """X, Y and Z of a chromaticity at luminance 1."""
    x, y = chromaticity
    return np.array([x / y, 1.0, (1.0 - x - y) / y])
