"""Makes the game that is played: a copy of the demo with the scripts that play it."""

import shutil
from pathlib import Path

from npc_video.shipping import addon
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import import_project

from tools.paths import ADDON, DEMO
from tools.soak.comfy import workflow

__all__ = ["CACHE", "make_project"]

NAME = "npc_video_soak"
CACHE = f"godot/app_userdata/{NAME}/npc_video"
"""Where the game keeps clips, below XDG_DATA_HOME."""

_INSIDE = Path(__file__).with_name("inside")
_SETTINGS = """
[autoload]

Soak="*res://soak/play.tscn"

[pythonscript]

modules=["soak.probe"]
"""


def make_project(folder: Path, engine: Engine, clip: bytes) -> None:
    """Makes the project in `folder`, ready to run.

    Args:
        clip: An MP4 file, for the functions of the game that make clips.

    Raises:
        Failure: The engine cannot import it.
    """
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("addons"))
    addon.link(folder, ADDON)
    shutil.copytree(_INSIDE, folder / "soak")
    (folder / "soak" / "clip.bin").write_bytes(clip)
    (folder / "soak" / "workflow.json").write_text(workflow(), "utf-8")
    settings = (folder / "project.godot").read_text("utf-8")
    before, _, after = settings.partition("config/name=")
    settings = f'{before}config/name="{NAME}"\n{after.partition(chr(10))[2]}{_SETTINGS}'
    (folder / "project.godot").write_text(settings, "utf-8")
    import_project(engine, folder)
