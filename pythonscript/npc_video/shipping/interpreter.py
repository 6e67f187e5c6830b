"""Finds the parts of the Python for a game, and writes the file that leads the engine to it.

`pythonscript.cfg` lies beside the bridge. It names either the Python of a virtual environment on
this machine (`executable`) or a runtime that a game ships (`home`); see `godot/native/loader.c`.
"""

import os
import sys
import sysconfig
from pathlib import Path

from .console import Failure

SETTINGS = "pythonscript.cfg"
ADDON_MODULES = "npc_video_player"  # it registers the addon's classes when it is imported
_PATHS = ("libpython", "bridge", "executable", "home")
MINOR_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def libpython() -> Path:
    """Returns the shared library of the Python that runs this.

    Raises:
        Failure: it has none, so no program can embed it.
    """
    if sys.platform == "win32":
        return Path(sys.base_prefix, f"python{MINOR_VERSION.replace('.', '')}.dll")
    name = sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY") or ""
    prefix = sysconfig.get_config_var("PYTHONFRAMEWORKPREFIX")
    folders = [prefix, sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("LIBPL")]
    multiarch = sysconfig.get_config_var("MULTIARCH")
    folders += [str(Path(folder, multiarch)) for folder in folders if folder and multiarch]
    # After Python was moved, its own variables still name the old folder.
    folders.append(str(Path(sys.base_prefix, "lib")))
    for folder in filter(None, folders):
        if (path := Path(folder, name)).is_file() and path.suffix != ".a":
            return path
    raise Failure(
        f"{sys.executable} has no shared libpython to embed: install a Python built with"
        " --enable-shared (Debian's python3 together with libpython3-dev is one)."
    )


def settings_for_this_machine(bridge: str, modules: str = ADDON_MODULES, *, mend: str = "") -> str:
    """Returns the text of a `pythonscript.cfg` that leads to the running environment.

    Args:
        bridge: the bridge's file name, in the same folder.
        modules: the modules to import at the start, separated by commas.
        mend: a sentence on what to do when Python does not start; "" for installing the wheel.
    """
    return _settings(
        **({"mend": mend} if mend else {}),
        python=MINOR_VERSION,
        libpython=str(libpython()),
        bridge=bridge,
        executable=sys.executable,
        modules=modules,
    )


def settings_of_runtime(python: str, library: str, bridge: str) -> str:
    """Returns the text of the `pythonscript.cfg` of a runtime that can lie anywhere.

    Args:
        python: the minor version, such as "3.11".
        library: libpython, as a path from the runtime's folder.
        bridge: the bridge's file name, in the runtime.
    """
    return _settings(
        python=python, libpython=library, bridge=bridge, home=".", modules=ADDON_MODULES
    )


def read_settings(folder: Path) -> dict[str, str]:
    """Returns the settings in the `pythonscript.cfg` of a folder, with absolute paths.

    Raises:
        OSError: it cannot be read.
    """
    text = (folder / SETTINGS).read_text("utf-8", "replace")
    lines = (line.partition("=") for line in text.splitlines())
    told = {key: value for key, separator, value in lines if separator}
    paths = {key: str(folder / told[key]) for key in _PATHS if told.get(key)}
    return {**told, **paths}


def is_this_python(executable: str) -> bool:
    """Tells whether `executable` is the program that runs this, in the same environment."""
    # Comparing files would not do: the Pythons of several environments are links to the same one.
    here, there = (os.path.normcase(os.path.abspath(each)) for each in (sys.executable, executable))  # noqa: PTH100
    return here == there


def _settings(**lines: str) -> str:
    return "".join(f"{key}={value}\n" for key, value in lines.items())
