"""Fetches a Godot for Debian machines without one, unpacked from Debian testing.

Nothing is installed: it lies in a folder of the user's cache, and patchelf makes the programs start
with the C library beside them. They find their libraries by an RPATH, not by LD_LIBRARY_PATH, so
programs that they start are not affected.

An `Xvfb` comes with it, because a machine without Godot seldom has a screen.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from npc_video.shipping.console import Failure, say
from npc_video.shipping.lock import exclusive

from tools import debian_packages
from tools.debian_packages import run
from tools.paths import cache_folder

SUITE = "forky"
PACKAGES = (
    *("godot", "godot-template-release"),
    *("libgl1", "libegl1", "libegl-mesa0", "libgl1-mesa-dri"),  # Mesa's software renderer
    *("xvfb", "x11-xkb-utils", "xkb-data"),
)
_PROGRAMS = ("godot", "godot-template-release", "Xvfb", "xkbcomp")
# Wheels carry libraries with a RUNPATH, which would take these from the machine's own C library. So
# the programs load them first.
_C_LIBRARY = (
    *("libanl.so.1", "libdl.so.2", "libm.so.6", "libmvec.so.1", "libpthread.so.0"),
    *("libresolv.so.2", "librt.so.1", "libutil.so.1"),
)
_RECIPE = 1  # raise it when a change below must reach copies already unpacked
_SPACE_NEEDED = 1_500_000_000  # bytes, downloads and unpacked files together


# All programs share Mesa's index of shaders, and it ended editors with SIGBUS.
WITHOUT_SHARED_SHADERS = {"MESA_SHADER_CACHE_DISABLE": "true"}


@dataclass(frozen=True)
class Unpacked:
    """A finished copy.

    Attributes:
        root: Folder that holds `usr` and `etc`.
        packages: Version of each Debian package in it.
        version: The output of its `godot --version`.
    """

    root: Path
    packages: Mapping[str, str]
    version: str

    @property
    def libraries(self) -> Path:
        return _libraries(self.root)

    def program(self, name: str) -> Path:
        return self.root / "usr" / "bin" / name

    def environment(self) -> dict[str, str]:
        """Returns variables that lead to the copy's drivers and data, safe for child processes."""
        return {
            "LIBGL_DRIVERS_PATH": str(self.libraries / "dri"),
            "GBM_BACKENDS_PATH": str(self.libraries / "gbm"),
            "__EGL_VENDOR_LIBRARY_DIRS": str(self.root / "usr/share/glvnd/egl_vendor.d"),
            "FONTCONFIG_PATH": str(self.root / "etc/fonts"),
            "XLOCALEDIR": str(self.root / "usr/share/X11/locale"),
            **WITHOUT_SHARED_SHADERS,
        }


def unpacked(cache: Path | None = None) -> Unpacked | None:
    """Returns the finished copy in the cache, if there is one."""
    folder = _folder(cache or cache_folder())
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        return Unpacked(folder / "root", manifest["packages"], manifest["version"])
    except (OSError, ValueError, KeyError):
        return None


def fetch(patchelf: Path) -> Unpacked:
    """Downloads and unpacks a copy, or waits for another process that does.

    Raises:
        Failure: This is not Debian, or APT cannot get the packages.
    """
    cache = cache_folder()
    with exclusive(cache / "fetch.lock", busy="Another run is fetching Godot; waiting for it…"):
        if found := unpacked(cache):
            return found
        mirror = debian_packages.mirror()
        if mirror is None:
            raise Failure(
                "No Godot 4.5 or newer was found, and this machine has no Debian mirror to fetch "
                "it from: install Godot and set GODOT to its path."
            )
        _require_space(cache)
        say("Fetching Godot from Debian (about 190 MB, kept for next time)…")
        try:
            return _make(_folder(cache), mirror, patchelf)
        except subprocess.CalledProcessError as failed:
            instead = "set GODOT to an installed one"
            raise Failure(debian_packages.explain(failed, "Godot", instead)) from None


def _make(final: Path, mirror: debian_packages.Mirror, patchelf: Path) -> Unpacked:
    part = final.with_suffix(".part")
    for leftover in (part, final):  # of a run that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        packages = debian_packages.fetch(part, mirror, SUITE, PACKAGES)
        _relocate(part / "root", final / "root", patchelf)
        part.replace(final)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return _finish(final, packages)


def _folder(cache: Path) -> Path:
    return cache / f"godot-{SUITE}-{_RECIPE}"


def _libraries(root: Path) -> Path:
    return next((root / "usr" / "lib").glob("*-linux-gnu*"))


def _require_space(cache: Path) -> None:
    if shutil.disk_usage(cache).free < _SPACE_NEEDED:
        raise Failure(
            f"Fetching Godot needs {_SPACE_NEEDED / 1e9:.1f} GB in {cache}: free some space, "
            "or set GODOT to an installed one."
        )


def _relocate(root: Path, home: Path, patchelf: Path) -> None:
    """Makes the programs in `root` work from `home`, the future path of `root`."""
    libraries = _libraries(root)
    final = home / libraries.relative_to(root)
    present = [name for name in _C_LIBRARY if (libraries / name).exists()]
    needed = [word for name in present for word in ("--add-needed", name)]
    for name in _PROGRAMS:
        program = root / "usr" / "bin" / name
        loader = Path(run(patchelf, "--print-interpreter", program)).name
        run(patchelf, "--set-interpreter", final / loader, *needed, program)
        run(patchelf, "--force-rpath", "--set-rpath", final, program)
    for library in libraries.glob("*.so*"):
        # A RUNPATH disables the program's RPATH for everything below that library.
        if not library.is_symlink() and run(patchelf, "--print-rpath", library):
            run(patchelf, "--force-rpath", "--set-rpath", "$ORIGIN:$ORIGIN/pulseaudio", library)
    _free_xvfb(root / "usr" / "bin" / "Xvfb")


def _free_xvfb(program: Path) -> None:
    """Makes Xvfb take `xkbcomp` from its working folder instead of its compiled-in path."""
    compiled_in = b"\0/usr/bin\0"
    code = program.read_bytes()
    if code.count(compiled_in) == 1:
        program.write_bytes(code.replace(compiled_in, b"\0.".ljust(len(compiled_in), b"\0")))
    else:
        program.unlink()  # an unknown Xvfb: better none than one without a keyboard


def _finish(folder: Path, packages: dict[str, str]) -> Unpacked:
    """Proves that the copy runs, and writes the manifest that marks it as finished."""
    root = folder / "root"
    version = run(root / "usr/bin/godot", "--version")
    temporary = folder / "manifest.json.part"
    temporary.write_text(json.dumps({"version": version, "packages": packages}, indent=1), "utf-8")
    temporary.replace(folder / "manifest.json")
    return Unpacked(root, packages, version)
