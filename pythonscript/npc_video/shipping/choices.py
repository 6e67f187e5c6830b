"""A developer's choices for the Python that a game ships; the editor imports this module alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choices:
    """A developer's choices for a runtime.

    Attributes:
        extra_packages: requirements of the game itself, in pip's syntax.
        keep_sources: true to keep Python files readable in the game.
        gpl_encoders: true to include x264 and x265, whose licence then binds the game.
    """

    extra_packages: tuple[str, ...] = ()
    keep_sources: bool = False
    gpl_encoders: bool = False
