"""Pictures that a game's engine holds: frames are decoded straight into their memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .decode import ClipInfo
    from .likeness import Sketch

__all__ = ["FirstPicture", "Picture", "PictureMaker"]


class Picture(Protocol):
    """Memory that holds all planes of a frame, as `PictureLayout` says."""

    def writable(self) -> memoryview:
        """All of its bytes, rows without gaps."""


class PictureMaker(Protocol):
    """Makes pictures.

    Attributes:
        max_side: columns and rows that one may have.
    """

    max_side: int

    def __call__(self, columns: int, rows: int, sample_bytes: int) -> Picture:
        """Return a new one, of so many bytes per pixel; called on a decoder's thread."""


@dataclass(frozen=True, slots=True)
class FirstPicture:
    """The first picture of a clip, in large and in small, and what the clip says of itself."""

    info: ClipInfo
    picture: Picture
    sketch: Sketch
