"""The addon inside the demo and the engine tests, as a link, so that there is one copy of it.

Git on Windows checks a symbolic link out as a text file; hence links are made, not committed.
"""

import os
import sys
from pathlib import Path

from tools.console import Failure


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
