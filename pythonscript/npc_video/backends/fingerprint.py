"""Short texts for what clips depend on beside their parameters: clips kept on disk have one.

Two generators with equal fingerprints make clips that can stand for each other.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

__all__ = ["fingerprint_of", "joined_fingerprint"]

_DIGITS = 16


def fingerprint_of(*parts: Any) -> str:
    """16 hexadecimal digits for values that JSON can hold."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def joined_fingerprint(fingerprints: Iterable[str]) -> str:
    """Of a generator that is made of others: theirs if all have the same, in whatever order."""
    different = sorted(set(fingerprints))
    return different[0] if len(different) == 1 else fingerprint_of(*different)
