"""The addon inside a Godot project, as a link, so that there is one copy of it.

Git on Windows checks a symbolic link out as a text file; hence links are made, not committed.
"""

import os
import sys
from pathlib import Path

from npc_video.shipping.console import Failure


def link_addon(project: Path, addon: Path) -> None:
    """Make `project/addons/<name of addon>` lead to `addon`.

    Raises:
        Failure: A real folder is in the way.
    """
    link = project / "addons" / addon.name
    if link.resolve() == addon.resolve():
        return
    if link.is_dir() and not link.is_symlink():
        raise Failure(f"{link} is a folder where a link belongs: move it away and run again.")
    link.unlink(missing_ok=True)
    link.parent.mkdir(exist_ok=True)
    if sys.platform == "win32":
        import _winapi  # a junction, unlike a symbolic link, needs no administrator

        _winapi.CreateJunction(str(addon), str(link))
    else:
        link.symlink_to(os.path.relpath(addon, link.parent), target_is_directory=True)


def install_addon(project: Path, addon: Path) -> None:
    """Link the addon into a project of the user's, to be loaded from the engine's first start on.

    Without a line in its list the engine learns of an extension only after it has read the
    project's scripts, and those that name our classes are errors until the next start.

    Raises:
        Failure: There is no project, or a real folder is in the way.
    """
    if not (project / "project.godot").is_file():
        raise Failure(f"There is no project.godot in {project}: name the folder of a project.")
    link_addon(project, addon)
    listed = project / ".godot" / "extension_list.cfg"
    lines = listed.read_text("utf-8").splitlines() if listed.exists() else []
    extension = f"res://addons/{addon.name}/{addon.name}.gdextension"
    if extension not in lines:
        listed.parent.mkdir(exist_ok=True)
        listed.write_text("".join(f"{line}\n" for line in [*lines, extension]), "utf-8")
