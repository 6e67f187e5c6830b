"""Finds a headless Chromium for tests of web pages; fetches one on Debian machines without any.

Nothing is installed: it lies in a folder of the user's cache, beside the libraries that this
machine lacks.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from npc_video.shipping.console import Failure, say
from npc_video.shipping.lock import exclusive

from tools import debian_packages
from tools.paths import cache_folder

_PACKAGES = ("chromium-headless-shell", "fontconfig-config", "fonts-dejavu-core")
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_RECIPE = 1  # raise it when a change below must reach copies already unpacked
_SPACE_NEEDED = 700_000_000  # bytes, downloads and unpacked files together


@dataclass(frozen=True)
class Chromium:
    """A Chromium.

    Attributes:
        program: Its path.
        environment: Variables that lead to its libraries and fonts.
    """

    program: Path
    environment: Mapping[str, str]


def find_or_fetch(environ: Mapping[str, str] = os.environ) -> Chromium:
    """Returns the one that CHROMIUM names, else an installed one, else a fetched copy.

    Raises:
        Failure: There is none and none can be fetched.
    """
    named = environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if named:
        return Chromium(Path(named), {})
    cache = cache_folder()
    final = cache / f"chromium-{_RECIPE}"
    with exclusive(cache / "chromium.lock", busy="Another run is fetching Chromium; waiting…"):
        if not (final / "manifest.json").is_file():
            _fetch(final)
    return _of_copy(final / "root")


def _fetch(final: Path) -> None:
    mirror = debian_packages.mirror()
    instead = "set CHROMIUM to an installed one"
    if mirror is None:
        raise Failure(
            "No Chromium was found, and this machine has no Debian mirror to fetch it from:"
            f" {instead}."
        )
    if shutil.disk_usage(final.parent).free < _SPACE_NEEDED:
        raise Failure(f"Fetching Chromium needs {_SPACE_NEEDED / 1e6:.0f} MB in {final.parent}.")
    say("Fetching a headless Chromium from Debian (about 70 MB, kept for next time)…")
    part = final.with_suffix(".part")
    for leftover in (part, final):  # of a run that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        installed = debian_packages.INSTALLED
        packages = debian_packages.fetch(part, mirror, mirror.release, _PACKAGES, installed)
        (part / "manifest.json").write_text(json.dumps(packages, indent=1), "utf-8")
        part.replace(final)
    except subprocess.CalledProcessError as failed:
        raise Failure(debian_packages.explain(failed, "Chromium", instead)) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _of_copy(root: Path) -> Chromium:
    libraries = next((root / "usr" / "lib").glob("*-linux-gnu*"))
    fonts = root.parent / "fonts.conf"
    includes = "".join(
        f'<include ignore_missing="yes">{etc}/fonts/fonts.conf</include>'
        for etc in ("/etc", root / "etc")
    )
    folder = f"<dir>{root / 'usr/share/fonts'}</dir>"
    cache = f"<cachedir>{root.parent / 'fonts'}</cachedir>"
    fonts.write_text(f"<fontconfig>{includes}{folder}{cache}</fontconfig>", "utf-8")
    return Chromium(
        root / "usr/lib/chromium/chromium-headless-shell",
        {
            "LD_LIBRARY_PATH": f"{libraries}:{libraries / 'pulseaudio'}",
            "FONTCONFIG_FILE": str(fonts),
        },
    )
