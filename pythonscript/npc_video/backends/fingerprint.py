"""Short texts for what clips depend on beside their parameters: clips kept on disk have one.

Two generators with equal fingerprints make clips that can stand for each other.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from ..records import UNTAGGED_COLOURS

__all__ = ["coloured_fingerprint", "fingerprint_of", "joined_fingerprint"]

_DIGITS = 16


def fingerprint_of(*parts: Any) -> str:
    """16 hexadecimal digits for values that JSON can hold."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def coloured_fingerprint(fingerprint: str, untagged_colours: str) -> str:
    """`fingerprint` for the usual colours, so that clips on disk go on counting; else another.

    A clip keeps its colours with it: one that was made before they were set must be made anew.
    """
    if untagged_colours == UNTAGGED_COLOURS[0]:
        return fingerprint
    return fingerprint_of(fingerprint, untagged_colours)


def joined_fingerprint(fingerprints: Iterable[str]) -> str:
    """Of a generator that is made of others: theirs if all have the same, in whatever order."""
    different = sorted(set(fingerprints))
    return different[0] if len(different) == 1 else fingerprint_of(*different)
