"""Runs `npc-video` for a checkout, with a fetched Godot if the machine has none.

python -m tools.npc_video COMMAND…
"""

import sys

from npc_video.cli import main

from tools.engine import find
from tools.paths import cache_folder

if __name__ == "__main__":
    sys.exit(main(find_engine=find, folders={"fetched": cache_folder()}))
