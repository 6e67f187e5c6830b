"""Errors of the farm, below those of `npc_video`.

::

    FarmError
    ├── StoreError              Valkey refuses: password, rights, version
    │   ├── StoreAwayError      it is not reachable now; later it may be
    │   └── StoreFullError      its memory or its disk is full; what it accepted before is kept
    └── ClipStoreError          clips cannot be written, or read
        ├── ClipStoreFullError  the disk is full; clips stored before are kept
        └── ClipGoneError       there is no such clip any more
"""

from npc_video.errors import NpcVideoError

__all__ = [
    "ClipGoneError",
    "ClipStoreError",
    "ClipStoreFullError",
    "FarmError",
    "StoreAwayError",
    "StoreError",
    "StoreFullError",
]


class FarmError(NpcVideoError):
    """A part of the farm cannot do its work; the message says what to do."""


class StoreError(FarmError):
    """Valkey refuses or lacks something."""


class StoreAwayError(StoreError):
    """Valkey cannot be reached. Whether a call arrived is unknown: each may be repeated."""


class StoreFullError(StoreError):
    """The memory or the disk of Valkey is full."""


class ClipStoreError(FarmError):
    """Clips cannot be stored or read."""


class ClipStoreFullError(ClipStoreError):
    """There is no room for another clip."""


class ClipGoneError(ClipStoreError):
    """The clip was evicted or removed."""
