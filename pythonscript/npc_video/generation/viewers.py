"""What each viewer shows, and what it waits for: one clip of each at most.

A viewer is what one NPC is seen on. Where an NPC is seen once, its own id names it; where a game
has the same NPC several times, each has a viewer of its own.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..records import CacheKey, GeneratedClip, VideoParams

__all__ = ["Awaited", "Viewers"]


@dataclass(slots=True)
class Awaited:
    """What a viewer shows a fallback for, since `since`, seconds.

    Attributes:
        is_covered: whether a clip like it is shown until then.
        stand_in: the key of a clip like it that is being brought from disk, None if none is.
    """

    key: CacheKey
    params: VideoParams
    priority: float
    since: float
    is_late: bool = False
    is_covered: bool = False
    stand_in: CacheKey | None = None


class Viewers:
    """The viewers by their names."""

    def __init__(self) -> None:
        self._awaited: dict[str, Awaited] = {}
        self._shown: dict[str, GeneratedClip] = {}

    @property
    def shown(self) -> Collection[GeneratedClip]:
        """The clips on screen, each once."""
        return {clip.params.cache_key(): clip for clip in self._shown.values()}.values()

    @property
    def awaited(self) -> frozenset[CacheKey]:
        """What anybody waits for."""
        return frozenset(awaited.key for awaited in self._awaited.values())

    @property
    def of_use(self) -> frozenset[CacheKey]:
        """What anybody waits for or shows."""
        return self.awaited.union(clip.params.cache_key() for clip in self._shown.values())

    def leave(self, viewer: str) -> None:
        """It neither shows nor awaits anything any more."""
        self._awaited.pop(viewer, None)
        self._shown.pop(viewer, None)

    def clear(self) -> None:
        """All of them leave."""
        self._awaited.clear()
        self._shown.clear()

    def wait(self, viewer: str, params: VideoParams, priority: float, now: float) -> Awaited:
        """It waits for a clip from now on."""
        awaited = Awaited(params.cache_key(), params, priority, now)
        self._awaited[viewer] = awaited
        return awaited

    def show(self, viewer: str, clip: GeneratedClip) -> None:
        """It shows its clip."""
        self._shown[viewer] = clip

    def hide(self, key: CacheKey) -> None:
        """This clip is on screen nowhere any more."""
        self._shown = {
            viewer: clip for viewer, clip in self._shown.items() if clip.params.cache_key() != key
        }

    def awaited_on(self, viewer: str) -> Awaited | None:
        """What this viewer waits for."""
        return self._awaited.get(viewer)

    def arrive(self, key: CacheKey, clip: GeneratedClip) -> bool:
        """Shows a clip wherever it is awaited; whether it is anywhere."""
        viewers = [viewer for viewer, awaited in self._awaited.items() if awaited.key == key]
        for viewer in viewers:
            del self._awaited[viewer]
            self.show(viewer, clip)
        return bool(viewers)

    def improve(self, key: CacheKey, clip: GeneratedClip) -> bool:
        """Shows a better clip wherever the same one is on screen; whether it is anywhere."""
        viewers = [
            viewer for viewer, shown in self._shown.items() if shown.params.cache_key() == key
        ]
        for viewer in viewers:
            self.show(viewer, clip)
        return bool(viewers)

    def awaiting(self, key: CacheKey) -> list[Awaited]:
        """All that wait for this clip."""
        return [awaited for awaited in self._awaited.values() if awaited.key == key]

    @property
    def waiting(self) -> list[Awaited]:
        """All that wait for a clip."""
        return list(self._awaited.values())

    def stood_in_for(self, key: CacheKey) -> list[Awaited]:
        """All that this clip is being brought for, in place of their own."""
        return [awaited for awaited in self._awaited.values() if awaited.stand_in == key]

    def give_up(self, key: CacheKey) -> None:
        """Nobody waits for this clip any more."""
        self._awaited = {
            viewer: awaited for viewer, awaited in self._awaited.items() if awaited.key != key
        }

    def become_late(self, now: float, max_wait: float) -> Iterator[Awaited]:
        """Those who have waited for `max_wait` seconds, each once."""
        for awaited in self._awaited.values():
            if not awaited.is_late and now >= awaited.since + max_wait:
                awaited.is_late = True
                yield awaited

    def next_late(self, max_wait: float) -> float | None:
        """When the next one has waited for `max_wait` seconds; None: never."""
        times = [
            awaited.since + max_wait for awaited in self._awaited.values() if not awaited.is_late
        ]
        return min(times, default=None)
