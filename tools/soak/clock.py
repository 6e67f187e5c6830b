"""Provides a wall clock for the game that jumps: libfaketime, controlled by a file.

Monotonic clocks stay unchanged. Only a machine's sleep makes them jump, and stopping the process
has the same effect.
"""

import os
import subprocess
from pathlib import Path

from npc_video.shipping.console import say

from tools.paths import cache_folder

__all__ = ["Clock"]

_LIBRARY = "libfaketime.so.1"
_FOLDERS = (Path("/usr/lib"), Path("/usr/lib64"), Path("/usr/local/lib"))
_FETCH_S = 120.0


class Clock:
    """A clock for the programs that run with `env`; it jumps for all of them.

    Args:
        folder: For the file that controls it.
    """

    def __init__(self, folder: Path):
        self._file = folder / "clock"
        self._library = _found() or _fetched()
        if self._library is None:
            say("There is no libfaketime here (Debian: faketime), so the clock does not jump.")
        self.jump(0.0)

    @property
    def env(self) -> dict[str, str]:
        if self._library is None:
            return {}
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Times of files stay those of the machine, as they are on a disk.
            "NO_FAKE_STAT": "1",
        }

    def jump(self, seconds: float) -> None:
        """Sets the clock to the machine's time plus these seconds."""
        part = self._file.with_suffix(".part")
        part.write_text(f"{seconds:+.0f}", "utf-8")
        part.replace(self._file)


def _found() -> Path | None:
    places = (*_FOLDERS, cache_folder() / "faketime")
    return next((file for place in places for file in place.glob(f"**/{_LIBRARY}")), None)


def _fetched() -> Path | None:
    """Returns Debian's library, unpacked into the user's cache; nothing is installed."""
    folder = cache_folder() / "faketime"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["apt-get", "download", "libfaketime"],
            cwd=folder, check=True, capture_output=True, timeout=_FETCH_S,
        )  # fmt: skip
        package = next(folder.glob("libfaketime*.deb"))
        subprocess.run(
            ["dpkg-deb", "-x", package.name, "."],
            cwd=folder, check=True, capture_output=True, timeout=_FETCH_S, env=dict(os.environ),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, StopIteration):
        return None
    return _found()
