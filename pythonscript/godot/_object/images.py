"""The memory of an `Image`, for those who fill it themselves."""

from __future__ import annotations

from typing import Any

from _pythonscript import ffi, lib

from .lives import address_of


def writable_pixels(image: Any) -> memoryview:
    """The bytes of an `Image`, to be written in place; first row first, without gaps.

    They belong to the image: do not touch them once it is gone or has been resized.

    Raises:
        FreedObjectError: the image is gone.
    """
    size = image.get_data_size()
    return memoryview(ffi.buffer(ffi.cast("char *", lib.gd_image_ptrw(address_of(image))), size))
