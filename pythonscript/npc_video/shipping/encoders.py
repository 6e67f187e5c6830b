"""Removes from a runtime the libraries in wheels that a game may not simply distribute.

PyAV's wheels contain x264 and x265, which are under the GPL. A game whose makers do not choose that
encodes with libvpx and decodes everything. On Windows for ARM they also contain copies of two of
Windows' own libraries. FFmpeg does not load without these libraries, so each is replaced by one of
the same name that does nothing: `encoder_stub.c`, compiled once for each platform.
"""

import re
import shutil
from pathlib import Path

from .binaries import Binary, binaries_in, imported_from, read
from .console import Failure
from .platforms import Platform

STUB_SOURCE = Path(__file__).with_name("encoder_stub.c")
# Compiled when the package is built, so that no user needs a compiler.
STUBS = Path(__file__).with_name("stubs")
_STEM = "encoder_stub"

_GPL = re.compile(r"libx26[45][-.]")
_MICROSOFT = re.compile(r"(avicap32|msvfw32)-")


def stub_for(platform: Platform, stubs: Path = STUBS) -> Path:
    """Returns the path of the compiled library for `platform`."""
    return stubs / platform.library(_STEM)


def is_replaced(file_name: str) -> bool:
    """Tells whether a game gets a stub in place of this library of a wheel, by default."""
    return any(pattern.match(file_name) for pattern in (_GPL, _MICROSOFT))


def replace_gpl_encoders(
    site_packages: Path, platform: Platform, stubs: Path = STUBS
) -> tuple[str, ...]:
    """Replaces each encoder under the GPL by the stub, and returns their file names.

    Raises:
        Failure: there is no stub for `platform`, or FFmpeg imports a symbol that it lacks.
    """
    return _replace(_GPL, site_packages, stub_for(platform, stubs))


def replace_system_copies(
    site_packages: Path, platform: Platform, stubs: Path = STUBS
) -> tuple[str, ...]:
    """Replaces Windows' own libraries by the stub, because we may not distribute them.

    Raises:
        Failure: there is no stub for `platform`, or a library imports a symbol that it lacks.
    """
    if platform.system != "windows":
        return ()
    return _replace(_MICROSOFT, site_packages, stub_for(platform, stubs))


def _replace(pattern: re.Pattern[str], site_packages: Path, stub: Path) -> tuple[str, ...]:
    binaries = list(binaries_in(site_packages))
    unwanted = {path: binary for path, binary in binaries if pattern.match(path.name)}
    if not unwanted:
        return ()
    if not stub.is_file():
        raise Failure(
            f"{next(iter(unwanted)).name} cannot be replaced, because {stub.name} is missing from"
            " npc-video-player: install it again."
        )
    (stands_in,) = read(stub)
    kept = [binary for path, binary in binaries if path not in unwanted]
    for path, binary in unwanted.items():
        importers = [each for each in kept if _needs(each, path.name)]
        missing = imported_from(binary, importers) - stands_in.exported
        if missing:
            raise Failure(
                f"{path.name} cannot be replaced, because FFmpeg calls {', '.join(sorted(missing))}"
                " in it, which no stub has yet: install the version of PyAV that is pinned."
            )
    for path in unwanted:
        path.unlink()
        shutil.copyfile(stub, path)
    return tuple(path.name for path in unwanted)


def _needs(binary: Binary, name: str) -> bool:
    return any(Path(each).name.lower() == name.lower() for each in binary.libraries)
