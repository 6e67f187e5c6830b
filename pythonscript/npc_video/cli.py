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
_EXAMPLE = """\
[generators.local]
kind = "comfyui"
url = "http://127.0.0.1:8188"
model = "wan22"

[generators.service]
kind = "http"
url = "https://video.example.org"
"""
_ABSENT = """\
{file} is not there. It says which generators there are: write one, such as

{example}
or name another file: doctor FILE. docs/generators.md tells all that can stand in one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns the exit code: 0 if all generators work."""
    parser = argparse.ArgumentParser(prog="npc-video", description="Tools for generators of clips.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    doctor = commands.add_parser(
        "doctor", help="tell of each generator whether it works, what it has and how long it takes"
    )
    doctor.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=Path(_FILE),
        help=f"what says which generators there are; {_FILE} in this folder if not named",
    )
    doctor.add_argument("--preset", choices=QUALITY_PRESETS, default="realtime")
    options = parser.parse_args(arguments)
    if not options.file.exists():
        print(_ABSENT.format(file=options.file.absolute(), example=_EXAMPLE), file=sys.stderr)
        return 2
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
