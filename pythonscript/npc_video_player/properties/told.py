"""Properties of resources that others follow."""

from __future__ import annotations

from reprlib import repr as shortened
from typing import Any

from godot import export, push_error
from npc_video.records import UNTAGGED_COLOURS

from .calling_threads import Property

__all__ = ["FinishStarted", "Told", "UntaggedColours", "Word", "is_word_of"]


class Told(Property):
    """A property whose changes the resource tells, so that what shows or uses it follows."""

    def take(self, obj: Any, value: Any) -> None:
        super().take(obj, value)
        obj.emit_changed()


def is_word_of(listed: export, value: Any) -> bool:
    """Whether the property has `value` in its list; else that is told, with the list."""
    if listed.enum is None or value in listed.enum:
        return True
    push_error(
        f"{listed.name}: {shortened(value)} is unknown; use one of {', '.join(listed.enum)}."
    )
    return False


class Word(Told):
    """One of the words of `enum`; another is refused, and changes nothing."""

    def take(self, obj: Any, value: Any) -> None:
        if is_word_of(self, value):
            super().take(obj, value)


class UntaggedColours(Told):
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


class FinishStarted(Told):
    """Whether clips that have begun are finished, for resources of generators that may be paid."""

    def __init__(self) -> None:
        super().__init__(
            bool,
            False,
            doc="Breaks no clip off that has begun, whatever is asked for meanwhile: for a"
            " generator that is paid by the clip. What is more urgent waits until then. Off: it"
            " gets its turn at once, and what was broken off begins again if it is still wanted.",
        )
