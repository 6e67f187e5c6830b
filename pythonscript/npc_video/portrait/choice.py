"""Which of an NPC's pictures shows a feeling best."""

from collections.abc import Collection

from ..cache.feelings import feeling_similarity
from ..face.words import known_expression, resolve_expression

__all__ = ["ALIKE", "choose_picture"]

ALIKE = 0.6
"""From which similarity on, 0 to 1, one feeling may be shown for another."""


def choose_picture(
    words: Collection[str], expression: str, emotion: str, least: float = ALIKE
) -> tuple[str, bool]:
    """The one of `words`, which pictures go by, and whether it shows just this feeling.

    The word itself is the best; then one that means the same, then the most similar feeling, then
    neutral. "" where none of them is there. The emotion counts where the expression is neutral.

    Args:
        least: how similar, 0 to 1, a feeling must be to be shown for this one.
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
