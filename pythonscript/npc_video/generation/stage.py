"""What each NPC shows, and what it waits for: one clip of each at most."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..records import CacheKey, GeneratedClip, VideoParams

__all__ = ["Awaited", "Stage"]


@dataclass(slots=True)
class Awaited:
    """What an NPC shows a fallback for, since `since`, seconds."""

    key: CacheKey
    params: VideoParams
    priority: float
    since: float
    is_late: bool = False


class Stage:
    """The NPCs by their ids."""

    def __init__(self) -> None:
        self._awaited: dict[str, Awaited] = {}
        self._shown: dict[str, GeneratedClip] = {}

    @property
    def shown(self) -> Collection[GeneratedClip]:
        """The clips on screen."""
        return self._shown.values()

    def leave(self, npc_id: str) -> None:
        """The NPC neither shows nor awaits anything any more."""
        self._awaited.pop(npc_id, None)
        self._shown.pop(npc_id, None)

    def clear(self) -> None:
        """All of them leave."""
        self._awaited.clear()
        self._shown.clear()

    def wait(self, params: VideoParams, priority: float, now: float) -> Awaited:
        """The NPC waits for a clip from now on."""
        awaited = Awaited(params.cache_key(), params, priority, now)
        self._awaited[params.npc_id] = awaited
        return awaited

    def show(self, clip: GeneratedClip) -> None:
        """The NPC shows its clip."""
        self._shown[clip.params.npc_id] = clip

    def arrive(self, key: CacheKey, clip: GeneratedClip) -> bool:
        """Shows a clip unless its NPC awaits something newer; whether it did."""
        awaited = self._awaited.get(clip.params.npc_id)
        if awaited is None or awaited.key != key:
            return False
        del self._awaited[clip.params.npc_id]
        self.show(clip)
        return True

    def improve(self, key: CacheKey, clip: GeneratedClip) -> bool:
        """Shows a better clip in place of the same one; whether that is on screen."""
        shown = self._shown.get(clip.params.npc_id)
        if shown is None or shown.params.cache_key() != key:
            return False
        self.show(clip)
        return True

    def awaiting(self, key: CacheKey) -> list[Awaited]:
        """Who waits for a clip."""
        return [awaited for awaited in self._awaited.values() if awaited.key == key]

    def give_up(self, key: CacheKey) -> None:
        """Nobody waits for this clip any more."""
        for awaited in self.awaiting(key):
            del self._awaited[awaited.params.npc_id]

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
