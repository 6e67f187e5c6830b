"""Chooses the picture of an NPC that shows a feeling best."""

from collections.abc import Collection

from ..cache.feelings import feeling_similarity
from ..face.words import known_expression, resolve_expression

__all__ = ["ALIKE", "choose_picture"]

ALIKE = 0.6
"""The similarity, 0 to 1, from which one feeling can be shown for another."""


def choose_picture(
    words: Collection[str], expression: str, emotion: str, least: float = ALIKE
) -> tuple[str, bool]:
    """The key of the best picture among `words`, and whether it shows exactly this feeling.

    The word itself is best, then a synonym, then the most similar feeling, then neutral. "" if
    there is none of these. The emotion is used if the expression is neutral.

    Args:
        least: the lowest similarity, 0 to 1, of a feeling that is shown for this one.
    """
    is_neutral = known_expression(expression) == "neutral" or expression not in words
    wanted = emotion if is_neutral and resolve_expression(expression) == "neutral" else expression
    if wanted in words:
        return wanted, True
    meant = known_expression(wanted)
    for word in words:
        if meant is not None and known_expression(word) == meant:
            return word, True
    likeness = {word: feeling_similarity(word, wanted) for word in words}
    best = max(words, key=lambda word: likeness[word], default="")
    if best and likeness[best] >= least:
        return best, False
    return next((word for word in words if known_expression(word) == "neutral"), ""), False
