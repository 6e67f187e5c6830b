"""Recognises probable misspellings of known names.

Games may have words of their own, so an unknown word is no mistake. But a word that is almost a
known one mostly is, and nothing else would report it.
"""

import re
from collections.abc import Collection
from difflib import get_close_matches

__all__ = ["meant_instead"]

_LIKENESS = 0.8  # difflib's ratio from which a word is a misspelling rather than another word
_LONGEST = 48  # characters compared: names from a game can have any length
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]+")


def meant_instead(name: str, known: Collection[str]) -> str:
    """The known name that `name` probably misspells; "" if it is not a misspelling.

    It is none if it is known, if one of its words is a known name ("feather_2", "very_happy"), or
    if it differs from a known name only in numbers.
    """
    name = name[:_LONGEST]
    if name in known:
        return ""
    for each in known:
        if _plain(each) == _plain(name) != "":
            return each
    if any(word in known for word in _WORDS.findall(name.lower())):
        return ""
    near = get_close_matches(name.lower(), known, n=1, cutoff=_LIKENESS)
    if not near or _DIGITS.sub("", near[0]) == _DIGITS.sub("", name.lower()):
        return ""
    return near[0]


def _plain(name: str) -> str:
    """The name without differences that are easily overlooked: capitals, blanks and hyphens."""
    return "".join(filter(str.isalnum, name.casefold()))
