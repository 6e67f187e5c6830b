"""Provides the runtime beside an exported game: built of the developer's Python, or a pack.

It prints its progress in the editor's Output.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from npc_video.shipping.choices import Choices
from npc_video.shipping.console import Failure
from npc_video.shipping.interpreter import SETTINGS
from npc_video.shipping.packs import RUNTIME, platform_of, runtime_in
from npc_video.shipping.platforms import PLATFORMS, Platform

__all__ = ["clear_old_runtime", "platform_of_export", "runtime_for_export"]


def platform_of_export(features: Sequence[str]) -> Platform:
    """Returns the target platform of an export.

    Raises:
        Failure: games with Python do not run on it.
    """
    found = [each for each in PLATFORMS if {each.system, each.machine} <= set(features)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(map(str, PLATFORMS))
    if found:  # a universal binary, which would need two runtimes
        raise Failure("A runtime is for one processor: export for x86_64 and arm64 apart.")
    raise Failure(f"NPC videos need Python, which games have on {known}: export for one of these.")


def runtime_for_export(platform: Platform, pack: str, choices: Choices, cache: Path) -> Path:
    """Returns the folder `python` for an exported game.

    Args:
        pack: a runtime pack or a folder of packs; "" for this editor's own Python.
        choices: only for a runtime that is built.
        cache: the folder in which runtimes are built and unpacked.

    Raises:
        Failure: there is none, or it cannot be built.
        OSError: it cannot be read.
    """
    if pack:
        cache.mkdir(parents=True, exist_ok=True)
        return _checked(runtime_in(Path(pack), platform, cache), choices)
    if not sys.executable:  # the addon has its own Python, which is complete
        return _checked(_own_runtime(platform), choices)
    return _build(platform, choices, cache)


def clear_old_runtime(folder: Path) -> None:
    """Removes a runtime that an earlier export has left in the folder of a game.

    Raises:
        Failure: something else has that name.
        OSError: it cannot be removed.
    """
    old = folder / RUNTIME
    if not old.exists():
        return
    if not (old / SETTINGS).is_file():
        raise Failure(f"{old} is where the game's Python belongs, and is none: move it away.")
    shutil.rmtree(old)


def _own_runtime(platform: Platform) -> Path:
    own = Path(sys.prefix)
    if platform_of(own) != str(platform):
        raise Failure(
            f"This addon's own Python is for {platform_of(own)}: name a runtime pack for {platform}"
            " in the export preset."
        )
    return own


def _checked(runtime: Path, choices: Choices) -> Path:
    """Returns the runtime if it has what was chosen; nothing is added to a complete runtime."""
    packages = {_name(path.name.split("-")[0]) for path in runtime.rglob("*.dist-info")}
    for text in choices.extra_packages:
        if _name(text) not in packages:
            raise Failure(
                f"The runtime {runtime} is without the package {text}: build one that has it."
            )
    return runtime


def _name(requirement: str) -> str:
    """Returns the normalised name of a package."""
    name = re.match(r"[\w.-]*", requirement.strip())
    return re.sub(r"[-_.]+", "_", name[0] if name else "").lower()


def _build(platform: Platform, choices: Choices, cache: Path) -> Path:
    command = (sys.executable, "-m", "npc_video.shipping.build", str(platform), str(cache))
    process = subprocess.Popen(
        (*command, json.dumps(asdict(choices))),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    assert process.stdout is not None
    told = None
    for line in process.stdout:
        told = json.loads(line)
        if isinstance(told, list):
            print(f"NPC Video Player: {told[1]} ({told[0]:.0%})")
    _, errors = process.communicate()
    if process.returncode or not isinstance(told, str):
        reason = (errors.strip().splitlines() or ["it did not say why"])[-1]
        raise Failure(f"The game's Python could not be built: {reason}")
    return Path(told)
