import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from npc_video.shipping.links import is_link, make_link


@pytest.mark.parametrize(
    ("mode", "tag", "is_one"),
    [
        (stat.S_IFLNK, 0xA000000C, True),
        (stat.S_IFDIR, 0xA0000003, True),  # a junction
        (stat.S_IFDIR, 0x9000001A, False),  # a folder kept in the cloud
        (stat.S_IFDIR, 0, False),
        (stat.S_IFREG, 0, False),
    ],
)
def test_a_junction_is_a_link(mode: int, tag: int, is_one: bool) -> None:
    status = SimpleNamespace(st_mode=mode | 0o755, st_reparse_tag=tag)
    assert is_link(status) is is_one  # type: ignore[arg-type]


def test_links_and_folders_of_this_system_are_told_apart(tmp_path: Path) -> None:
    folder, link = tmp_path / "folder", tmp_path / "in" / "link"
    folder.mkdir()
    try:
        make_link(link, folder)
    except OSError as error:
        if sys.platform != "win32" or error.winerror != 50:  # ERROR_NOT_SUPPORTED
            raise
        pytest.skip("this system makes no links to folders, as Wine before version 9")
    assert is_link(link.lstat())
    assert not is_link(folder.lstat())
    assert link.resolve() == folder.resolve()
