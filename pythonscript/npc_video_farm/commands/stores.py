"""Opens the stores for a process of a farm."""

import argparse
import asyncio

from npc_video.shipping.console import Failure, say

from ..errors import StoreAwayError
from ..store.clips import ClipStore
from ..store.valkey import Store

__all__ = ["open_stores"]

_AWAY_SECONDS = 0.5


async def open_stores(options: argparse.Namespace) -> tuple[Store, ClipStore]:
    """Both stores, as soon as Valkey answers."""
    if not options.store or not options.clips:
        raise Failure("Name the farm's Valkey with --store, and the place of clips with --clips.")
    clips = ClipStore.open(options.clips)
    has_said = False
    while True:
        try:
            return await Store.open(options.store), clips
        except StoreAwayError as error:
            if not has_said:
                say(str(error))
                has_said = True
        await asyncio.sleep(_AWAY_SECONDS)
