"""The reels that play in a game, so that players which show one clip share its decoding."""

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
    """By clip, at most one of each that loops.

    Args:
        decoders: the threads to decode on.
        waiting: those for clips that still come in, which may have to wait.
        make_picture: makes what is decoded into.
        first_pictures: what is there already.
        cost: counts what playing costs.
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

    def open(
        self,
        clip: GeneratedClip,
        interpolation: str,
        *,
        loops: bool = True,
        begin: float = 0.0,
        anew: bool = False,
        growing: GrowingFile | None = None,
    ) -> Reel:
        """A reel that plays `clip`; `leave` gives it back.

        Args:
            loops: whether it begins again for ever. One that does not is shared with nobody, as it
                could be over already.
            begin: place in the clip, from 0 up to 1, for one that nobody shows yet.
            anew: whether it must start now, even if the clip plays elsewhere.
            growing: its file, if it still comes in.
        """
        key = clip.params.cache_key(), clip.preset, interpolation
        reel = self._playing.get(key) if loops else None
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
            if loops:
                self._playing[key] = reel
        reel.users += 1
        return reel

    def leave(self, reel: Reel) -> None:
        """Ends it if nobody shows it any more."""
        reel.users -= 1
        if reel.users == 0:
            reel.close()
            for key in [key for key, other in self._playing.items() if other is reel]:
                del self._playing[key]
