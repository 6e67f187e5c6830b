"""Fingerprints: short texts for everything besides parameters that clips depend on.

Generators with equal fingerprints make interchangeable clips. Each clip on disk is stored with one.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from ..records import UNTAGGED_COLOURS

__all__ = ["coloured_fingerprint", "fingerprint_of", "joined_fingerprint"]

_DIGITS = 16


def fingerprint_of(*parts: Any) -> str:
    """16 hexadecimal digits for values that JSON can represent."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def coloured_fingerprint(fingerprint: str, untagged_colours: str) -> str:
    """The fingerprint for these colours; unchanged for the default, so stored clips remain valid.

    A clip is stored with its colours, so clips made before a change must be generated again.
    """
    if untagged_colours == UNTAGGED_COLOURS[0]:
        return fingerprint
    return fingerprint_of(fingerprint, untagged_colours)


def joined_fingerprint(fingerprints: Iterable[str]) -> str:
    """The fingerprint of a combined generator: the parts' own if all are equal, in any order."""
    different = sorted(set(fingerprints))
    return different[0] if len(different) == 1 else fingerprint_of(*different)
