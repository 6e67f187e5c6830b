"""The command `npc-video farm` without the rest of `npc-video`, for the processes of a farm."""

import argparse
import sys
from collections.abc import Callable

from npc_video.shipping.console import Failure, print_anything, say

from .cli import add_commands


def main() -> int:
    print_anything()
    parser = argparse.ArgumentParser(prog="npc-video farm")
    add_commands(parser)
    options = parser.parse_args()
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except Failure as failure:
        say(str(failure))
        return 1


if __name__ == "__main__":
    sys.exit(main())
