"""Makes links to folders: symbolic ones, and on Windows junctions, which need no administrator.

Git on Windows checks a symbolic link out as a text file, so links are made, not committed.
"""

import os
import stat
import sys
from pathlib import Path

_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT


def is_link(status: os.stat_result) -> bool:
    """Tells whether a result of `lstat` is that of a symbolic link, or of a junction on Windows.

    Python 3.11 mistakes a junction for the folder to which it leads.
    """
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION


def make_link(link: Path, folder: Path) -> None:
    """Makes the new `link` lead to a folder, also after both are moved together."""
    link.parent.mkdir(exist_ok=True)
    if sys.platform == "win32":
        import _winapi  # exists there alone

        _winapi.CreateJunction(str(folder), str(link))
    else:
        link.symlink_to(os.path.relpath(folder, link.parent), target_is_directory=True)
