"""Says what is wrong with a farm; the exit code is 1 if something is."""

import argparse
import asyncio

from .examination import examine
from .options import address_of

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    well, wrong = asyncio.run(examine(address_of(options)))
    for line in well:
        print(line)
    for line in wrong:
        print(f"Problem: {line}")
    return int(bool(wrong))
