"""Compares two pictures by the two measures that papers on video use."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["luma", "mean_squared_error", "psnr", "ssim"]

_PEAK = 255.0
_LUMA = np.array([0.2126, 0.7152, 0.0722])  # BT.709
_RADIUS, _SIGMA = 5, 1.5  # of SSIM's window, pixels
_C1, _C2 = (0.01 * _PEAK) ** 2, (0.03 * _PEAK) ** 2

_Field = NDArray[np.float64]


def luma(rgb: NDArray[np.uint8]) -> _Field:
    """Returns the brightness of a picture of the shape (height, width, 3), 0 to 255."""
    brightness: _Field = rgb @ _LUMA
    return brightness


def mean_squared_error(one: _Field, other: _Field) -> float:
    return float(np.mean((one - other) ** 2))


def psnr(squared_error: float) -> float:
    """Returns the peak signal-to-noise ratio of this mean squared error, dB."""
    return float(10.0 * np.log10(_PEAK**2 / squared_error))


def ssim(one: _Field, other: _Field) -> float:
    """Returns the mean structural similarity of two pictures, 1 for equal ones.

    Wang, Bovik, Sheikh, Simoncelli: "Image quality assessment: from error visibility to structural
    similarity", 2004, equation 13, with their Gaussian window of 11 × 11 and their constants.
    """
    mean_1, mean_2 = _windowed(one), _windowed(other)
    variance_1 = _windowed(one * one) - mean_1**2
    variance_2 = _windowed(other * other) - mean_2**2
    covariance = _windowed(one * other) - mean_1 * mean_2
    likeness = (2.0 * mean_1 * mean_2 + _C1) * (2.0 * covariance + _C2)
    most = (mean_1**2 + mean_2**2 + _C1) * (variance_1 + variance_2 + _C2)
    return float(np.mean(likeness / most))


def _windowed(values: _Field) -> _Field:
    """Returns weighted means around every pixel whose window lies inside."""
    weights = np.exp(-0.5 * (np.arange(-_RADIUS, _RADIUS + 1) / _SIGMA) ** 2)
    weights /= weights.sum()
    size = len(weights)
    height, width = values.shape
    down = sum(w * values[i : height - size + 1 + i] for i, w in enumerate(weights))
    means: _Field = sum(w * down[:, i : width - size + 1 + i] for i, w in enumerate(weights))
    return means
