"""Runs Windows programs on Linux with the machine's own Wine, or a copy from Debian's packages.

Programs run in a Windows of their own (a `prefix`), which lasts as long as the run.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from npc_video.shipping.console import Failure, say
from npc_video.shipping.lock import exclusive
from npc_video.shipping.process import Finished, stream

from tools import debian_packages
from tools.paths import cache_folder
from tools.windows import c_library

_RECIPE = 2  # raise it when a change below must reach copies already unpacked
_IN_DEBIAN = Path("usr/lib/wine")
_NAMES = ("wine64", "wine")
_START_S = 180.0  # seconds for a prefix; 10 s on a machine with nothing else to do
_NO_DIALOGS = "mscoree,mshtml="  # they offer to fetch Mono and Gecko


@dataclass(frozen=True)
class Wine:
    """A Wine on this machine.

    Attributes:
        program: its path.
        server: the process that its programs share, which outlives them.
        why: the reason for the choice.
        env: variables that both need.
    """

    program: Path
    server: Path
    why: str
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Windows:
    """A Windows in which programs can be started.

    Attributes:
        wine: the Wine that runs them.
        prefix: the folder of the drives.
    """

    wine: Wine
    prefix: Path

    @property
    def env(self) -> dict[str, str]:
        """Returns the variables for its programs."""
        return {
            **self.wine.env,
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": f"{_NO_DIALOGS};ucrtbase=n",  # the one that `c_library` extends
        }

    def run(
        self,
        program: Path,
        *arguments: str | Path,
        cwd: Path,
        seconds: float,
        env: Mapping[str, str] | None = None,
        on_line: Callable[[str], None] = lambda line: None,
    ) -> Finished:
        """Runs a Windows program, as `process.stream` does.

        Args:
            program: an .exe.
            arguments: for it.
            cwd: its working folder.
            seconds: the time limit.
            env: more variables.
            on_line: called with each line of its output, on another thread.
        """
        return stream(
            [self.wine.program, program, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **self.env, **(env or {})},
            seconds=seconds,
            on_line=on_line,
        )


def windows_path(path: Path) -> str:
    """Writes a path of this machine in the form of Windows."""
    return "Z:" + str(path.resolve()).replace("/", "\\")


def find_or_fetch() -> Wine | None:
    """Returns the installed Wine, else a copy from Debian; None on another system that has none.

    Raises:
        Failure: the copy cannot be fetched.
    """
    for name in _NAMES:
        for program in filter(
            None, (shutil.which(name), shutil.which(name, path=f"/{_IN_DEBIAN}"))
        ):
            if server := _server(Path(program).resolve().parent):
                return Wine(Path(program), server, f"{program}, installed")
    mirror = debian_packages.mirror()
    return _copy(mirror) if mirror else None


def _server(beside: Path) -> Path | None:
    found = shutil.which("wineserver", path=str(beside)) or shutil.which("wineserver")
    return Path(found) if found else None


def _copy(mirror: debian_packages.Mirror) -> Wine:
    """Returns the cached copy, fetched if needed: of the machine's release, to fit its files."""
    final = cache_folder() / f"wine-{mirror.release}-{_RECIPE}"
    with exclusive(final.with_suffix(".lock"), busy="Another run fetches Wine; waiting for it…"):
        if not final.is_dir():
            _fetch(final, mirror)
    folder = final / "root" / _IN_DEBIAN
    libraries = next((final / "root/usr/lib").glob("*-linux-gnu"))
    env = {"LD_LIBRARY_PATH": str(libraries), "WINESERVER": str(folder / "wineserver")}
    program = next(folder / name for name in _NAMES if (folder / name).is_file())
    return Wine(program, folder / "wineserver", f"{program}, from Debian {mirror.release}", env)


def _fetch(final: Path, mirror: debian_packages.Mirror) -> None:
    say("Fetching Wine from Debian (about 110 MB, kept for next time)…")
    part = final.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
    status = debian_packages.INSTALLED
    try:
        debian_packages.fetch(part, mirror, mirror.release, ["wine64"], status)
        _put_together(part / "root")
        part.replace(final)
    except subprocess.CalledProcessError as failed:
        raise Failure(debian_packages.explain(failed, "Wine", "install wine64")) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _put_together(root: Path) -> None:
    """Replaces the package's installation: marks the DLLs of others as Wine's own.

    The script `wineserver` looks for the server in `/usr/lib` alone, where a copy has none. Wine
    starts the file of that name beside itself, so that file becomes the server.
    """
    if (server := root / _IN_DEBIAN / "wineserver64").is_file():
        shutil.copy2(server, server.with_name("wineserver"))
    own = next((root / "usr/lib").glob("*-linux-gnu/wine/x86_64-windows"))
    for library in (root / "usr/x86_64-w64-mingw32/lib").glob("*.dll"):
        (own / library.name).write_bytes(c_library.marked(library.read_bytes()))


@contextmanager
def windows(wine: Wine, prefix: Path) -> Iterator[Windows]:
    """Starts a fresh Windows in the folder `prefix`; when the block ends, so do all its programs.

    Raises:
        Failure: Wine does not start.
    """
    shutil.rmtree(prefix, ignore_errors=True)
    prefix.mkdir(parents=True)
    made = Windows(wine, prefix)
    try:
        started = made.run(
            Path("wineboot"),
            "--init",
            cwd=prefix,
            seconds=_START_S,
            env={"WINEDLLOVERRIDES": _NO_DIALOGS},
        )
        system = prefix / "drive_c" / "windows" / "system32"
        if not (system / c_library.NAME).is_file():  # the exit code has other meanings too
            raise Failure(f"{wine.program} does not start: {started.output.strip()[-500:]}")
        _end(made)
        c_library.mend(system)
        yield made
    finally:
        _end(made)
        shutil.rmtree(prefix, ignore_errors=True)


def _end(made: Windows) -> None:
    """Ends all programs in a Windows, and waits for it."""
    for option in ("--kill", "--wait"):
        subprocess.run(
            [made.wine.server, option],
            env={**os.environ, **made.env},
            check=False,
            timeout=_START_S,
        )
