"""An attempt to get a clip whose file is arriving; bytes of two attempts never mix."""

from dataclasses import dataclass

from ..backends.base import ClipPart
from ..media.growing import GrowingFile
from ..records import UNTAGGED_COLOURS, GeneratedClip
from .events import Growing
from .jobs import Start

__all__ = ["Attempt"]


@dataclass(slots=True)
class Attempt:
    """The data that has arrived from one start.

    Attributes:
        is_asked: whether the backend has the request.
        is_told: whether the game was told that the clip is arriving.
    """

    start: Start
    clip_seconds: float
    file: GrowingFile | None = None
    untagged_colours: str = UNTAGGED_COLOURS[0]
    is_asked: bool = False
    is_told: bool = False

    def take(self, part: ClipPart) -> None:
        """Appends bytes to the file; called on the worker thread, as `end` is."""
        if self.file is None:
            self.file = GrowingFile(part.media_type)
            self.untagged_colours = part.untagged_colours
        self.file.append(part.data)

    def end(self, clip: GeneratedClip | None = None) -> None:
        """Ends the attempt with its clip, or without one; only the first call counts."""
        if self.file is not None and clip is not None:
            self.file.finish(clip.data)
        elif self.file is not None:
            self.file.give_up()

    def growing(self, now: float) -> Growing | None:
        """The event for the game, once; None if there is nothing to tell, or it was told."""
        if self.file is None or self.is_told:
            return None
        self.is_told = True
        params, preset = self.start.job.params, self.start.job.preset
        expected = GeneratedClip(
            data=b"",
            media_type=self.file.media_type,
            width=preset.width,
            height=preset.height,
            fps=preset.fps,
            duration=preset.frame_count(self.clip_seconds) / preset.fps,
            preset=preset.name,
            params=params,
            generation_seconds=now - self.start.at,
            untagged_colours=self.untagged_colours,
        )
        return Growing(params, expected, self.file)
