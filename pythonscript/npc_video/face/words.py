"""The vocabulary of the face, and its interpretation of other words.

Games and generators use many words for one feeling. A word is looked up as it is, then among the
synonyms, then by its parts ("very_happy"), then by similarity ("hapy", "nodding"). If nothing fits
it means neutral.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from ..misspelt import meant_instead

__all__ = [
    "ANIMATION_WORDS",
    "EXPRESSION_WORDS",
    "known_expression",
    "misspelt_animation",
    "misspelt_expression",
    "resolve_animation",
    "resolve_expression",
]


def _vocabulary(**synonyms: str) -> Mapping[str, str]:
    words = {word: name for name, others in synonyms.items() for word in (name, *others.split())}
    return MappingProxyType(words)


EXPRESSION_WORDS = _vocabulary(
    neutral="calm idle default none relaxed content bored",
    happy="joy joyful glad smile smiling cheerful friendly grateful proud",
    pleased="satisfied enjoying comfortable soothed warm",
    amused="laughing playful giggling teasing mischievous funny grin",
    ecstatic="delighted overjoyed thrilled elated excited blissful",
    sad="unhappy crying sorrow hurt lonely disappointed melancholy gloomy",
    annoyed="irritated bothered grumpy impatient displeased frustrated",
    angry="anger mad furious rage hostile enraged",
    surprised="surprise shocked astonished amazed startled",
    curious="wondering questioning puzzled confused thinking thoughtful",
    interested="attentive focused intrigued watching listening",
    scared="fear afraid frightened terrified anxious nervous worried",
    sleepy="tired drowsy asleep sleeping yawning exhausted",
    disgusted="disgust revolted yuck grossed",
    aroused="alert energised energized awake eager ready determined",
    love="affection affectionate loving adoring tender fond",
    shy="embarrassed bashful flustered blushing",
)

ANIMATION_WORDS = _vocabulary(
    idle="breathe breathing none neutral still stand rest",
    nod="yes agree bow",
    shake="no refuse deny tremble shiver",
    bounce="jump hop celebrate dance excited",
    wiggle="wag squirm tickle sway",
    tilt="look wonder listen curious",
    laugh="giggle chuckle",
    startle="flinch recoil gasp surprise jolt",
    lean_in="lean approach nuzzle snuggle",
    sleep="doze nap snore yawn",
)

_ENDING = re.compile(r"(?<=...)(ing|ed|ly|ness|s)$")
_SIMILARITY = 0.75  # below it, difflib finds resemblances that people do not see


@lru_cache(maxsize=512)
def _resolve(word: str, expressions: bool) -> str | None:
    vocabulary = EXPRESSION_WORDS if expressions else ANIMATION_WORDS
    whole = word.strip().lower().replace("-", "_").replace(" ", "_")
    parts = [part for part in re.split(r"[^a-z]+", whole) if part]
    # In English the main word comes last: "mildly annoyed".
    candidates = (whole, *reversed(parts))
    for candidate in candidates:
        if candidate in vocabulary:
            return vocabulary[candidate]
    for candidate in (*candidates, *(_ENDING.sub("", part) for part in reversed(parts))):
        if close := get_close_matches(candidate, vocabulary, n=1, cutoff=_SIMILARITY):
            return vocabulary[close[0]]
    return None


def known_expression(word: str) -> str | None:
    """The expression that `word` means; None if it means none."""
    return _resolve(word[:64], True)


def resolve_expression(word: str) -> str:
    """The expression that `word` means; "neutral" if it means none."""
    return known_expression(word) or "neutral"


def misspelt_expression(word: str) -> str:
    """The expression or emotion that `word` probably misspells; "" if there is none."""
    return _misspelt(word[:64], True)


def misspelt_animation(word: str) -> str:
    """The animation that `word` probably misspells; "" if there is none."""
    return _misspelt(word[:64], False)


@lru_cache(maxsize=512)
def _misspelt(word: str, expressions: bool) -> str:
    vocabulary = EXPRESSION_WORDS if expressions else ANIMATION_WORDS
    whole = re.sub(r"[^a-z]+", "_", word.lower()).strip("_")
    parts = whole.split("_")
    # Other forms of a word are not mistakes: "loved", "wonder".
    stems = {_stem(each) for each in vocabulary}
    if not stems.isdisjoint(map(_stem, (whole, *parts))):
        return ""
    return meant_instead(whole, vocabulary) or meant_instead(parts[-1], vocabulary)


def _stem(word: str) -> str:
    return _ENDING.sub("", word).rstrip("e")


def resolve_animation(word: str) -> str:
    """The animation that `word` means; "idle" if it means none."""
    return _resolve(word[:64], False) or "idle"
