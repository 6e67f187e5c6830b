"""The one entry of the project: `python3 run.py COMMAND`, where `--help` tells the commands.

It needs Python 3.11, a C compiler and nothing else installed by hand. This file and all that it
imports use the standard library only, because they run before the virtual environment exists; and
this file reads in older Pythons, so that they can say that they are too old.
"""

import signal
import sys
from pathlib import Path

# Where the packages of the checkout are, until an environment has them installed.
sys.path.insert(1, str(Path(__file__).resolve().parent / "pythonscript"))


def main():  # type: () -> int
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        print("This is Python " + found + ": run it with 3.11 or newer.", file=sys.stderr)
        return 1
    from npc_video.shipping.console import Failure, print_anything, say

    from tools.commands import run

    print_anything()
    # So that whoever started us can end us and our children get cleaned up too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        return run(sys.argv[1:])
    except Failure as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
