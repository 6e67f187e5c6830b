"""Every error this package raises, in one shallow tree.

Errors of FFmpeg, of the network and of the standard library are translated into these where they
enter (``raise ... from exc``), so a caller catches one family. The message is one sentence that a
game developer can act on: it reaches the game as the reason of a signal.

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


# Of a name that is looked for among others: comparing takes its square.
_LONGEST_NAME = 80


class NpcVideoError(Exception):
    """The root: catch this to catch all of them."""


class InvalidDataError(NpcVideoError, ValueError):
    """A value from the game or from a profile has the wrong type or lies outside its range."""

    @classmethod
    def of_unknown(cls, name: object, known: Collection[str], where: str = "") -> Self:
        """Say that `name` is none of the `known` ones, and which of them it may be meant for.

        Args:
            where: what the sentence begins with, such as "fields: ".
        """
        from difflib import get_close_matches  # only where something is misspelt

        near = get_close_matches(str(name)[:_LONGEST_NAME].lower(), known, n=1)
        hint = f"perhaps you mean {near[0]}." if near else f"use one of {', '.join(sorted(known))}."
        return cls(f"{where}{shortened(name)} is unknown; {hint}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file of an NPC.

    Attributes:
        node: id of the node, "" if it is not about one.
        field: which setting or port.
        message: what is wrong with it, such as "is missing".
        line: of the text that cannot be read, from 1; None if that is not it.
        column: within the line, from 1; None if it is the line's end, or there is none.
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
    """A file of an NPC is wrong.

    Attributes:
        problems: all that is wrong with it.
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
    """What decodes clips broke, as where there is no memory; the clip need not be the cause."""


class CacheError(NpcVideoError):
    """Clips cannot be kept on disk, or read from it; the game goes on without."""


class GenerationError(NpcVideoError):
    """A backend could not make a clip.

    Attributes:
        has_begun: the work has begun, or may have, where each clip costs money; nobody sends the
            same job again by himself then, neither there nor to another generator.
        is_of_request: it is about this one clip, as far as that can be told, so that another clip
            may well be made there.
        status: of HTTP, of a server's answer without success; None if that is not what it was.
    """

    has_begun: bool = False
    is_of_request: bool = False
    status: int | None = None


class GeneratorUnavailableError(GenerationError):
    """The generator is off, cannot be reached or is overloaded; trying again may help."""


class GeneratorUnreachableError(GeneratorUnavailableError):
    """There is no connection to the generator, none in time, or it broke off.

    Attributes:
        was_sent: there was a connection, so what was asked may have arrived.
    """

    was_sent: bool = True


class GeneratorOverloadedError(GeneratorUnavailableError):
    """The generator has too much to do.

    Attributes:
        retry_after: seconds after which it wants to be asked again; None if it did not say.
    """

    def __init__(self, message: str, retry_after: float | None = None):
        super().__init__(message)
        self.retry_after = retry_after


class GenerationRefusedError(GenerationError):
    """The generator does not let us: the token, the rights or the content are not accepted."""


class GenerationInvalidError(GenerationError):
    """The settings, the workflow or the generator's answer are not as they must be."""


class GenerationFailedError(GenerationError):
    """The generator began and broke, such as by running out of memory."""


class GenerationCancelledError(GenerationError):
    """Somebody else ended the work, such as in the generator's own window."""


class ClipTooLargeError(GenerationError):
    """The clip exceeds a limit of ours, or the request one of the generator's."""


class WorkerError(NpcVideoError, RuntimeError):
    """The worker thread takes no work any more, or did not stop in time."""
