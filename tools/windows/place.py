"""Copies the checkout as it would be on Windows: with libraries and a Python for it.

The folder's name has blanks and letters of many scripts, as those of players do.
"""

import shutil
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from npc_video.shipping.interpreter import ADDON_MODULES, MINOR_VERSION, SETTINGS
from npc_video.shipping.links import make_link

from tools import bridge
from tools.paths import ADDON, BUILD, DEMO, ENGINE_TESTS, ROOT
from tools.windows.python import LIBRARY, WINDOWS
from tools.windows.wine import windows_path

FOLDER = BUILD / "windows"
_CHECKOUT = FOLDER / "Spiele für Ünï 遊戲"
_NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "shots", "bin")


@dataclass(frozen=True)
class Place:
    """The files that run as a Windows program.

    Attributes:
        checkout: the copy.
        python: Windows' python.exe.
        loader: the addon's library in the copy, which the engine opens.
        bridge: the one beside it.
    """

    checkout: Path
    python: Path
    loader: Path
    bridge: Path

    def inside(self, path: Path) -> Path:
        """Returns the file or folder in the copy for `path` in this checkout."""
        return self.checkout / path.relative_to(ROOT)


def make(python: Path) -> Place:
    """Copies the checkout.

    Args:
        python: the folder of an assembled Python.

    Raises:
        Failure: the libraries do not compile.
    """
    loader, library = bridge.compile_all(WINDOWS)
    shutil.rmtree(_CHECKOUT, ignore_errors=True)
    shutil.copytree(ROOT, _CHECKOUT, ignore=left_out)
    addon = _CHECKOUT / ADDON.relative_to(ROOT)
    place = Place(
        _CHECKOUT, python / "python.exe", addon / "bin" / loader.name, addon / "bin" / library.name
    )
    _tell_of_project()
    executable = _environment(python)
    for folder, modules in (
        (place.loader.parent, ADDON_MODULES),
        (_CHECKOUT / "tests" / "bridge" / "project" / "bin", ""),
    ):
        folder.mkdir(exist_ok=True)
        for source in (loader, library):
            shutil.copy2(source, folder)
        (folder / SETTINGS).write_text(
            f"python={MINOR_VERSION}\n"
            f"libpython={windows_path(python / LIBRARY)}\n"
            f"bridge={library.name}\n"
            f"executable={windows_path(executable)}\n"
            f"modules={modules}\n",
            "utf-8",
        )
    for project in (DEMO, ENGINE_TESTS):
        make_link(place.inside(project) / "addons" / ADDON.name, addon)
    return place


def left_out(folder: str, names: list[str]) -> set[str]:
    """Returns the names that the copy leaves out: files made here, most of Godot's folders."""
    if Path(folder).name == ".godot":
        return {name for name in names if name != "extension_list.cfg"}
    links = {name for name in names if Path(folder, name).is_symlink()}
    return links | shutil.ignore_patterns(*_NOT_COPIED)(folder, names)


def _tell_of_project() -> None:
    """Makes Python find out in the copy what the project needs, as where it is installed."""
    packages = Path(str(distribution("npc-video-player").locate_file("")))
    for told in packages.glob("npc_video_player-*.dist-info"):
        shutil.copytree(told, _CHECKOUT / "pythonscript" / told.name)


def _environment(python: Path) -> Path:
    """Makes a virtual environment in the copy with this project; returns its python.exe."""
    folder = _CHECKOUT / ".venv"
    packages, scripts = folder / "Lib" / "site-packages", folder / "Scripts"
    packages.mkdir(parents=True)
    scripts.mkdir()
    (folder / "pyvenv.cfg").write_text(
        f"home = {windows_path(python)}\n"
        f"include-system-site-packages = true\nversion = {MINOR_VERSION}\n",
        "utf-8",
    )
    # Relative, because Python before 3.13 reads such files in the system's encoding.
    (packages / "npc_video_player.pth").write_text("..\\..\\..\\pythonscript\n", "utf-8")
    return Path(shutil.copy2(python / "python.exe", scripts))
