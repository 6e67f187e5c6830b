"""Events that a game gets about its clips, and the immediate answer to a request."""

from dataclasses import dataclass

from ..backends.base import Preview
from ..media.growing import GrowingFile
from ..records import Fallback, GeneratedClip, VideoParams

__all__ = [
    "Answer",
    "ClipReady",
    "DeadlinePassed",
    "Event",
    "Failed",
    "Growing",
    "MadeAhead",
    "Previewed",
    "Progress",
    "SimilarReady",
    "Upgraded",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """The picture to show now.

    Attributes:
        fallback: what bridges the wait; None if the clip itself is there.
        clip: the clip itself, or a similar one with `Fallback.SIMILAR`; None otherwise.
        similarity: of `clip` to the request, 0 to 1.
    """

    fallback: Fallback | None
    clip: GeneratedClip | None = None
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class ClipReady:
    """A requested clip is there."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class SimilarReady:
    """A similar clip was loaded from disk, because that of `params` is missing."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A shown clip is there in a better preset."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class MadeAhead:
    """A clip is in the cache that nobody has requested yet."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a clip, 0 to 1."""

    params: VideoParams
    fraction: float


@dataclass(frozen=True, slots=True)
class Previewed:
    """A preview of a clip in progress."""

    params: VideoParams
    preview: Preview


@dataclass(frozen=True, slots=True)
class Growing:
    """A requested clip is arriving, and can be played as far as it has arrived.

    It is reported once per attempt at most; `ClipReady` follows with the final clip.

    Attributes:
        clip: the expected clip, as far as it is known, without data.
        file: the arriving data. It ends with the attempt: complete, or given up.
    """

    params: VideoParams
    clip: GeneratedClip
    file: GrowingFile


@dataclass(frozen=True, slots=True)
class Failed:
    """A clip will not come; `reason` is a sentence for the game's developer."""

    params: VideoParams
    reason: str


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """A clip is still missing after `waited` seconds, which is longer than `max_wait`."""

    params: VideoParams
    waited: float


Event = (
    ClipReady
    | SimilarReady
    | Upgraded
    | MadeAhead
    | Progress
    | Previewed
    | Growing
    | Failed
    | DeadlinePassed
)
