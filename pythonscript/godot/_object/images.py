"""Direct access to the memory of an `Image`."""

from __future__ import annotations

from typing import Any

from _pythonscript import ffi, lib

from .lives import address_of


def writable_pixels(image: Any) -> memoryview:
    """A writable view of the bytes of an `Image`: rows from the top, without gaps.

    The bytes belong to the image. Do not use the view after the image is freed or resized.

    Raises:
        FreedObjectError: the image has been freed.
    """
    size = image.get_data_size()
    return memoryview(ffi.buffer(ffi.cast("char *", lib.gd_image_ptrw(address_of(image))), size))
