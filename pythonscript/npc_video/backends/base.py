"""What every generator of clips keeps to.

It imports records and errors only; `scripted` ships a generator that does as a test tells it.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from ..errors import (
    GenerationError,
    GenerationInvalidError,
    GeneratorOverloadedError,
    GeneratorUnreachableError,
)
from ..records import CLIP_SECONDS, UNTAGGED_COLOURS, GeneratedClip, QualityPreset, VideoParams

__all__ = [
    "Backend",
    "Capabilities",
    "ClipPart",
    "Early",
    "GenerationRequest",
    "Health",
    "NpcImage",
    "OnEarly",
    "OnProgress",
    "Preview",
    "busy_seconds",
    "ignore",
]

_BUSY_SECONDS = 2.0  # where a generator that is busy does not say how long
_PICTURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


@dataclass(frozen=True, slots=True)
class NpcImage:
    """The picture of an NPC that a generator starts from.

    Attributes:
        data: the file.
        media_type: "image/png", "image/jpeg" or "image/webp".
        digest: SHA-256 of the data, as hexadecimal digits: equal pictures have equal names.
    """

    data: bytes
    media_type: str
    digest: str

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Looks at the data; large ones take a moment, so not on the game's main thread.

        Raises:
            GenerationInvalidError: it is no PNG, JPEG or WebP.
        """
        kind = next((kind for start, kind in _PICTURES if data.startswith(start)), "")
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            kind = "image/webp"
        if not kind:
            raise GenerationInvalidError("The NPC's picture must be a PNG, JPEG or WebP file.")
        return cls(data, kind, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One clip to make.

    Attributes:
        clip_seconds: its length.
        image: what it begins with, for generators that use one.
        deadline: seconds from now within which somebody waits for it; None if nobody does yet. A
            clip that comes later is still wanted.
    """

    params: VideoParams
    preset: QualityPreset
    clip_seconds: float = CLIP_SECONDS
    image: NpcImage | None = None
    deadline: float | None = None

    @property
    def key(self) -> Hashable:
        """Equal for requests of the same clip."""
        return self.params.cache_key(), self.preset, self.clip_seconds

    @property
    def is_urgent(self) -> bool:
        return self.deadline is not None

    @property
    def frame_count(self) -> int:
        return self.preset.frame_count(self.clip_seconds)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a generator can do.

    Attributes:
        slots: how many clips it makes at once, at least one.
        batch: how many requests of one preset it makes in one go, at least one.
        uses_image: it starts from the NPC's picture.
        uses_text: what is prompted shows in the clip; without it emotions have no effect.
        previews: it tells `Preview` while it works.
        streams: it tells `ClipPart` while the clip comes in.
        finish_started: no clip is given up once it has begun, as each one costs money.
    """

    slots: int = 1
    batch: int = 1
    uses_image: bool = False
    uses_text: bool = True
    previews: bool = False
    streams: bool = False
    finish_started: bool = False

    @classmethod
    def joined(cls, each: Collection[Self]) -> Self:
        """What several generators can do that work as one; a batch stays with one of them."""
        return cls(
            slots=sum(can.slots for can in each),
            uses_image=any(can.uses_image for can in each),
            uses_text=any(can.uses_text for can in each),
            previews=any(can.previews for can in each),
            streams=any(can.streams for can in each),
            finish_started=any(can.finish_started for can in each),
        )


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a generator works.

    Attributes:
        is_ready: it can take work.
        version: as it says itself, "" if it does not.
        models: what it would use, or has.
        problems: what is wrong, each a sentence that says what to do.
        advice: what could be better, each a sentence that says what to do.
        answers: it answered, and need not be ready.
        again_after: seconds after which it may be ready, where it is only busy; None if it is not.
        loopable: whether its clips end in the picture that they begin with, in words; "" where that
            is not known.
    """

    is_ready: bool
    version: str = ""
    models: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    answers: bool = False
    again_after: float | None = None
    advice: tuple[str, ...] = ()
    loopable: str = ""

    @classmethod
    def of_error(cls, error: GenerationError, version: str = "") -> Self:
        """That of a generator which answers with an error, or not at all."""
        return cls(
            is_ready=False,
            version=version,
            problems=(str(error),),
            answers=not isinstance(error, GeneratorUnreachableError),
            again_after=busy_seconds(error),
        )

    @classmethod
    def of_any(cls, parts: Sequence[Self], problems: Iterable[str], advice: Iterable[str]) -> Self:
        """That of several as one, which is ready if one of them is."""
        pauses = [part.again_after for part in parts if part.again_after is not None]
        return cls(
            any(part.is_ready for part in parts),
            ", ".join(dict.fromkeys(part.version for part in parts if part.version)),
            tuple(sorted({model for part in parts for model in part.models})),
            tuple(problems),
            any(part.is_ready or part.answers for part in parts),
            min(pauses, default=None),
            tuple(advice),
        )


def busy_seconds(error: GenerationError) -> float | None:
    """Seconds after which a generator wants to be asked again; None if it is not only busy."""
    if not isinstance(error, GeneratorOverloadedError) or error.has_begun:
        return None
    return _BUSY_SECONDS if error.retry_after is None else error.retry_after


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of the clip that is being made, as a file ("image/jpeg" or "image/png")."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ClipPart:
    """The next bytes of the clip's file, which may be played as they come.

    They are told of one attempt; if another one succeeds in its place, the clip itself counts.

    Attributes:
        untagged_colours: as of the clip.
    """

    data: bytes
    media_type: str
    untagged_colours: str = UNTAGGED_COLOURS[0]


Early = Preview | ClipPart

OnProgress = Callable[[float], None]
"""Takes the part that is done, 0 to 1, never less than before; called on the worker thread."""

OnEarly = Callable[[Early], None]
"""Takes what can be shown before the clip is there; called on the worker thread."""


def ignore(news: object) -> None:
    """For who does not want to hear of it."""


class Backend(ABC):
    """Makes clips, on the event loop of the worker thread, which it never blocks."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    @property
    def fingerprint(self) -> str:
        """What its clips depend on beside the request; clips on disk count for equal ones only."""
        return f"{type(self).__module__}.{type(self).__qualname__}"

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return type(self).__name__

    @property
    def place(self) -> str:
        """Where it is, for sentences: "http://127.0.0.1:8188"; "" if it is nowhere else."""
        return ""

    async def health(self) -> Health:
        """Looks whether it works; takes seconds at most, and never raises."""
        return Health(is_ready=True)

    @abstractmethod
    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        """The clip. Cancelling the task gives up the work, on other machines too.

        Raises:
            GenerationError: none will come; its message says what to do.
        """

    async def generate_batch(
        self, requests: Sequence[GenerationRequest], on_progress: OnProgress
    ) -> list[GeneratedClip | GenerationError]:
        """The clips of one preset, in order, each or why it will not come.

        Only for generators whose `capabilities.batch` is above 1.

        Raises:
            GenerationError: none of them will come.
        """
        raise NotImplementedError

    @abstractmethod
    async def close(self) -> None:
        """Gives back connections and threads. Nothing is generated afterwards."""
