"""What a developer chooses for the Python that a game carries; the editor reads this alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choices:
    """What a developer chooses for a runtime.

    Attributes:
        extra_packages: requirements of the game itself, as pip takes them.
        keep_sources: whether Python files are readable in the game, and not only compiled.
        gpl_encoders: whether x264 and x265 go along, whose licence then binds the game.
    """

    extra_packages: tuple[str, ...] = ()
    keep_sources: bool = False
    gpl_encoders: bool = False
