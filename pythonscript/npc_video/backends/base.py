"""The contract that every generator of clips implements.

It imports only records and errors. `scripted` has a generator for tests.
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
from ..records import (
    CLIP_SECONDS,
    UNTAGGED_COLOURS,
    GeneratedClip,
    Purpose,
    QualityPreset,
    VideoParams,
)

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

_BUSY_SECONDS = 2.0  # if a busy generator does not say how long
_PICTURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


@dataclass(frozen=True, slots=True)
class NpcImage:
    """The picture of an NPC that a generator starts from.

    Attributes:
        data: the file.
        media_type: "image/png", "image/jpeg" or "image/webp".
        digest: SHA-256 of the data, as hexadecimal digits.
    """

    data: bytes
    media_type: str
    digest: str

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Reads the type and the digest; slow for large data, so not for the game's main thread.

        Raises:
            GenerationInvalidError: it is not a PNG, JPEG or WebP file.
        """
        kind = next((kind for start, kind in _PICTURES if data.startswith(start)), "")
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            kind = "image/webp"
        if not kind:
            raise GenerationInvalidError("The NPC's picture must be a PNG, JPEG or WebP file.")
        return cls(data, kind, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A clip to generate.

    Attributes:
        clip_seconds: its length.
        image: the picture to start from, for generators that use one.
        deadline: seconds from now until a player needs it, if it is urgent; None for no limit. A
            clip that comes later is still wanted.
        purpose: the reason for generating it.
    """

    params: VideoParams
    preset: QualityPreset
    clip_seconds: float = CLIP_SECONDS
    image: NpcImage | None = None
    deadline: float | None = None
    purpose: Purpose = Purpose.URGENT

    @property
    def key(self) -> Hashable:
        """A key that is equal for requests of the same clip."""
        return self.params.cache_key(), self.preset, self.clip_seconds

    @property
    def is_urgent(self) -> bool:
        return self.purpose is Purpose.URGENT

    @property
    def frame_count(self) -> int:
        return self.preset.frame_count(self.clip_seconds)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The abilities of a generator.

    Attributes:
        slots: clips it generates at the same time, at least one.
        batch: requests of one preset it generates together, at least one.
        uses_image: whether it starts from the NPC's picture.
        uses_text: whether the prompt affects the clip; without it emotions have no effect.
        previews: whether it reports `Preview` while it works.
        streams: whether it reports `ClipPart` while the clip arrives.
        finish_started: whether every started clip is finished, because it costs money.
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
        """The joint abilities of several generators; a batch stays with one of them."""
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
    """The state of a generator.

    Attributes:
        is_ready: whether it can take work.
        version: its own version, "" if it does not say.
        models: the models that it would use, or has.
        problems: sentences, each with a problem and its cure.
        advice: sentences, each with a possible improvement.
        answers: whether it answered, ready or not.
        again_after: seconds until it may be ready, if it is only busy; None otherwise.
        loopable: in words, whether its clips end with the picture that they start with; "" if
            unknown.
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
        """The state of a generator that answers with an error, or not at all."""
        return cls(
            is_ready=False,
            version=version,
            problems=(str(error),),
            answers=not isinstance(error, GeneratorUnreachableError),
            again_after=busy_seconds(error),
        )

    @classmethod
    def of_any(cls, parts: Sequence[Self], problems: Iterable[str], advice: Iterable[str]) -> Self:
        """The joint state of several generators, which is ready if one of them is."""
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
    """Seconds until a busy generator wants to be asked again; None if it is not only busy."""
    if not isinstance(error, GeneratorOverloadedError) or error.has_begun:
        return None
    return _BUSY_SECONDS if error.retry_after is None else error.retry_after


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of a clip in progress, as a file ("image/jpeg" or "image/png")."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ClipPart:
    """The next bytes of the clip's file, which can be played as they arrive.

    All parts belong to one attempt. If another attempt succeeds instead, the clip itself is valid.

    Attributes:
        untagged_colours: as of the clip.
    """

    data: bytes
    media_type: str
    untagged_colours: str = UNTAGGED_COLOURS[0]


Early = Preview | ClipPart

OnProgress = Callable[[float], None]
"""Takes progress from 0 to 1, never decreasing; called on the worker thread."""

OnEarly = Callable[[Early], None]
"""Takes a preview or a part of the clip; called on the worker thread."""


def ignore(news: object) -> None:
    """No-op callback."""


class Backend(ABC):
    """Generates clips on the event loop of the worker thread, which it never blocks."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    @property
    def fingerprint(self) -> str:
        """Identifies what clips depend on besides the request; stored clips need an equal one."""
        return f"{type(self).__module__}.{type(self).__qualname__}"

    @property
    def title(self) -> str:
        """Its name in messages."""
        return type(self).__name__

    @property
    def place(self) -> str:
        """Its address in messages, such as "http://127.0.0.1:8188"; "" if it has none."""
        return ""

    async def health(self) -> Health:
        """Checks whether it works; takes seconds at most, and never raises."""
        return Health(is_ready=True)

    @abstractmethod
    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        """Generates a clip. Cancelling the task stops the work, also on other machines.

        Raises:
            GenerationError: there will be no clip; the text says what to do.
        """

    async def promote(self, request: GenerationRequest) -> None:
        """Raises the purpose of a clip that is being generated; never raises an error.

        Args:
            request: equal to that of `generate` by its `key`, with the new purpose and deadline. It
                may lack the picture.
        """
        return

    async def generate_batch(
        self, requests: Sequence[GenerationRequest], on_progress: OnProgress
    ) -> list[GeneratedClip | GenerationError]:
        """Generates the clips of one preset, in order: each a clip or an error.

        Only called if `capabilities.batch` is above 1.

        Raises:
            GenerationError: there will be no clip at all.
        """
        raise NotImplementedError

    @abstractmethod
    async def close(self) -> None:
        """Closes connections and threads. Nothing is generated afterwards."""
