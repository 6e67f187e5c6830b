import sys

import pytest

from tools.windows.place import left_out


def test_what_was_made_on_this_system_is_not_copied(tmp_path):
    for name in (".git", ".venv", "build", "bin", "pythonscript", "editor"):
        (tmp_path / name).mkdir()
    names = [each.name for each in tmp_path.iterdir()]
    assert left_out(str(tmp_path), names) == {".git", ".venv", "build", "bin"}


@pytest.mark.skipif(sys.platform == "win32", reason="the copy is made on POSIX' systems alone")
def test_links_are_not_copied(tmp_path):
    (tmp_path / "addons").symlink_to(tmp_path)
    assert left_out(str(tmp_path), ["addons"]) == {"addons"}


def test_of_the_engines_own_folder_the_list_of_extensions_stays():
    names = ["imported", "extension_list.cfg", "editor", "uid_cache.bin"]
    assert left_out("game/.godot", names) == {"imported", "editor", "uid_cache.bin"}
