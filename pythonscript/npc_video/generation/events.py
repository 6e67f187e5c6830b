"""What a game hears of its clips, and the answer that it gets at once."""

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
    """What to show now.

    Attributes:
        fallback: what covers the wait, None if the clip itself is there.
        clip: the clip itself, or with `Fallback.SIMILAR` one like it; else None.
        similarity: of `clip` to what was asked for, 0 to 1.
    """

    fallback: Fallback | None
    clip: GeneratedClip | None = None
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class ClipReady:
    """A clip that was asked for is there."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class SimilarReady:
    """A clip like the one of `params`, which is not there, was brought from disk."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A clip that was shown is there in a better preset."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class MadeAhead:
    """A clip is in the cache that nobody has asked for yet."""

    params: VideoParams
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a clip is, 0 to 1."""

    params: VideoParams
    fraction: float


@dataclass(frozen=True, slots=True)
class Previewed:
    """A preview of a clip that is being made."""

    params: VideoParams
    preview: Preview


@dataclass(frozen=True, slots=True)
class Growing:
    """A clip that was asked for comes in, and may be played as far as it is there.

    It is told of each attempt at most once; `ClipReady` follows with the clip that counts.

    Attributes:
        clip: as it will be, as far as that is known; without its data.
        file: what comes in. It ends with the attempt: whole, or given up.
    """

    params: VideoParams
    clip: GeneratedClip
    file: GrowingFile


@dataclass(frozen=True, slots=True)
class Failed:
    """A clip will not come; `reason` is a sentence for the developer of the game."""

    params: VideoParams
    reason: str


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """A clip is still awaited after `waited` seconds, which is longer than `max_wait`."""

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
