"""Every error this package raises, in one shallow tree.

Errors of FFmpeg, of the network and of the standard library are translated into these where they
enter (``raise ... from exc``), so a caller catches one family. The message is one sentence that a
game developer can act on: it reaches the game as the reason of a signal.

::

    NpcVideoError
    ├── InvalidDataError (ValueError)   data from the game or a profile is wrong; names the field
    ├── MediaError                      a clip cannot be played
    │   ├── DamagedClipError            its bytes are broken or end too early
    │   ├── UnsupportedClipError        its container, codec or pixel format is not allowed
    │   └── ClipLimitError              it is larger or longer than the limits
    ├── CacheError                      clips cannot be kept on disk, or read from it
    ├── GenerationError                 a backend could not make a clip
    └── WorkerError (RuntimeError)      the worker thread is stopped, or does not stop
"""

__all__ = [
    "CacheError",
    "ClipLimitError",
    "DamagedClipError",
    "GenerationError",
    "InvalidDataError",
    "MediaError",
    "NpcVideoError",
    "UnsupportedClipError",
    "WorkerError",
]


class NpcVideoError(Exception):
    """The root: catch this to catch all of them."""


class InvalidDataError(NpcVideoError, ValueError):
    """A value from the game or from a profile has the wrong type or lies outside its range."""


class MediaError(NpcVideoError):
    """A clip cannot be played."""


class DamagedClipError(MediaError):
    """The bytes of a clip are broken, or end before its last frame."""


class UnsupportedClipError(MediaError):
    """The container, codec or pixel format of a clip is not on the allow-list."""


class ClipLimitError(MediaError):
    """A clip exceeds a limit of ``MediaLimits``."""


class CacheError(NpcVideoError):
    """Clips cannot be kept on disk, or read from it; the game goes on without."""


class GenerationError(NpcVideoError):
    """A backend could not make a clip."""


class WorkerError(NpcVideoError, RuntimeError):
    """The worker thread takes no work any more, or did not stop in time."""
