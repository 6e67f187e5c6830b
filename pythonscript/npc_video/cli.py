"""The command `npc-video`, for who sets up generators."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from .backends.settings import load_backends
from .doctor import examine, report
from .errors import InvalidDataError
from .records import QUALITY_PRESETS

__all__ = ["main"]

_FILE = "npc_video.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns the exit code: 0 if all generators work."""
    parser = argparse.ArgumentParser(prog="npc-video", description="Tools for generators of clips.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    doctor = commands.add_parser(
        "doctor", help="tell of each generator whether it works, what it has and how long it takes"
    )
    doctor.add_argument("file", nargs="?", type=Path, default=Path(_FILE), help=f"or {_FILE}")
    doctor.add_argument("--preset", choices=QUALITY_PRESETS, default="realtime")
    options = parser.parse_args(arguments)
    try:
        return asyncio.run(_doctor(options.file, options.preset))
    except InvalidDataError as error:
        print(error, file=sys.stderr)
        return 2


async def _doctor(file: Path, preset: str) -> int:
    backends = await asyncio.to_thread(load_backends, file)
    are_fine = True
    try:
        for name, backend in backends.items():
            finding = await examine(name, backend, QUALITY_PRESETS[preset])
            print(report(finding), flush=True)
            are_fine = are_fine and finding.is_fine
    finally:
        for backend in backends.values():
            await backend.close()
    return 0 if are_fine else 1


if __name__ == "__main__":
    sys.exit(main())
