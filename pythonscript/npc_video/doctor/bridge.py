"""Examines the addon's two libraries: they exist, open, and are made for this Python."""

import os
import sys
from pathlib import Path

from ..shipping.addon import Addon, our_addon
from ..shipping.console import RUN_PY
from ..shipping.interpreter import MINOR_VERSION, SETTINGS, libpython
from ..shipping.platforms import BRIDGE, LOADER, this_platform
from ..shipping.process import stream
from .finding import Finding
from .settings import problems_of

__all__ = ["PART", "examine"]

PART = "bridge"
_OPENING = Path(__file__).with_name("load_library.py")
_OPENING_S = 30.0  # seconds, on a cold disk; a library that hangs never returns


def examine() -> Finding:
    """Examines the libraries of the addon that belongs to these packages.

    Raises:
        Failure: there is no addon, or no Python that a library could be opened for.
    """
    addon, platform = our_addon(), this_platform()
    files = [addon.folder / "bin" / platform.library(stem) for stem in (LOADER, BRIDGE)]
    facts = {"addon": f"{addon.version} in {addon.folder}", "platform": str(platform)}
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        told = f"{files[0].parent} lacks {' and '.join(missing)}: {_mend(addon)}"
        return Finding(PART, facts, (told,))
    opened, told = _open(*files)
    if not opened:
        return Finding(PART, facts, (f"It does not open ({told}): {_mend(addon)}",))
    facts["made for"] = f"Python {told}"
    problems = []
    if told != MINOR_VERSION:
        problems.append(f"It is for Python {told} and this is {MINOR_VERSION}: {_mend(addon)}")
    if (addon.folder / "bin" / SETTINGS).is_file():  # a checkout's addon is used in place
        problems += problems_of(addon.folder / "bin", f"run `{RUN_PY} install PROJECT`")
    return Finding(PART, facts, tuple(problems))


def _mend(addon: Addon) -> str:
    if addon.is_checkout:
        return f"run `{RUN_PY} install PROJECT`, which builds it."
    return "install it again, with `pip install --force-reinstall npc-video-player`."


def _open(loader: Path, bridge: Path) -> tuple[bool, str]:
    """Opens both libraries; returns True and their Python version, or False and the reason."""
    ended = stream(
        [sys.executable, "-I", _OPENING, libpython(), loader, bridge],
        cwd=bridge.parent,
        env=os.environ,
        seconds=_OPENING_S,
        on_line=lambda line: None,
    )
    told = (ended.output.strip().splitlines() or [""])[-1]
    match ended.exit_code:
        case 0:
            return True, told
        case None:
            return False, f"it takes longer than {_OPENING_S:g} s"
        case 1:
            return False, told
        case code:
            return False, f"Python ended with code {code}"
