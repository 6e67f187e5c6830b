"""Chooses the fallback that bridges the wait for a clip."""

from collections.abc import Collection

from ..records import Fallback

__all__ = ["ORDER", "SIMILAR_ENOUGH", "choose", "usefulness"]

ORDER = (Fallback.SIMILAR, Fallback.PROCEDURAL, Fallback.PLACEHOLDER, Fallback.FREEZE)
"""The best first: a gesture looks like a reaction; text and a frozen picture look like a fault."""

SIMILAR_ENOUGH = 0.6
"""The similarity, 0 to 1, from which one clip may replace another."""

# Usefulness of fallbacks, where the exact clip at the wanted preset is 1.
_USEFULNESS = {Fallback.PROCEDURAL: 0.3, Fallback.PLACEHOLDER: 0.1, Fallback.FREEZE: 0.0}
_USEFULNESS_OF_SIMILAR = 0.5


def choose(preferred: Fallback, available: Collection[Fallback], similarity: float) -> Fallback:
    """`preferred` if it can be shown, otherwise the best one that can.

    Args:
        available: the fallbacks that the game can show; if there are none, the screen does not
            change.
        similarity: of the most similar clip, 0 to 1.
    """
    for fallback in (preferred, *ORDER):
        if fallback in available and (
            fallback is not Fallback.SIMILAR or similarity >= SIMILAR_ENOUGH
        ):
            return fallback
    return Fallback.FREEZE


def usefulness(fallback: Fallback, similarity: float) -> float:
    """The usefulness of a fallback for the player, 0 to 1."""
    if fallback is Fallback.SIMILAR:
        return _USEFULNESS_OF_SIMILAR * similarity
    return _USEFULNESS[fallback]
