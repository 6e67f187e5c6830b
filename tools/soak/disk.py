"""Provides the folder of the clip cache as a small disk, which is full or read-only for a while.

It is a tmpfs in a mount namespace of our own, so it goes when we end. If that is not possible, the
folder is an ordinary one, and a file replaces it to simulate failures.
"""

import contextlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["Disk", "namespace", "own_shared_memory"]

_BYTES = 24 * 1024 * 1024
_CHUNK = bytes(64 * 1024)


def namespace() -> Sequence[str]:
    """Returns the words before a command that let it mount; none if that is not possible."""
    for command in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        trial = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        with contextlib.suppress(OSError):
            if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
                return command
    return ()


def own_shared_memory() -> None:
    """Gives us and our children a private /dev/shm, because killed ones leave their files there."""
    _mount(Path("/dev/shm"), "mode=1777")


class Disk:
    """The disk at `folder`.

    Attributes:
        is_mounted: True if it is a disk of its own.
    """

    def __init__(self, folder: Path, *, may_mount: bool):
        folder.mkdir(parents=True)
        self._folder = folder
        self._filler = folder / "filler"
        self._away = folder.with_name("moved")
        self.is_mounted = may_mount and _mount(folder, f"size={_BYTES}")
        self._is_forbidden = False

    def fill(self) -> None:
        if not self.is_mounted:
            self._block()
            return
        with contextlib.suppress(OSError), self._filler.open("wb", buffering=0) as file:
            while True:
                file.write(_CHUNK)

    def forbid(self) -> None:
        """Makes the disk read-only: mounts one over it that accepts nothing."""
        if not self.is_mounted:
            self._block()
        else:
            self._is_forbidden = self._is_forbidden or _mount(self._folder, "ro")

    def heal(self) -> None:
        if self._is_forbidden:
            subprocess.run(["umount", "--lazy", self._folder], check=False)
            self._is_forbidden = False
        if self._away.exists():
            self._folder.unlink()
            self._away.rename(self._folder)
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        self.heal()
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", self._folder], check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _block(self) -> None:
        if not self._away.exists():
            self._folder.rename(self._away)
            self._folder.touch()


def _mount(folder: Path, options: str) -> bool:
    command: list[str | Path] = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
