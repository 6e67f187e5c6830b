"""Whether a name is probably a misspelling of one that is known.

Where games may have words of their own, a word that is not known is no mistake. One that is nearly
a known one mostly is, and nothing else would tell of it.
"""

import re
from collections.abc import Collection
from difflib import get_close_matches

__all__ = ["meant_instead"]

_LIKENESS = 0.8  # from which on difflib's resemblances are slips of the hand and not other words
_LONGEST = 48  # characters that are compared: names from a game can be of any length
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]+")


def meant_instead(name: str, known: Collection[str]) -> str:
    """The known name that `name` is probably a misspelling of; "" where it stands for itself.

    It does where it is known, where it has a known one as a word of it ("feather_2", "very_happy"),
    and where only numbers tell it from a known one.
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
    """Without what is easily mistaken: capitals, blanks and strokes."""
    return "".join(filter(str.isalnum, name.casefold()))
