"""Builds the runtime of a game from the running environment, if it does not exist yet.

The editor runs this as a separate program, so that no failure here affects it:

    python -m npc_video.shipping.build PLATFORM CACHE CHOICES

CACHE is the folder for runtimes, CHOICES the fields of `Choices` as JSON. Each line of output is
the progress as a fraction and a description, and the last one the folder of the runtime, as JSON.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec

from .addon import our_addon
from .choices import Choices
from .closure import closure, our_files
from .console import Failure, say
from .lock import exclusive
from .packs import RUNTIME
from .platforms import BRIDGE, Platform, platform_named
from .python_files import PythonFiles, this_python
from .runtime import Tell, assemble

_KEPT = 3  # runtimes of one project to keep, the latest ones


def build(platform: Platform, cache: Path, choices: Choices, tell: Tell) -> Path:
    """Builds the runtime of this environment, or returns the one in `cache` that is up to date.

    Raises:
        Failure: it cannot be built.
        OSError: the disk is full, or cannot be written to.
    """
    python = this_python()
    if python.platform != platform:
        raise Failure(
            f"This Python is for {python.platform}: name a runtime pack for {platform} in the"
            " export preset, at python/runtime."
        )
    bridge = our_addon().folder / "bin" / python.platform.library(BRIDGE)
    if not bridge.is_file():
        raise Failure(f"The addon is not complete, {bridge} is missing: install it again.")
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / _fingerprint(python, bridge, choices)
    with exclusive(cache / "lock", busy="Another export builds a runtime; waiting for it…"):
        if not folder.is_dir():
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            try:
                assemble(part / RUNTIME, python, bridge, choices, tell)
                part.replace(folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        folder.touch()
        _forget_old(cache)
    return folder / RUNTIME


def _fingerprint(python: PythonFiles, bridge: Path, choices: Choices) -> str:
    """Returns a text that changes with everything that the runtime contains."""
    packages = closure(python.packages, python.platform, python.version, choices.extra_packages)
    files = [python.library, bridge, *(source for source, _ in our_files())]
    told = [
        str(python),
        *(f"{each.metadata['Name']} {each.version}" for each in packages),
        *(f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files),
        json.dumps(asdict(choices)),
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _forget_old(cache: Path) -> None:
    folders = [each for each in cache.iterdir() if each.is_dir()]
    folders.sort(key=lambda each: each.stat().st_mtime_ns, reverse=True)
    for folder in folders[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str]) -> int:
    platform, cache, choices = arguments

    def tell(part: float, doing: str) -> None:
        print(json.dumps([round(part, 2), doing]), flush=True)

    try:
        wanted = msgspec.json.decode(choices, type=Choices)
        runtime = build(platform_named(platform), Path(cache), wanted, tell)
    except (Failure, OSError) as error:
        say(str(error))
        return 1
    print(json.dumps(str(runtime)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
