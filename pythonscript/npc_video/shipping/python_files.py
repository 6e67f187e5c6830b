"""Finds the files of a Python for a game: the running one, or one of another platform.

The running one may be from pyenv, Debian, conda, uv or python.org: their layouts differ.
"""

import os
import platform as machine
import re
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from .console import Failure
from .interpreter import libpython
from .platforms import Platform, this_platform

# Files beside python.exe that Python, NumPy and PyAV need and not every Windows has.
_WINDOWS_ROOT = ("python3.dll", "vcruntime140.dll", "vcruntime140_1.dll")
_LIBRARY = re.compile(r"(?:lib)?python3\.?(\d+)\.(?:so\.1\.0|dylib|dll)")


@dataclass(frozen=True, slots=True)
class PythonFiles:
    """The paths of the parts of a Python.

    Attributes:
        version: with the micro number, such as "3.11.9".
        library: libpython.
        beside: libraries that must lie beside it.
        stdlib: the folder of the standard library.
        extensions: the folder of its extension modules.
        packages: the folders in which packages are installed.
        searched: folders that may contain the libraries of its extension modules.
    """

    platform: Platform
    version: str
    library: Path
    beside: tuple[Path, ...]
    stdlib: Path
    extensions: Path
    packages: tuple[Path, ...]
    searched: tuple[Path, ...] = ()

    @property
    def minor(self) -> str:
        """The version without the micro number, such as "3.11"."""
        return ".".join(self.version.split(".")[:2])


def this_python() -> PythonFiles:
    """Returns the Python that runs this, with the packages of its environment.

    Raises:
        Failure: it has no shared library, or cannot be copied.
    """
    library, base = libpython(), Path(sys.base_prefix)
    stdlib = Path(sysconfig.get_path("stdlib"))
    if sys.platform == "win32":
        extensions = base / "DLLs"
        beside = _beside(base)
    else:
        extensions, beside = Path(sysconfig.get_config_var("DESTSHARED")), ()
        if not extensions.is_dir():  # a Python that was moved names its old folder
            extensions = stdlib / "lib-dynload"
    folders = dict.fromkeys(Path(sysconfig.get_path(each)) for each in ("purelib", "platlib"))
    return PythonFiles(
        platform=this_platform(),
        version=machine.python_version(),
        library=library.resolve(),
        beside=beside,
        stdlib=stdlib,
        extensions=extensions,
        packages=tuple(folders),
        searched=(library.parent, base / "lib", base / "DLLs", base / "Library" / "bin"),
    )


def python_in(folder: Path, platform: Platform) -> PythonFiles:
    """Returns the Python of any platform in a folder, with the packages installed in it.

    Args:
        folder: as made by python.org's installer, uv or conda: on Windows with `Lib` and `DLLs`,
            elsewhere with `lib/python3.x`.
        platform: its platform.

    Raises:
        Failure: there is none.
    """
    is_windows = platform.system == "windows"
    libraries = sorted(folder.glob("python3*.dll" if is_windows else "lib/libpython3*"))
    found = [(path, match) for path in libraries if (match := _LIBRARY.fullmatch(path.name))]
    if not found:
        raise Failure(
            f"{folder} holds no Python for {platform} that a game can carry: name the folder of one"
            " with a shared library, as python.org's for Windows or uv's for Linux and macOS."
        )
    library, match = found[-1]
    minor = f"3.{match[1]}"
    stdlib = folder / "Lib" if is_windows else folder / "lib" / f"python{minor}"
    extensions = folder / "DLLs" if is_windows else stdlib / "lib-dynload"
    if not (stdlib / "os.py").is_file():
        raise Failure(f"{folder} holds no standard library of Python {minor}: {stdlib} is without.")
    return PythonFiles(
        platform=platform,
        version=_version_in(folder, minor),
        library=library.resolve(),
        beside=_beside(folder) if is_windows else (),
        stdlib=stdlib,
        extensions=extensions,
        packages=(stdlib / "site-packages",),
        searched=(library.parent, extensions),
    )


def private_folders() -> list[str]:
    """Returns the folders of this machine that must not appear in a game, the longest first.

    Each ends in a separator.
    """
    ours = (sys.prefix, sys.base_prefix, Path(__file__).parents[3], Path.home())
    found = {f"{Path(each)}{os.sep}" for each in ours if str(each)}
    return sorted(found - {os.sep, f"{os.sep}usr{os.sep}"}, key=len, reverse=True)


def _beside(folder: Path) -> tuple[Path, ...]:
    missing = [name for name in _WINDOWS_ROOT if not (folder / name).is_file()]
    if missing:
        raise Failure(
            f"{folder} lacks {' and '.join(missing)}, without which NumPy and PyAV do not load:"
            " copy them there from another Python of the same version."
        )
    return tuple(folder / name for name in _WINDOWS_ROOT)


def _version_in(folder: Path, minor: str) -> str:
    """Returns the version, with the micro number if the files contain it."""
    for header in (folder / "include" / "patchlevel.h", *folder.glob("include/*/patchlevel.h")):
        if header.is_file():
            told = re.search(r'PY_VERSION\s+"([\d.]+)', header.read_text("utf-8"))
            if told:
                return told[1]
    return f"{minor}.0"
