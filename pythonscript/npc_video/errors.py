"""All errors of this package, in one shallow tree.

Errors of FFmpeg, of the network and of the standard library are translated into these where they
occur (``raise ... from exc``), so a caller catches one family. The message is a sentence that a
game developer can act on; the game gets it as the reason in a signal.

::

    NpcVideoError
    ├── InvalidDataError (ValueError)   data from the game or a profile is wrong; names the field
    │   └── GraphError                  a file of an NPC is wrong; lists all that is
    ├── MediaError                      a clip cannot be played
    │   ├── DamagedClipError            its bytes are broken or end too early
    │   ├── UnsupportedClipError        its container, codec or pixel format is not allowed
    │   ├── ClipLimitError              it is larger or longer than the limits
    │   └── DecoderError                decoding broke, whatever the clip
    ├── CacheError                      clips cannot be kept on disk, or read from it
    ├── GenerationError                 a backend could not make a clip
    │   ├── GeneratorUnavailableError   it is off, unreachable or overloaded: later it may
    │   │   ├── GeneratorUnreachableError   no connection, none in time, or it broke off
    │   │   └── GeneratorOverloadedError    it has too much to do
    │   ├── GenerationRefusedError      it does not let us: credentials, rights, content
    │   ├── GenerationInvalidError      settings, workflow or answer are not as they must be
    │   ├── GenerationFailedError       it began and broke
    │   ├── GenerationCancelledError    somebody else ended it
    │   └── ClipTooLargeError           the clip exceeds a limit, or the request one of theirs
    └── WorkerError (RuntimeError)      the worker thread is stopped, or does not stop
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from reprlib import repr as shortened
from typing import Self

__all__ = [
    "CacheError",
    "ClipLimitError",
    "ClipTooLargeError",
    "DamagedClipError",
    "DecoderError",
    "GenerationCancelledError",
    "GenerationError",
    "GenerationFailedError",
    "GenerationInvalidError",
    "GenerationRefusedError",
    "GeneratorOverloadedError",
    "GeneratorUnavailableError",
    "GeneratorUnreachableError",
    "GraphError",
    "InvalidDataError",
    "MediaError",
    "NpcVideoError",
    "Problem",
    "UnsupportedClipError",
    "WorkerError",
]


# The longest name that is compared with others: comparing takes quadratic time.
_LONGEST_NAME = 80


class NpcVideoError(Exception):
    """The root of the tree; catch this to catch all of them."""


class InvalidDataError(NpcVideoError, ValueError):
    """A value from the game or from a profile has the wrong type or is outside its range."""

    @classmethod
    def of_unknown(cls, name: object, known: Collection[str], where: str = "") -> Self:
        """The error for an unknown `name`, with a suggestion from `known`.

        Args:
            where: the start of the sentence, such as "fields: ".
        """
        from difflib import get_close_matches  # only where something is misspelt

        near = get_close_matches(str(name)[:_LONGEST_NAME].lower(), known, n=1)
        hint = f"perhaps you mean {near[0]}." if near else f"use one of {', '.join(sorted(known))}."
        return cls(f"{where}{shortened(name)} is unknown; {hint}")


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in the file of an NPC.

    Attributes:
        node: id of the node, "" if it is not about a node.
        field: the setting or port.
        message: the problem, such as "is missing".
        line: of unreadable text, from 1; None for other problems.
        column: within the line, from 1; None for the end of the line, or without a line.
    """

    node: str
    field: str
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        where = f"node {self.node!r:.80}" if self.node else ""
        about = ", ".join(filter(None, (where, self.field)))
        return f"{about}: {self.message}" if about else self.message


class GraphError(InvalidDataError):
    """The file of an NPC is wrong.

    Attributes:
        problems: everything that is wrong with it.
    """

    _LISTED = 20

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        lines = [f"{problem}." for problem in self.problems[: self._LISTED]]
        if len(self.problems) > self._LISTED:
            lines.append(f"… and {len(self.problems) - self._LISTED} more.")
        if len(self.problems) > 1:
            lines = [f"The file of the NPC has {len(self.problems)} mistakes:", *lines]
        super().__init__("\n  ".join(lines))


class MediaError(NpcVideoError):
    """A clip cannot be played."""


class DamagedClipError(MediaError):
    """The bytes of a clip are broken, or end before its last frame."""


class UnsupportedClipError(MediaError):
    """The container, codec or pixel format of a clip is not on the allow-list."""


class ClipLimitError(MediaError):
    """A clip exceeds a limit of ``MediaLimits``."""


class DecoderError(MediaError):
    """Decoding failed, for example for lack of memory; the clip may not be the cause."""


class CacheError(NpcVideoError):
    """Clips cannot be stored on disk, or read from it; the game continues without them."""


class GenerationError(NpcVideoError):
    """A backend could not generate a clip.

    Attributes:
        has_begun: whether the work has begun, or may have, and each clip costs money. The job is
            then not sent again automatically, neither there nor to another generator.
        is_of_request: whether it is about this clip alone, as far as known, so that the generator
            may well make another one.
        status: the HTTP status of a failed response; None if there is none.
    """

    has_begun: bool = False
    is_of_request: bool = False
    status: int | None = None


class GeneratorUnavailableError(GenerationError):
    """The generator is off, unreachable or overloaded; trying again later may help."""


class GeneratorUnreachableError(GeneratorUnavailableError):
    """There is no connection to the generator, none in time, or it was closed.

    Attributes:
        was_sent: whether there was a connection, so that the request may have arrived.
    """

    was_sent: bool = True


class GeneratorOverloadedError(GeneratorUnavailableError):
    """The generator has too much to do.

    Attributes:
        retry_after: seconds after which to ask again; None if it did not say.
    """

    def __init__(self, message: str, retry_after: float | None = None):
        super().__init__(message)
        self.retry_after = retry_after


class GenerationRefusedError(GenerationError):
    """The generator refuses the token, the rights or the content."""


class GenerationInvalidError(GenerationError):
    """The settings, the workflow or the generator's response are invalid."""


class GenerationFailedError(GenerationError):
    """The generator began and failed, for example for lack of memory."""


class GenerationCancelledError(GenerationError):
    """Somebody else stopped the work, for example in the generator's own window."""


class ClipTooLargeError(GenerationError):
    """The clip exceeds one of our limits, or the request one of the generator's."""


class WorkerError(NpcVideoError, RuntimeError):
    """The worker thread accepts no more work, or did not stop in time."""
