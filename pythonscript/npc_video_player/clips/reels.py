"""Shares reels, so that players which show one clip share its decoding."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from npc_video import GeneratedClip
from npc_video.media.cost import CostCounter
from npc_video.media.first_pictures import FirstPictures

from .reel import EnginePictures, Reel

if TYPE_CHECKING:
    from npc_video.media.growing import GrowingFile


class Reels:
    """The reels of a game, by clip; at most one of each clip that loops.

    Args:
        decoders: the threads to decode on.
        waiting: threads for clips that still arrive, which may have to wait.
        make_picture: makes the images to decode into.
        first_pictures: the first frames of recent clips.
        cost: counts the cost of playing.
    """

    def __init__(
        self,
        decoders: Executor,
        waiting: Executor,
        make_picture: EnginePictures,
        first_pictures: FirstPictures,
        cost: CostCounter,
    ):
        self.decoders = decoders
        self._waiting = waiting
        self._make_picture = make_picture
        self._first_pictures = first_pictures
        self._cost = cost
        self._playing: dict[tuple[Any, ...], Reel] = {}
        self._told_of: set[tuple[Any, ...]] = set()

    def open(
        self,
        clip: GeneratedClip,
        interpolation: str,
        *,
        loops: bool = True,
        begin: float = 0.0,
        anew: bool = False,
        alone: bool = False,
        growing: GrowingFile | None = None,
    ) -> Reel:
        """Returns a reel that plays `clip`; `leave` gives it back.

        Args:
            loops: begins again for ever. A reel that does not is not shared, as it could be over
                already.
            begin: position in the clip, from 0 up to 1, for a new reel.
            anew: starts now, even if the clip plays elsewhere.
            alone: is not shared, because it plays at a speed of its own.
            growing: its file, if it still arrives.
        """
        key = clip.params.cache_key(), clip.preset, interpolation
        is_shared = loops and not alone
        reel = self._playing.get(key) if is_shared else None
        is_same = reel is not None and reel.clip.data == clip.data and reel.growing is growing
        if reel is None or anew or not is_same or reel.playback.error is not None:
            reel = Reel(
                clip,
                self.decoders,
                self._make_picture,
                interpolation,
                cost=self._cost,
                loops=loops,
                begin=begin,
                first=self._first_pictures.of(clip),
                growing=growing,
                waiting=None if growing is None else self._waiting,
            )
            if is_shared:
                self._playing[key] = reel
        reel.users += 1
        return reel

    def leave(self, reel: Reel) -> None:
        """Closes a reel that no layer shows any more."""
        reel.users -= 1
        if reel.users == 0:
            reel.close()
            self._forget(reel)

    def keep_apart(self, reel: Reel) -> bool:
        """Stops sharing a reel; returns True if no other layer shows it already."""
        if reel.users > 1:
            return False
        self._forget(reel)
        return True

    def news_of_sound(self, reel: Reel) -> str:
        """Returns the reason why a clip's sound cannot be heard, once for each clip; else ""."""
        problem = reel.sound_problem
        if not problem:
            return ""
        clip = reel.clip
        key = clip.params.cache_key(), clip.preset, len(clip.data)
        if key in self._told_of:
            return ""
        self._told_of.add(key)
        return problem

    def _forget(self, reel: Reel) -> None:
        for key in [key for key, other in self._playing.items() if other is reel]:
            del self._playing[key]
