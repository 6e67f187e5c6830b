"""Assembles the Python that a game ships: a folder that runs wherever it lies.

Its layout is the one that `godot/native` expects beside the loader's library:

    python/pythonscript.cfg, the bridge, manifest.json, NOTICES.txt
    python/lib/libpython…                 and the libraries of its extension modules
    python/lib/python3.x/                 the standard library, its lib-dynload and site-packages

On Windows it has `python3x.dll` and the files that must lie beside it, `DLLs`, `Lib` and
`Lib/site-packages` instead.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from .binaries import is_binary, strip
from .byte_code import compile_python
from .choices import Choices
from .closure import OURS, closure, our_files, package_files
from .console import Failure
from .denylist import ships_extension, ships_from_package, ships_from_stdlib
from .encoders import replace_gpl_encoders, replace_system_copies
from .interpreter import MINOR_VERSION, SETTINGS, settings_of_runtime
from .manifest import write_manifest
from .notices import NOTICES, foreign_libraries, notices, python_part
from .platforms import Platform
from .python_files import PythonFiles, private_folders
from .relocate import bring_libraries, forget_folders

IGNORED = ".gdignore"  # Godot's editor ignores a folder with such a file

# Called with the progress as a fraction and a description, such as (0.4, "Copying packages").
Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of a runtime.

    Attributes:
        libraries: libpython and the libraries of extension modules.
    """

    root: Path
    libraries: Path
    stdlib: Path
    extensions: Path
    packages: Path


def layout(root: Path, platform: Platform, minor: str) -> Layout:
    """Returns the folders in `root` of a runtime for this platform and minor version of Python."""
    if platform.system == "windows":
        stdlib = root / "Lib"
        return Layout(root, root, stdlib, root / "DLLs", stdlib / "site-packages")
    stdlib = root / "lib" / f"python{minor}"
    return Layout(root, root / "lib", stdlib, stdlib / "lib-dynload", stdlib / "site-packages")


def assemble(
    root: Path,
    python: PythonFiles,
    bridge: Path,
    choices: Choices,
    tell: Tell,
    *,
    for_editor: bool = False,
) -> None:
    """Makes the new folder `root` into a runtime.

    Args:
        root: the future `python/` beside a game.
        python: the Python to copy, and its platform.
        bridge: the bridge's library for the same platform and minor version.
        choices: the developer's choices.
        tell: called with the progress.
        for_editor: true if Godot's editor will also run on it, and copy it into games.

    Raises:
        Failure: something is missing, or cannot be copied.
        OSError: the disk is full or cannot be written to.
    """
    if python.minor != MINOR_VERSION:
        raise Failure(
            f"A runtime with Python {python.minor} is built by Python {python.minor}: this is"
            f" {MINOR_VERSION}."
        )
    tell(0.0, "Looking for packages")
    packages = closure(python.packages, python.platform, python.version, choices.extra_packages)
    at = layout(root, python.platform, python.minor)
    write = _Writer(choices.keep_sources, at.root)
    ships = partial(ships_from_package, for_editor=for_editor)
    tell(0.05, "Copying Python")
    modules = _copy_python(at, python, write)
    tell(0.4, "Copying packages")
    for package in packages:
        _copy_package(at, package_files(package), ships, write)
    _copy_package(at, our_files(), ships, write)
    tell(0.8, "Making libraries find each other")
    bring_libraries(at.root, at.libraries, modules, python.searched)
    stand_ins = replace_system_copies(at.packages, python.platform)
    if not choices.gpl_encoders:
        stand_ins += replace_gpl_encoders(at.packages, python.platform)
    shutil.copyfile(bridge, at.root / bridge.name)
    for path in sorted(at.root.rglob("*")):
        if path.is_file() and is_binary(path):
            strip(path)
    forget_folders(at.root, private_folders())
    tell(0.9, "Noting what is in it")
    library = (at.libraries / python.library.name).relative_to(at.root).as_posix()
    text = settings_of_runtime(python.minor, library, bridge.name)
    (at.root / SETTINGS).write_text(text, "utf-8")
    (at.root / IGNORED).touch()
    text = notices(
        version(OURS),
        packages,
        foreign_libraries(at.root),
        python_part(python.version, python.stdlib),
        stand_ins=stand_ins,
        gpl=choices.gpl_encoders,
    )
    (at.root / NOTICES).write_text(text, "utf-8")
    write_manifest(at.root, str(python.platform), python.version)
    tell(1.0, "Done")


def _copy_python(at: Layout, python: PythonFiles, write: "_Writer") -> list[tuple[Path, Path]]:
    """Copies Python itself, and returns its libraries, each with its original file."""
    modules = []
    for source in (python.library, *python.beside):
        modules.append((at.libraries / source.name, source))
    for source in sorted(python.extensions.iterdir()):
        if source.is_file() and ships_extension(source.name):
            modules.append((at.extensions / source.name, source))
    for target, source in modules:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for source, inside in _stdlib_files(python.stdlib):
        write(source, at.stdlib / inside)
    return modules


def _stdlib_files(folder: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    for name, subfolders, files in os.walk(folder):
        inside = PurePosixPath(Path(name).relative_to(folder).as_posix())
        subfolders[:] = [each for each in sorted(subfolders) if ships_from_stdlib(inside / each)]
        for file in sorted(files):
            if ships_from_stdlib(inside / file):
                yield Path(name, file), inside / file


def _copy_package(
    at: Layout,
    files: Iterable[tuple[Path, PurePosixPath]],
    ships: Callable[[PurePosixPath], bool],
    write: "_Writer",
) -> None:
    for source, inside in files:
        if ships(inside):
            write(source, at.packages / inside)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Copies a file into the runtime, and compiles Python files."""

    keeps_sources: bool
    root: Path

    def __call__(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix != ".py":
            shutil.copyfile(source, target)
            return
        compiled = target.with_suffix(".pyc")
        if self.keeps_sources:
            shutil.copyfile(source, target)
            cache = target.parent / "__pycache__"
            compiled = cache / f"{target.stem}.cpython-{MINOR_VERSION.replace('.', '')}.pyc"
        try:
            compile_python(source, compiled, target.relative_to(self.root).as_posix())
        except Failure:  # a template or an example, which is Python only after it is filled in
            shutil.copyfile(source, target)
