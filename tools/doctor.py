"""`npc-video doctor` for a checkout, which may have a Godot that it fetched.

python -m tools.doctor [FILE] [OPTIONS]
"""

import sys

from npc_video.cli import main

from tools.engine import find
from tools.paths import cache_folder

if __name__ == "__main__":
    sys.exit(main(["doctor", *sys.argv[1:]], find_engine=find, folders={"fetched": cache_folder()}))
