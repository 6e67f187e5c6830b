"""Downloads and unpacks Debian packages into a folder of the user's own.

No root is needed and nothing is installed: APT downloads into a private folder, and `dpkg-deb`
unpacks.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tools.debian_sources import KEYRING, debian_archive, read_sources, release_codename

INSTALLED = Path("/var/lib/dpkg/status")


@dataclass(frozen=True)
class Mirror:
    """A Debian mirror.

    Attributes:
        uri: its address.
        release: the code name of the Debian on this machine.
        keyrings: files of the keys that may sign it.
    """

    uri: str
    release: str
    keyrings: tuple[str, ...]


def mirror() -> Mirror | None:
    """Returns the Debian mirror that this machine uses; None on another system."""
    os_release = Path("/etc/os-release")
    codename = release_codename(os_release.read_text("utf-8")) if os_release.is_file() else None
    tools_there = all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb"))
    source = debian_archive(read_sources(Path("/etc/apt")), codename) if codename else None
    if codename is None or source is None or not tools_there:
        return None
    # The owner of a mirror may sign it anew; Debian's full keyring knows the newer suites.
    keyrings = dict.fromkeys((*source.signed_by, KEYRING))
    return Mirror(source.uri, codename, tuple(ring for ring in keyrings if Path(ring).is_file()))


def fetch(
    folder: Path, mirror: Mirror, suite: str, packages: Sequence[str], status: Path | None = None
) -> dict[str, str]:
    """Unpacks packages and their dependencies into `folder/root`; returns their versions by name.

    Args:
        folder: an empty folder, or one to create.
        mirror: the source.
        suite: of Debian, such as "bookworm".
        packages: their names.
        status: dpkg's status file, whose packages are left out; None for none.

    Raises:
        subprocess.CalledProcessError: APT or dpkg failed; `explain` makes a sentence of it.
    """
    archives = folder / "archives"
    environment = _apt(folder, archives, mirror, suite, status)
    run("apt-get", "update", env=environment)
    run("apt-get", "install", "--download-only", "--yes", *packages, env=environment)
    found = sorted(archives.glob("*.deb"))
    for archive in found:
        run("dpkg-deb", "--extract", archive, folder / "root")
    shutil.rmtree(archives)
    shutil.rmtree(folder / "lists")
    names = (unquote(archive.stem).split("_") for archive in found)
    return {name: version for name, version, _architecture in names}


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Runs a program and returns its output.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, errors="replace", check=True
    )
    return done.stdout.strip()


def explain(failed: subprocess.CalledProcessError, what: str, instead: str) -> str:
    """Makes one sentence of a fetch that failed.

    Args:
        failed: the error of `fetch` or `run`.
        what: the name of what was to be fetched.
        instead: another way for the user.
    """
    output = f"{failed.stdout}{failed.stderr}"
    if "No space left on device" in output:
        return f"The disk filled up while fetching {what}: free some GB and run the command again."
    lines = output.strip().splitlines() or ["no reason given"]
    reason = next((line for line in lines if line.startswith("E: ")), lines[-1])
    reason = reason.removeprefix("E: ").strip()
    return (
        f"{what} could not be fetched from the Debian mirror ({reason}): check the network and run"
        f" the command again, or {instead}."
    )


def _apt(
    folder: Path, archives: Path, mirror: Mirror, suite: str, status: Path | None
) -> dict[str, str]:
    """Returns the variables for an APT that works in `folder` alone."""
    for path in (folder / "lists" / "partial", archives / "partial"):
        path.mkdir(parents=True)
    (folder / "status").touch()
    signed_by = f"Signed-By: {' '.join(mirror.keyrings)}\n" if mirror.keyrings else ""
    (folder / "mirror.sources").write_text(
        f"Types: deb\nURIs: {mirror.uri}\nSuites: {suite}\nComponents: main\n{signed_by}", "utf-8"
    )
    settings = {
        "Dir::State": folder,
        "Dir::State::status": status or folder / "status",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder,
        "Dir::Cache::Archives": archives,
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "Dir::Etc::SourceList": folder / "mirror.sources",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",  # APT's sandbox user may not read this user's cache
        "APT::Update::Error-Mode": "any",
    }
    configuration = folder / "apt.conf"
    configuration.write_text(
        "".join(f'{name} "{value}";\n' for name, value in settings.items()), "utf-8"
    )
    return {**os.environ, "APT_CONFIG": str(configuration), "LC_ALL": "C"}
