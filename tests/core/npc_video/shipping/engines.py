"""Programs that stand for Godot and for the games that it exports."""

import sys
from pathlib import Path

from npc_video.shipping.engine import Engine
from npc_video.shipping.interpreter import SETTINGS
from npc_video.shipping.manifest import write_manifest
from npc_video.shipping.platforms import Platform


def engine_doing(script: str) -> Engine:
    """Has a Python script stand for the engine, but for the import of assets, which succeeds.

    The script finds the engine's arguments in `arguments`.
    """
    begin = "import sys\narguments = sys.argv[1:]\nif '--import' in arguments: sys.exit()\n"
    return Engine(Path(sys.executable), "4.6", "for a test", args=("-c", begin + script))


def make_runtime(folder: Path, platform: Platform, python: str = "3.11.9") -> Path:
    """Makes the smallest runtime whose files are as its manifest says."""
    (folder / "lib").mkdir(parents=True)
    (folder / SETTINGS).write_text("home=.\n", "utf-8")
    (folder / "lib" / "module.pyc").write_bytes(b"code")
    write_manifest(folder, str(platform), python)
    return folder
