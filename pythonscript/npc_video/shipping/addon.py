"""The addon: the folder that a Godot project gets."""

from pathlib import Path

from .console import Failure

NAME = "npc_video_player"


def addon_folder() -> Path:
    """Where the addon lies: in the installed package, or in the checkout.

    Raises:
        Failure: it is in neither.
    """
    root = Path(__file__).parents[2]
    for folder in (root / NAME / "addon", root.parent / "addons" / NAME):
        if (folder / "plugin.cfg").is_file():
            return folder
    raise Failure(f"The addon is missing beside {root}: install npc-video-player again.")
