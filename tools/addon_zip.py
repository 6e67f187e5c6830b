"""Makes the addon zip of this platform, which contains the virtual environment's Python.

python -m tools.addon_zip FOLDER
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from npc_video.shipping.addon import our_addon
from npc_video.shipping.addon_zip import zip_addon
from npc_video.shipping.console import Failure, say, say_progress
from npc_video.shipping.python_files import this_python


def main(arguments: Sequence[str]) -> int:
    (folder,) = arguments
    try:
        made = zip_addon(Path(folder), our_addon(), this_python(), say_progress)
    except (Failure, OSError) as error:
        say(str(error))
        return 1
    print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
