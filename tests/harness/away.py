"""Runs programs where neither this checkout nor a compiler is, as on the machine of a user."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from npc_video.shipping.engine import Engine

from tools.paths import ROOT


def run(command: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program in `folder`, away from the checkout."""
    return subprocess.run(
        [*_prefix(ROOT), *command],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        errors="replace",
        encoding="utf-8",
        check=False,
    )


def engine_away(engine: Engine, folder: Path, *also_hidden: Path) -> Engine:
    """The same engine, away from the checkout; the user's own folders are in `folder`."""
    command = [*_prefix(ROOT, *also_hidden), str(engine.path), *engine.args]
    env = {**engine.env, **_environment(folder)}
    return replace(engine, path=Path(command[0]), args=tuple(command[1:]), env=env)


def _environment(folder: Path) -> Mapping[str, str]:
    """The variables of a user who has no tools."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PATH": str(folder / "no programs"), "HOME": str(folder)}


def players_prefix(game: Path) -> tuple[str, ...]:
    """Starts a program where there is no Python and no checkout, and the game is read-only.

    It is empty where this user may not hide folders.
    """
    base = Path(sys.base_prefix)
    pythons = base.glob("lib/python3*") if base == Path("/usr") else [base]
    hidden = [folder for folder in (ROOT, Path(sys.prefix), *pythons) if folder.is_dir()]
    # What lies in a hidden folder is gone already.
    outer = [each for each in hidden if not set(hidden) & set(each.parents)]
    prefix = _prefix(*outer)
    if not prefix:
        return ()
    mount = shutil.which("mount")
    freeze = f'"{mount}" --bind "{game}" "{game}" && "{mount}" -o remount,ro,bind "{game}"'
    return (*prefix[:-2], f"{freeze} && {prefix[-2]}", "sh")


@cache
def _prefix(*hidden: Path) -> tuple[str, ...]:
    """Starts a program where empty folders lie over these.

    It is empty where this user may not do that: then only the path of programs leads nowhere, and
    the working folder is another.
    """
    programs = [shutil.which(name) for name in ("unshare", "sh", "mount")]
    if None in programs:
        return ()
    unshare, shell, mount = map(str, programs)
    hide = [f'{mount} -t tmpfs none "{folder}"' for folder in hidden]
    prefix = (unshare, "--mount", shell, "-c", " && ".join([*hide, 'exec "$@"']), "sh")
    looked = [*prefix, shell, "-c", 'test ! -e "$0"', str(ROOT / "run.py")]
    is_hidden = subprocess.run(looked, capture_output=True, check=False).returncode == 0
    return prefix if is_hidden else ()
