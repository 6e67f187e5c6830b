"""Uses the same cache folder as another program: `python -m tools.soak.writer FOLDER SEED`.

It writes, reads and drops clips with hardly a pause, until it is killed. It continues after a
folder that cannot be used; any other error is one of ours.
"""

import itertools
import random
import sys
import time
from pathlib import Path

from npc_video.cache.disk import DiskTier
from npc_video.errors import CacheError

from tests.core.npc_video.cache.clips import PRESETS, key_of, make_clip

_BUDGET = 8 * 1024 * 1024
_CLIPS, _MAX_BYTES, _REST_S = 60, 200_000, 0.05
_CLEARS = 0.005


def main(folder: str, seed: str) -> None:
    chance = random.Random(seed)
    for _ in itertools.count():
        tier = DiskTier(Path(folder), _BUDGET)
        for _ in range(chance.randrange(1, 100)):
            try:
                _turn(tier, chance)
            except CacheError:
                time.sleep(_REST_S)
            time.sleep(chance.uniform(0.0, _REST_S))
        try:
            tier.close()
        except CacheError:
            time.sleep(_REST_S)


def _turn(tier: DiskTier, chance: random.Random) -> None:
    number = chance.randrange(_CLIPS)
    clip = make_clip(
        number, preset=chance.choice(PRESETS), size=chance.randrange(_MAX_BYTES), npc_id="nobody"
    )
    key = key_of(clip)
    if chance.random() < _CLEARS:
        tier.clear()
    elif chance.random() < 0.5:
        tier.write(key, clip)
    else:
        tier.open()
        read = tier.read(key)
        if read is not None and read.params != clip.params:
            raise AssertionError(f"asked for clip {number}, read {read.params}")


if __name__ == "__main__":
    main(*sys.argv[1:])
