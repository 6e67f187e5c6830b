"""Provides a screen for a windowed run: the desktop's, or an Xvfb of our own during the run."""

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from npc_video.shipping.console import say

from tools import debian_engine

# A smaller screen cuts off Godot's editor.
_OPTIONS = ("-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset")
_START_S = 20.0


@dataclass(frozen=True)
class VirtualScreen:
    """The command that starts an Xvfb.

    Attributes:
        command: Program and the arguments it needs.
        env: Variables it needs on its own process.
        folder: Its working folder, or None for ours.
    """

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


def has_desktop(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> bool:
    """Tells whether this process can open a window directly."""
    return platform in ("win32", "darwin") or any(
        environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )


@contextmanager
def screen() -> Iterator[Mapping[str, str] | None]:
    """Yields the variables that lead a program to a screen, or None if there is none."""
    if has_desktop():
        yield {}
        return
    virtual = _find_virtual()
    if virtual is None:
        yield None
        return
    server, display = _start(virtual)
    try:
        yield {"DISPLAY": display, **debian_engine.WITHOUT_SHARED_SHADERS} if display else None
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _find_virtual() -> VirtualScreen | None:
    if installed := shutil.which("Xvfb"):
        return VirtualScreen((installed,))
    copy = debian_engine.unpacked()
    if copy is None or not copy.program("Xvfb").exists():
        return None
    # This one looks for xkbcomp in its working folder: see debian_engine.
    return VirtualScreen(
        (str(copy.program("Xvfb")), "-xkbdir", str(copy.root / "usr/share/X11/xkb")),
        copy.environment(),
        copy.program("Xvfb").parent,
    )


def _start(virtual: VirtualScreen) -> tuple[subprocess.Popen[bytes], str | None]:
    """Starts the server, which picks a free display; returns both, with None if it fails."""
    reader, writer = os.pipe()
    try:
        server = subprocess.Popen(
            [*virtual.command, *_OPTIONS, "-displayfd", str(writer)],
            cwd=virtual.folder,
            env={**os.environ, **virtual.env},
            pass_fds=(writer,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C must reach the engine first, not its screen
        )
    finally:
        os.close(writer)
    with os.fdopen(reader) as answer:
        ready, _, _ = select.select([answer], [], [], _START_S)
        number = answer.readline().strip() if ready else ""
    if not number:
        say(f"{virtual.command[0]} did not start a screen.")
    return server, f":{number}" if number else None
