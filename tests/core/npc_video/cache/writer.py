"""A process that writes clips, for tests that kill it or run two of them.

`python -m tests.core.npc_video.cache.writer FOLDER BUDGET COUNT` takes seeds from its input, a line
each. For each a child, which takes no time to start, writes clips chosen by the seed: as many as
COUNT says, or until it is killed. It prints "pid N", then "NUMBER PRESET" after each clip that is
safe on disk, then "end STATUS".
"""

import itertools
import os
import random
import sys
from pathlib import Path

from npc_video.cache.disk import DiskTier

from .checks import NUMBERS
from .clips import PRESETS, key_of, make_clip


def main(folder: str, budget: str, count: str) -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            write_clips(Path(folder), int(budget), int(count), int(line))
            os._exit(0)
        tell(f"pid {child}")
        _, status = os.waitpid(child, 0)
        tell(f"end {os.waitstatus_to_exitcode(status)}")


def write_clips(folder: Path, budget: int, count: int, seed: int) -> None:
    chance = random.Random(seed)
    tier = DiskTier(folder, budget)
    tier.open()
    for _ in itertools.islice(itertools.count(), count or None):
        preset, size = chance.choice(PRESETS), chance.randrange(3000)
        clip = make_clip(chance.choice(NUMBERS), preset=preset, size=size)
        if tier.write(key_of(clip), clip):
            tell(f"{clip.params.seed} {preset}")
        tier.read(key_of(make_clip(chance.choice(NUMBERS))))
    tier.close()


def tell(text: str) -> None:
    """One write, so that a kill leaves a whole line or none."""
    os.write(sys.stdout.fileno(), f"{text}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
