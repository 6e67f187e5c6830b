"""Defines the paths of the checkout and the user's cache, from which every tool builds its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "addons" / "npc_video_player"
BRIDGE = ROOT / "pythonscript" / "godot"
DEMO = ROOT / "demo_project"
EXAMPLES = DEMO / "examples"
ENGINE_TESTS = ROOT / "tests" / "engine" / "project"
BUILD = ROOT / "build"


def cache_folder(
    platform: str = sys.platform, environ: Mapping[str, str] = os.environ, home: Path | None = None
) -> Path:
    """Returns the per-user folder for downloads that every checkout shares."""
    home = home or Path.home()
    if platform == "win32":
        base = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        named = Path(environ.get("XDG_CACHE_HOME", ""))
        # The XDG specification requires programs to ignore a relative path.
        base = named if named.is_absolute() else home / ".cache"
    return base / "npc-video-player"
