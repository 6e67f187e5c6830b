"""A project with a game in it, and addons as a wheel and a checkout have them."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from npc_video.shipping.addon import NAME, Addon
from npc_video.shipping.links import is_link, make_link
from npc_video.shipping.platforms import BRIDGE, LOADER, this_platform

from tools.paths import ADDON

LIBRARIES = [this_platform().library(stem) for stem in (LOADER, BRIDGE)]

_GAME = {
    "project.godot": b'config_version=5\r\n\n[application]\n\nconfig/name="B\xfccher"\n',
    "main.tscn": b'[gd_scene format=3]\n[node name="Ember" type="NpcVideoPlayer"]\n',
    "npcs/ember/index.json": b"{}",
    "addons/other/plugin.cfg": b'[plugin]\nname="Other"\n',
    ".godot/extension_list.cfg": b"res://addons/other/other.gdextension",
}


def make_game(folder: Path) -> Path:
    for name, data in _GAME.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def make_addon(folder: Path, *, is_checkout: bool = False) -> Addon:
    folder.mkdir(parents=True)
    for name in ("LICENSE", "plugin.cfg", "plugin.gd", f"{NAME}.gdextension"):
        shutil.copyfile(ADDON / name, folder / name)
    (folder / "bin").mkdir()
    for name in LIBRARIES:
        (folder / "bin" / name).write_bytes(name.encode())
    return Addon(folder, is_checkout)


def skip_without_links(folder: Path) -> None:
    """Skips a test where links cannot be made.

    Wine makes no junctions, and Windows lets few of its users make symbolic links.
    """
    try:
        make_link(folder / "a link", folder)
        (folder / "another").symlink_to(folder, target_is_directory=True)
        made = [is_link((folder / name).lstat()) for name in ("a link", "another")]
    except OSError:
        made = [False]
    for name in ("a link", "another"):
        with suppress(OSError):
            (folder / name).unlink()
    if not all(made):
        pytest.skip("this system makes no links")


def content(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder: the bytes of files, None for folders; links are not followed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
