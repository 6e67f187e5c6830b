"""Builds the native part of the bridge and installs it in Godot projects.

    python -m tools.bridge

Runs inside the project's virtual environment. `native` compiles into `build/bridge`. The result
goes into the `bin` folder of the addon and of the test project, with the settings that lead to this
machine's Python. Nothing is compiled unless a source has changed.
"""

import hashlib
import shutil
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from npc_video.held_files import is_held, put_in_place
from npc_video.shipping.console import RUN_PY, Failure
from npc_video.shipping.encoders import STUB_SOURCE, stub_for
from npc_video.shipping.interpreter import ADDON_MODULES, SETTINGS, settings_for_this_machine
from npc_video.shipping.platforms import BRIDGE, LOADER, Platform, this_platform

from tools import native
from tools.paths import ADDON, BUILD, ROOT

_BUILT = BUILD / "bridge"

# The folders for the bridge, and the modules that register classes there.
_PROJECTS = {
    ADDON / "bin": ADDON_MODULES,
    ROOT / "tests" / "bridge" / "project" / "bin": "",
}


def compile_all(platform: Platform | None = None) -> Sequence[Path]:
    """Compiles the loader, the bridge and the encoders' stub, unless they are up to date.

    Args:
        platform: the target platform; None for this one.

    Raises:
        Failure: they do not compile.
    """
    platform = platform or this_platform()
    built = _BUILT / str(platform)
    files = [built / platform.library(stem) for stem in (LOADER, BRIDGE)]
    stub = stub_for(platform)
    stamp = built / "fingerprint"
    wanted = _fingerprint()
    is_there = all(each.is_file() for each in (stamp, stub, *files))
    if not (is_there and stamp.read_text("utf-8") == wanted):
        shutil.rmtree(built, ignore_errors=True)
        built.mkdir(parents=True, exist_ok=True)  # Windows kept a library that was in use
        native.compile_libraries(built, platform)
        stub.parent.mkdir(exist_ok=True)
        native.compile_encoder_stub(stub, platform)
        stamp.write_text(wanted, "utf-8")
    return files


def _fingerprint() -> str:
    """Returns a text that changes with everything that the compiled files depend on."""
    versions = (sys.version, version("cffi"), version("ziglang"))
    digest = hashlib.sha256(repr(versions).encode())
    for path in [*native.native_files(), STUB_SOURCE, Path(native.__file__)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install(files: Sequence[Path], folder: Path, modules: str) -> None:
    """Installs the loader and the bridge in a folder, with settings for this environment.

    Args:
        files: the result of `compile_all`.
        folder: of a Godot project, created if it does not exist.
        modules: the modules to import at the engine's start, separated by commas.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for source in files:
        target = folder / source.name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        # Replaces the file instead of writing into it: the engine may have the old one open.
        temporary = target.with_suffix(".new")
        shutil.copy2(source, temporary)
        put_in_place(temporary, target)
    mend = f"In your checkout run `{RUN_PY} install`, with the folder of this project."
    text = settings_for_this_machine(files[1].name, modules, mend=mend)
    (folder / SETTINGS).write_text(text, "utf-8")


def main() -> int:
    try:
        files = compile_all()
        for folder, modules in _PROJECTS.items():
            install(files, folder, modules)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as error:
        if not is_held(error):
            raise
        print(f"A program uses {error.filename}: close Godot, run again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
