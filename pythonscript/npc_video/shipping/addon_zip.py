"""Zips the addon with its own Python, for those who have none.

The user unzips it in the folder of a project, by hand or with the editor's asset library.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from .addon import LICENCE, NAME, Addon
from .check import check
from .choices import Choices
from .console import Failure
from .copies import MARKER, RUNTIME, files_of, marker
from .platforms import BRIDGE, LOADER
from .python_files import PythonFiles, private_folders
from .runtime import Tell, assemble


def zip_addon(folder: Path, addon: Addon, python: PythonFiles, tell: Tell) -> Path:
    """Writes the addon with a Python into a zip in `folder`, and returns its path.

    Args:
        folder: created if it does not exist.
        addon: with the libraries for that Python.
        python: the Python to include, with the packages of its environment.
        tell: called with the progress.

    Raises:
        Failure: something is missing, or the Python would not run elsewhere.
        OSError: the disk is full or cannot be written to.
    """
    platform = python.platform
    target = folder / f"{NAME}-{addon.version}-{platform}.zip"
    with tempfile.TemporaryDirectory() as made:
        runtime = Path(made) / "python"
        bridge = addon.folder / "bin" / platform.library(BRIDGE)
        assemble(runtime, python, bridge, Choices(), tell, for_editor=True)
        report = check(runtime, platform, [each.encode() for each in private_folders()])
        if report.problems:
            raise Failure("\n".join(report.problems))
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w") as archive:
            for name, data in _entries(addon, platform.library(LOADER), runtime):
                entry = zipfile.ZipInfo(name)  # a fixed date, so that equal addons are equal files
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, data, compresslevel=9)
    return target


def _entries(addon: Addon, loader: str, runtime: Path) -> Iterator[tuple[str, bytes]]:
    inside = f"addons/{NAME}"
    names = []
    for name, path in files_of(addon.folder).items():
        if name == f"bin/{loader}" or not name.startswith("bin/"):
            names.append(name)
            yield f"{inside}/{name}", path.read_bytes()
    yield f"{inside}/{MARKER}", marker(addon.version, names).encode()
    for path in sorted(runtime.rglob("*")):
        if path.is_file():
            within = path.relative_to(runtime).as_posix()
            yield f"{inside}/{RUNTIME}/{within}", path.read_bytes()
    # The asset library leaves out a single folder at the top, because hosts add one. With a file
    # beside it, `addons` stays; and a licence is required.
    yield LICENCE, (addon.folder / "LICENSE").read_bytes()
