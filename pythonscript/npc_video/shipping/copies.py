"""Writes the addon's copy in a project. Each of its files is ours; all others are the user's.

A marker in the copy lists its files. It is written before the first of them and removed after the
last. So after any interruption, the next installation knows which files are the addon's.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..held_files import put_in_place, replace
from .interpreter import SETTINGS

MARKER = ".installed.json"
_LIBRARIES = "bin"
RUNTIME = f"{_LIBRARIES}/python"  # the path of Python in an addon that carries its own
_LIBRARY_SUFFIXES = (".dll", ".dylib", ".so")
_TEMPORARY = ".new"
# Files that Godot makes beside ours if it finds none.
_MADE_BY_GODOT = (".import", ".uid")
# Files that Windows keeps of a library that was in use.
_LEFT_BY_WINDOWS = ("~pythonscript*", "*.replaced")


def files_of(folder: Path) -> dict[str, Path]:
    """Returns the files of an addon by their path in it, without those that belong to one copy."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (MARKER, SETTINGS)
    }


def write_copy(
    target: Path, files: Mapping[str, Path], texts: Mapping[str, str], version: str
) -> None:
    """Writes or repairs the copy in the folder `target`, and removes files of older versions.

    Args:
        target: the folder of the copy; files that belong to no copy stay unchanged.
        files: the files to copy, by their path in the folder.
        texts: further files with their text.
        version: of the addon.

    Raises:
        OSError: it cannot be written.
    """
    wanted = {*files, *texts}
    before = _listed(target)
    target.mkdir(parents=True, exist_ok=True)
    _write_marker(target, version, before | wanted)
    for name, source in files.items():
        _put(source.read_bytes(), target / name)
    for name, text in texts.items():
        _put(text.encode(), target / name)
    _remove(target, before - wanted)
    _remove_runtime(target)
    _write_marker(target, version, wanted)


def remove_copy(target: Path, names: Iterable[str]) -> None:
    """Removes a copy's files, and the folders that are then empty.

    Args:
        target: the folder of the copy.
        names: files that every copy has, for one whose marker is lost.

    Raises:
        OSError: a file cannot be removed.
    """
    _remove_runtime(target)
    for pattern in _LEFT_BY_WINDOWS:
        for path in (target / _LIBRARIES).glob(pattern):
            path.unlink(missing_ok=True)
    _remove(target, _listed(target) | set(names))
    _remove(target, [MARKER])


def marker(version: str, names: Iterable[str]) -> str:
    """Returns the text of the marker of a copy with these files."""
    return json.dumps({"version": version, "files": sorted(names)}, indent=1) + "\n"


def _listed(target: Path) -> set[str]:
    """Reads the file names in the marker; none if it is missing or damaged."""
    try:
        names = json.loads((target / MARKER).read_text("utf-8"))["files"]
        return {str(PurePosixPath(name)) for name in names if is_inside(name)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def is_inside(name: str) -> bool:
    """Tells whether a path stays in the folder where it begins, on every system."""
    paths = (PurePosixPath(name), PureWindowsPath(name))
    return not any(path.anchor or ".." in path.parts for path in paths)


def _write_marker(target: Path, version: str, names: Iterable[str]) -> None:
    _put(marker(version, names).encode(), target / MARKER)


def _put(data: bytes, target: Path) -> None:
    """Writes a file atomically, unless it is up to date."""
    with suppress(FileNotFoundError):
        if target.read_bytes() == data:
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + _TEMPORARY)
    temporary.write_bytes(data)
    try:
        if target.parent.name == _LIBRARIES:
            put_in_place(temporary, target)
        else:
            replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _remove(target: Path, names: Iterable[str]) -> None:
    """Removes these files, those that Godot made for them, and the folders that are then empty."""
    # While a library is in use it cannot be removed. Then nothing else is removed either.
    names = sorted(names, key=lambda name: (not name.endswith(_LIBRARY_SUFFIXES), name))
    for path in [path for name in names for path in _with_companions(target / name)]:
        path.unlink(missing_ok=True)
    folders = {folder for name in names for folder in PurePosixPath(name).parents}
    for folder in sorted(folders, key=lambda each: -len(each.parts)):
        with suppress(OSError):  # it is not empty, or is gone
            (target / folder).rmdir()


def _remove_runtime(target: Path) -> None:
    """Removes the addon's own Python, because the engine would prefer it to any other."""
    if (target / RUNTIME / SETTINGS).is_file():
        shutil.rmtree(target / RUNTIME)


def _with_companions(path: Path) -> Iterator[Path]:
    yield path
    for suffix in (_TEMPORARY, *_MADE_BY_GODOT):
        yield path.with_name(path.name + suffix)
