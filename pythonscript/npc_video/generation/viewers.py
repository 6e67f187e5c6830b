"""The clip that each viewer shows, and the one that it waits for, at most one each.

A viewer is a place where an NPC is seen. If an NPC is seen once, its own id names the viewer. If a
game shows the same NPC several times, each place has a viewer of its own.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..records import CacheKey, GeneratedClip, VideoParams

__all__ = ["Awaited", "Viewers"]


@dataclass(slots=True)
class Awaited:
    """A clip for which a viewer shows a fallback since `since`, in seconds.

    Attributes:
        is_covered: whether a similar clip is shown until then.
        stand_in: the key of a similar clip that is being loaded from disk, or None.
    """

    key: CacheKey
    params: VideoParams
    priority: float
    since: float
    is_late: bool = False
    is_covered: bool = False
    stand_in: CacheKey | None = None


class Viewers:
    """The viewers by name."""

    def __init__(self) -> None:
        self._awaited: dict[str, Awaited] = {}
        self._shown: dict[str, GeneratedClip] = {}

    @property
    def shown(self) -> Collection[GeneratedClip]:
        """The clips on screen, without duplicates."""
        return {clip.params.cache_key(): clip for clip in self._shown.values()}.values()

    @property
    def awaited(self) -> frozenset[CacheKey]:
        """The keys of all clips that are waited for."""
        return frozenset(awaited.key for awaited in self._awaited.values())

    @property
    def of_use(self) -> frozenset[CacheKey]:
        """The keys of all clips that are waited for or shown."""
        return self.awaited.union(clip.params.cache_key() for clip in self._shown.values())

    def leave(self, viewer: str) -> None:
        """Removes a viewer."""
        self._awaited.pop(viewer, None)
        self._shown.pop(viewer, None)

    def clear(self) -> None:
        """Removes all viewers."""
        self._awaited.clear()
        self._shown.clear()

    def wait(self, viewer: str, params: VideoParams, priority: float, now: float) -> Awaited:
        """Registers a viewer as waiting."""
        awaited = Awaited(params.cache_key(), params, priority, now)
        self._awaited[viewer] = awaited
        return awaited

    def show(self, viewer: str, clip: GeneratedClip) -> None:
        """Notes that a viewer shows a clip."""
        self._shown[viewer] = clip

    def hide(self, key: CacheKey) -> None:
        """Notes that a clip is no longer on screen anywhere."""
        self._shown = {
            viewer: clip for viewer, clip in self._shown.items() if clip.params.cache_key() != key
        }

    def awaited_on(self, viewer: str) -> Awaited | None:
        """The clip that this viewer waits for."""
        return self._awaited.get(viewer)

    def arrive(self, key: CacheKey, clip: GeneratedClip) -> bool:
        """Shows a clip wherever it is waited for; False if it is nowhere."""
        viewers = [viewer for viewer, awaited in self._awaited.items() if awaited.key == key]
        for viewer in viewers:
            del self._awaited[viewer]
            self.show(viewer, clip)
        return bool(viewers)

    def improve(self, key: CacheKey, clip: GeneratedClip) -> bool:
        """Shows a better clip wherever the same one is on screen; False if it is nowhere."""
        viewers = [
            viewer for viewer, shown in self._shown.items() if shown.params.cache_key() == key
        ]
        for viewer in viewers:
            self.show(viewer, clip)
        return bool(viewers)

    def awaiting(self, key: CacheKey) -> list[Awaited]:
        """All waits for this clip."""
        return [awaited for awaited in self._awaited.values() if awaited.key == key]

    @property
    def waiting(self) -> list[Awaited]:
        """All waits."""
        return list(self._awaited.values())

    def stood_in_for(self, key: CacheKey) -> list[Awaited]:
        """All waits for which this clip is being loaded as a replacement."""
        return [awaited for awaited in self._awaited.values() if awaited.stand_in == key]

    def give_up(self, key: CacheKey) -> None:
        """Ends all waits for this clip."""
        self._awaited = {
            viewer: awaited for viewer, awaited in self._awaited.items() if awaited.key != key
        }

    def become_late(self, now: float, max_wait: float) -> Iterator[Awaited]:
        """Yields the waits that reach `max_wait` seconds, each once."""
        for awaited in self._awaited.values():
            if not awaited.is_late and now >= awaited.since + max_wait:
                awaited.is_late = True
                yield awaited

    def next_late(self, max_wait: float) -> float | None:
        """The time at which the next wait reaches `max_wait` seconds; None for never."""
        times = [
            awaited.since + max_wait for awaited in self._awaited.values() if not awaited.is_late
        ]
        return min(times, default=None)
