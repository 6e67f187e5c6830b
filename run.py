"""Runs every command of the project: `python3 run.py COMMAND`; `--help` lists the commands.

It needs nothing installed but Python 3.11 or newer. This file and all that it imports use the
standard library only, because they run before the virtual environment exists. Older Pythons can
parse this file too, so that it can say that they are too old.
"""

import signal
import sys
from pathlib import Path

# The packages of the checkout, until an environment has them installed.
sys.path.insert(1, str(Path(__file__).resolve().parent / "pythonscript"))


def main():  # type: () -> int
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        print("This is Python " + found + ": run it with 3.11 or newer.", file=sys.stderr)
        return 1
    from npc_video.shipping.console import Failure, print_anything, say

    from tools.commands import run

    print_anything()
    # As an exception, so that our children are stopped when somebody ends us.
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
