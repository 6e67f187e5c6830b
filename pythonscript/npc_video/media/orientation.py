"""Rotates pictures by their Exif tag Orientation, which telephones write."""

from typing import Any

__all__ = ["UPRIGHT", "orientation_of", "upright"]

UPRIGHT = 1
# Marks before the TIFF structure in JPEG, PNG and WebP, and its possible distances from them.
_MARKS = (b"Exif\0\0", b"eXIf", b"EXIF")
_DISTANCES = (0, 4, 10)
_ORDERS = {b"II*\0": "little", b"MM\0*": "big"}
_TAG, _ENTRY_BYTES = 0x0112, 12
_SWAPPED = (5, 6, 7, 8)
_MIRRORED, _FLIPPED = (2, 3, 6, 7), (3, 4, 7, 8)


def orientation_of(data: bytes) -> int:
    """A number from 1 to 8, as in Exif; `UPRIGHT` for a file without the tag."""
    for mark in _MARKS:
        place = data.find(mark)
        for distance in _DISTANCES if place >= 0 else ():
            tiff = data[place + len(mark) + distance :][: 1 << 16]
            if tiff[:4] in _ORDERS:
                return _in_tiff(tiff)
    return UPRIGHT


def upright(picture: Any, orientation: int) -> Any:
    """The rotated picture, as a frame of FFmpeg in RGB with or without alpha."""
    if orientation == UPRIGHT:
        return picture
    # Most pictures are upright, and NumPy takes long to load.
    import av
    import numpy as np

    rows = np.ascontiguousarray(_turned(picture.to_ndarray(), orientation))
    return av.VideoFrame.from_ndarray(rows, format=picture.format.name)


def _turned(rows: Any, orientation: int) -> Any:
    rows = rows.swapaxes(0, 1) if orientation in _SWAPPED else rows
    rows = rows[:, ::-1] if orientation in _MIRRORED else rows
    return rows[::-1] if orientation in _FLIPPED else rows


def _in_tiff(tiff: bytes) -> int:
    order: Any = _ORDERS[tiff[:4]]

    def number(place: int, size: int) -> int:
        return int.from_bytes(tiff[place : place + size], order)

    first = number(4, 4)
    for entry in range(number(first, 2)):
        place = first + 2 + entry * _ENTRY_BYTES
        if number(place, 2) == _TAG and number(place + 8, 2) in range(1, 9):
            return number(place + 8, 2)
    return UPRIGHT
