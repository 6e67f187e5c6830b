"""The similarity of two words, as a person would judge the clips made from them.

Feelings are compared by their distance on the plane of valence (unpleasant to pleasant) and arousal
(sleepy to excited), from J. A. Russell, "A circumplex model of affect" (1980). The coordinates are
our own rough placement, not measured norms. The vocabulary is that of the procedural face. A
synonym has the coordinates of its expression unless the table lists it.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from ..face.words import ANIMATION_WORDS, EXPRESSION_WORDS

__all__ = ["FEELINGS", "animation_similarity", "feeling_similarity", "word_similarity"]

FEELINGS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "neutral": (0.0, 0.0),
        "calm": (0.3, -0.5),
        "relaxed": (0.5, -0.5),
        "content": (0.6, -0.3),
        "bored": (-0.3, -0.5),
        "happy": (0.8, 0.35),
        "grateful": (0.7, 0.1),
        "proud": (0.7, 0.4),
        "pleased": (0.7, 0.1),
        "soothed": (0.6, -0.4),
        "amused": (0.65, 0.45),
        "ecstatic": (0.9, 0.85),
        "blissful": (0.9, 0.4),
        "sad": (-0.7, -0.35),
        "crying": (-0.8, 0.1),
        "hurt": (-0.7, 0.1),
        "annoyed": (-0.5, 0.35),
        "angry": (-0.75, 0.75),
        "furious": (-0.85, 0.9),
        "rage": (-0.85, 0.9),
        "surprised": (0.15, 0.8),
        "shocked": (-0.2, 0.85),
        "curious": (0.3, 0.35),
        "puzzled": (-0.05, 0.25),
        "confused": (-0.2, 0.3),
        "interested": (0.4, 0.3),
        "scared": (-0.7, 0.7),
        "worried": (-0.5, 0.4),
        "nervous": (-0.4, 0.55),
        "sleepy": (0.05, -0.85),
        "exhausted": (-0.3, -0.8),
        "disgusted": (-0.7, 0.3),
        "aroused": (0.4, 0.7),
        "determined": (0.3, 0.6),
        "love": (0.85, 0.25),
        "shy": (0.0, 0.25),
        "embarrassed": (-0.35, 0.4),
    }
)
"""Valence and arousal by word, -1 to 1."""

_UNLIKE = 1.5  # distance from which two feelings score 0: happy to angry
_SYNONYM = 0.95  # score of different words for one thing: only the same word is the same clip
_LONGEST_WORD = 48  # characters compared: names from a game can have any length


def feeling_similarity(one: str, other: str) -> float:
    """The similarity of two feelings, 0 to 1: by meaning if both are known, else by spelling."""
    if one == other:
        return 1.0
    places = _place(one), _place(other)
    if places[0] is None or places[1] is None:
        return word_similarity(one, other)
    return _SYNONYM * max(0.0, 1.0 - math.dist(places[0], places[1]) / _UNLIKE)


def animation_similarity(one: str, other: str) -> float:
    """The similarity of two animations, 0 to 1: by movement if both are known, else by spelling."""
    if one == other:
        return 1.0
    movements = ANIMATION_WORDS.get(one), ANIMATION_WORDS.get(other)
    if None in movements:
        return word_similarity(one, other)
    return _SYNONYM if movements[0] == movements[1] else 0.0


def word_similarity(one: str, other: str) -> float:
    """The similarity of two words by spelling, 0 to 1: shared pairs of letters (Dice coefficient).

    difflib would take forty times as long, on the main thread.
    """
    if one == other:
        return 1.0
    pairs, others = _pairs(one[:_LONGEST_WORD]), _pairs(other[:_LONGEST_WORD])
    return _SYNONYM * 2.0 * len(pairs & others) / (len(pairs) + len(others))


@lru_cache(maxsize=1024)
def _pairs(word: str) -> frozenset[str]:
    """The pairs of letters of a word and its edges, so that there is always at least one."""
    padded = f" {word} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))


@lru_cache(maxsize=1024)
def _place(word: str) -> tuple[float, float] | None:
    """Valence and arousal of a word, or of its last known part: "happy" in "very_happy"."""
    whole = word.strip().lower().replace("-", "_").replace(" ", "_")
    for candidate in (whole, *reversed(whole.split("_"))):
        known = FEELINGS.get(candidate) or FEELINGS.get(EXPRESSION_WORDS.get(candidate, ""))
        if known is not None:
            return known
    return None
