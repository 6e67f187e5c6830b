"""Fetches Godot's official build with its export templates, for CI machines.

    python -m tools.official_godot VERSION FOLDER

Fetches what FOLDER lacks, puts the templates where Godot looks for them, and prints the path of the
program. It needs nothing but Python.
"""

import os
import shutil
import sys
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from npc_video.shipping.console import say
from npc_video.shipping.platforms import Platform, this_platform
from npc_video.shipping.templates import data_folder

_RELEASES = "https://github.com/godotengine/godot/releases/download"
_TIMEOUT_S = 60.0  # seconds without a single byte


def archive(version: str, platform: Platform) -> str:
    """Returns the file name of the build of a version such as "4.6.3" for a platform."""
    endings = {
        "linux": f"linux.{platform.machine}.zip",
        "windows": "win64.exe.zip" if platform.machine == "x86_64" else "windows_arm64.exe.zip",
        "macos": "macos.universal.zip",
    }
    return f"Godot_v{version}-stable_{endings[platform.system]}"


def program(version: str, platform: Platform) -> str:
    """Returns the program's path in that archive; on Windows, of the console program."""
    stem = archive(version, platform).removesuffix(".zip")
    match platform.system:
        case "windows":
            return f"{stem.removesuffix('.exe')}_console.exe"
        case "macos":
            return "Godot.app/Contents/MacOS/Godot"
        case _:
            return stem


def is_template(name: str, platform: Platform) -> bool:
    """Tells whether exports for a platform need a file of the templates' archive."""
    inside = name.removeprefix("templates/")
    if platform.system == "macos":
        return inside in ("macos.zip", "version.txt")
    is_for_it = inside.startswith(f"{platform.system}_") and platform.machine in inside
    return is_for_it or inside == "version.txt"


def template_folder(
    version: str, platform: Platform, home: Path, environ: Mapping[str, str]
) -> Path:
    """Returns the folder in which Godot looks for the export templates of a version."""
    return data_folder(platform.system, home, environ) / "export_templates" / f"{version}.stable"


def fetch(version: str, folder: Path, platform: Platform) -> Path:
    """Returns the program of a version in `folder`, fetched if needed, with its templates."""
    if not (folder / "whole").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _unpack(_download(version, archive(version, platform), folder), folder)
        templates = _download(version, f"Godot_v{version}-stable_export_templates.tpz", folder)
        _unpack(templates, folder, platform)
        (folder / "whole").touch()
    place = template_folder(version, platform, Path.home(), os.environ)
    shutil.copytree(folder / "templates", place, dirs_exist_ok=True)
    found = folder / program(version, platform)
    found.chmod(0o755)  # Python does not restore this from zips
    return found


def _download(version: str, name: str, folder: Path) -> Path:
    say(f"Fetching {name}…")
    target = folder / name
    url = f"{_RELEASES}/{version}-stable/{name}"
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer, target.open("wb") as file:
        shutil.copyfileobj(answer, file)
    return target


def _unpack(file: Path, folder: Path, templates_for: Platform | None = None) -> None:
    with zipfile.ZipFile(file) as opened:
        for name in opened.namelist():
            if templates_for is None or is_template(name, templates_for):
                opened.extract(name, folder)
    file.unlink()


def main(arguments: Sequence[str]) -> int:
    version, folder = arguments
    print(fetch(version, Path(folder).resolve(), this_platform()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
