"""Defines properties of resources that emit `changed`, so that users of the resource follow."""

from __future__ import annotations

from reprlib import repr as shortened
from typing import Any, TypeVar

from godot import export, push_error
from npc_video.records import UNTAGGED_COLOURS

from .calling_threads import Property

__all__ = ["FinishStarted", "NotifyingExport", "UntaggedColours", "Word", "is_word_of"]

T = TypeVar("T")


class NotifyingExport(Property[T]):
    """An export that emits `changed` of its resource when it is set."""

    def take(self, obj: Any, value: T) -> None:
        super().take(obj, value)
        obj.emit_changed()


def is_word_of(listed: export[T], value: object) -> bool:
    """Returns whether `value` is in the property's list; otherwise logs the list."""
    if listed.enum is None or value in listed.enum:
        return True
    push_error(
        f"{listed.name}: {shortened(value)} is unknown; use one of {', '.join(listed.enum)}."
    )
    return False


class Word(NotifyingExport[str]):
    """One of the words of `enum`; another is refused, and changes nothing."""

    def take(self, obj: Any, value: str) -> None:
        if is_word_of(self, value):
            super().take(obj, value)


class UntaggedColours(NotifyingExport[str]):
    """The matrix of clips that name none, for resources of generators."""

    def __init__(self) -> None:
        super().__init__(
            str,
            UNTAGGED_COLOURS[0],
            enum=UNTAGGED_COLOURS,
            doc="The colours of clips whose file names none: of BT.601, as FFmpeg writes them, or"
            " of BT.709. Where greens look too dark and reds too light or the other way round, it"
            " is the other.",
        )


class FinishStarted(NotifyingExport[bool]):
    """Finishes clips that have begun, for resources of generators that may charge for them."""

    def __init__(self) -> None:
        super().__init__(
            bool,
            False,
            doc="Breaks no clip off that has begun, whatever is asked for meanwhile: for a"
            " generator that is paid by the clip. What is more urgent waits until then. Off: it"
            " gets its turn at once, and what was broken off begins again if it is still wanted.",
        )
