"""Finds the Godot to use: the one that GODOT names, or the one on PATH."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .console import Failure, say
from .process import stream

OLDEST = (4, 5)  # the first with main-loop callbacks, in which the bridge ends its threads
_ANSWER_S = 30.0  # seconds for `godot --version`; a cold disk takes a few


@dataclass(frozen=True)
class Engine:
    """A Godot that this project can run on.

    Attributes:
        path: The executable.
        version: As `godot --version` prints it.
        why: The reason for the choice, for the reader of `run.py engine`.
        env: Variables that its process needs.
        args: Arguments that it needs before all others.
        template: Its release template, if it does not find one itself.
    """

    path: Path
    version: str
    why: str
    env: Mapping[str, str] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    template: Path | None = None


def installed() -> Engine | None:
    """Returns the Godot named by GODOT, else one on PATH, else None.

    Raises:
        Failure: GODOT names something that is not a Godot of at least version 4.5.
    """
    if named := os.environ.get("GODOT"):
        path = _inside_bundle(Path(named).expanduser())
        return Engine(path, probe(path, told_by="GODOT"), "named by the variable GODOT")
    for name in ("godot", "godot4"):
        if found := shutil.which(name):
            try:
                return Engine(Path(found), probe(Path(found), told_by="PATH"), "found on PATH")
            except Failure as unusable:
                say(f"{unusable} Looking further.")
    return None


def parse_version(text: str) -> tuple[int, int] | None:
    """Returns major and minor number in the output of `godot --version`, None for other text."""
    match = re.search(r"^(\d+)\.(\d+)(?:\.\d+)?\.(?:stable|rc|beta|alpha|dev)", text, re.MULTILINE)
    return (int(match[1]), int(match[2])) if match else None


def probe(path: Path, *, told_by: str) -> str:
    """Asks the executable at `path` for its version.

    Args:
        path: The path of a supposed Godot.
        told_by: The source of that path, for the message.

    Raises:
        Failure: It does not answer as Godot does, or is too old.
    """
    wanted = f"this project needs Godot {OLDEST[0]}.{OLDEST[1]} or newer"
    try:
        ended = stream(
            [path, "--version"],
            cwd=Path.cwd(),
            env=os.environ,
            seconds=_ANSWER_S,
            on_line=lambda line: None,
        )
    except FileNotFoundError:
        raise Failure(f"{told_by} names {path}, which does not exist: {wanted}.") from None
    except OSError as error:
        raise Failure(
            f"{told_by} names {path}, which does not run ({error.strerror}): {wanted}."
        ) from None
    if ended.exit_code is None:
        raise Failure(f"{told_by} names {path}, which does not answer: {wanted}.")
    told = next((line for line in ended.output.splitlines() if parse_version(line)), "").strip()
    version = parse_version(told)
    if version is None:
        raise Failure(f"{told_by} names {path}, which is not Godot: {wanted}.")
    if version < OLDEST:
        raise Failure(f"{told_by} names {path}, which is Godot {told}: {wanted}.")
    return told


def _inside_bundle(path: Path) -> Path:
    """Returns the executable inside an application, which is what people name on macOS."""
    return path / "Contents" / "MacOS" / "Godot" if path.suffix == ".app" else path
