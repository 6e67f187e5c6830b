"""Pictures in an engine's memory, into which frames are decoded directly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .decode import ClipInfo
    from .likeness import Sketch

__all__ = ["FirstPicture", "Picture", "PictureMaker"]


class Picture(Protocol):
    """Memory for all planes of a frame, arranged as in `PictureLayout`."""

    def writable(self) -> memoryview:
        """All of its bytes, rows without gaps."""


class PictureMaker(Protocol):
    """Makes pictures.

    Attributes:
        max_side: the most columns and rows of a picture.
    """

    max_side: int

    def __call__(self, columns: int, rows: int, sample_bytes: int) -> Picture:
        """Makes a picture; called on a decoder's thread."""


@dataclass(frozen=True, slots=True)
class FirstPicture:
    """The first picture of a clip, full-size and as a sketch, and the clip's properties."""

    info: ClipInfo
    picture: Picture
    sketch: Sketch
