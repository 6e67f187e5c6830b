"""Finds and zips runtime packs: runtimes that were built elsewhere, for any platform.

A pack is called `npc-video-runtime-PLATFORM-cpMINOR`, such as
`npc-video-runtime-windows-x86_64-cp311`. It is a folder with a runtime called `python` in it, or a
zip of that.
"""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

from .console import Failure
from .interpreter import SETTINGS
from .manifest import MANIFEST, differences
from .platforms import Platform

RUNTIME = "python"  # the folder that lies beside a game's program

_START = "npc-video-runtime-"


def pack_name(platform: Platform, minor: str) -> str:
    """Returns the name of a pack for this platform and minor version of Python, such as "3.11"."""
    return f"{_START}{platform}-cp{minor.replace('.', '')}"


def runtime_in(place: Path, platform: Platform, cache: Path) -> Path:
    """Returns the runtime for a platform from a developer's path, unpacked and undamaged.

    Args:
        place: a pack, its runtime, or a folder of packs.
        platform: the platform of the export.
        cache: a folder for unpacked zips, which stay for the next export.

    Raises:
        Failure: there is none, it is for another platform, or it is damaged.
        OSError: it cannot be read or unpacked.
    """
    found = _find(place, platform)
    runtime = _unpacked(found, cache) if found.is_file() else found
    if (runtime / RUNTIME / SETTINGS).is_file():
        runtime /= RUNTIME
    if not (runtime / SETTINGS).is_file():
        raise Failure(f"{found} is no runtime pack: build one with `npc-video runtime build`.")
    told = platform_of(runtime)
    if told != str(platform):
        raise Failure(f"The runtime {found} is for {told}, not for {platform}: name another one.")
    wrong = next(differences(runtime), None)
    if wrong is not None:
        raise Failure(f"The runtime {found} is damaged: {wrong}")
    return runtime


def platform_of(runtime: Path) -> str:
    """Returns the name of a runtime's platform, from its manifest."""
    return _told(runtime, "platform") or "a platform that its manifest does not name"


def minor_of(runtime: Path) -> str:
    """Returns the minor version of a runtime's Python, such as "3.11", from its manifest."""
    return ".".join(_told(runtime, "python").split(".")[:2])


def _told(runtime: Path, name: str) -> str:
    try:
        return str(json.loads((runtime / MANIFEST).read_text("utf-8"))[name])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def zip_pack(runtime: Path, target: Path) -> None:
    """Writes a runtime into the zip `target`, with the highest compression."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(runtime.rglob("*")):
            if path.is_file():
                inside = Path(RUNTIME, path.relative_to(runtime)).as_posix()
                entry = zipfile.ZipInfo(inside)  # a fixed date, so that equal packs are equal files
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes(), compresslevel=9)


def _find(place: Path, platform: Platform) -> Path:
    if not place.exists():
        raise Failure(f"There is no runtime {place}: name a pack, or leave it empty.")
    if place.is_file() or any((place / each / SETTINGS).is_file() for each in (".", RUNTIME)):
        return place
    packs = sorted(place.glob(f"{_START}{platform}-cp*"))
    names = {path.name.removesuffix(".zip"): path for path in packs}
    if not names:
        raise Failure(
            f"{place} holds no runtime pack for {platform}: build one there with `npc-video runtime"
            f" build --platform {platform}`."
        )
    if len(names) > 1:
        raise Failure(f"{place} holds several runtime packs for {platform}: name one of them.")
    return next(iter(names.values()))


def _unpacked(archive: Path, cache: Path) -> Path:
    told = archive.stat()
    key = hashlib.sha256(f"{archive.resolve()} {told.st_size} {told.st_mtime_ns}".encode())
    folder = cache / f"pack-{key.hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(part)
    except zipfile.BadZipFile as error:
        raise Failure(f"{archive} is no zip, or a damaged one: get it again.") from error
    part.replace(folder)
    return folder
