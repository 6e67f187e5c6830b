"""What covers the time until a clip is there."""

from collections.abc import Collection

from ..records import Fallback

__all__ = ["ORDER", "SIMILAR_ENOUGH", "choose", "usefulness"]

ORDER = (Fallback.SIMILAR, Fallback.PROCEDURAL, Fallback.PLACEHOLDER, Fallback.FREEZE)
"""The best first: people take a gesture for a reaction, text and a held picture for a fault."""

SIMILAR_ENOUGH = 0.6
"""From which similarity on, 0 to 1, one clip may stand for another."""

# Of what is shown, where the exact clip at the wanted preset is 1.
_USEFULNESS = {Fallback.PROCEDURAL: 0.3, Fallback.PLACEHOLDER: 0.1, Fallback.FREEZE: 0.0}
_USEFULNESS_OF_SIMILAR = 0.5


def choose(preferred: Fallback, available: Collection[Fallback], similarity: float) -> Fallback:
    """`preferred` if it can be shown, else the best that can.

    Args:
        available: what the game can show; nothing changes on screen if that is nothing.
        similarity: of the most similar clip, 0 to 1.
    """
    for fallback in (preferred, *ORDER):
        if fallback in available and (
            fallback is not Fallback.SIMILAR or similarity >= SIMILAR_ENOUGH
        ):
            return fallback
    return Fallback.FREEZE


def usefulness(fallback: Fallback, similarity: float) -> float:
    """How much a fallback does for the player, 0 to 1."""
    if fallback is Fallback.SIMILAR:
        return _USEFULNESS_OF_SIMILAR * similarity
    return _USEFULNESS[fallback]
