"""Exports a game from the command line, and proves that the result runs.

The engine exits with 0 after many errors. So its log is read, the game's Python is checked file by
file, and the game is started once if this system can run it.
"""

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from .check import check
from .console import Failure
from .engine import Engine
from .godot import EngineRun, find_errors, import_project, is_leak, run_program, run_project
from .manifest import MANIFEST
from .packs import RUNTIME, platform_of
from .platforms import Platform, platform_named, this_platform
from .python_files import private_folders

_PRESET = re.compile(r'^name="(.*)"$', re.MULTILINE)
_EXPORT_S, _START_S = 900.0, 120.0
_FRAMES = "120"  # seconds that the game runs when it is started once
_NO_TEMPLATE = "No export template found"
_OURS = "ERROR: NPC Video Player: "
_NO_PYTHON = "Python could not start"


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export.

    Attributes:
        game: the program, package or archive that was written.
        system: the oldest system that works, such as "glibc 2.28"; "" if it is not known.
        was_started: true if the game has run here.
    """

    game: Path
    system: str
    was_started: bool


def presets(project: Path) -> list[str]:
    """Returns the names of a project's export presets, none if it has no file of them."""
    file = project / "export_presets.cfg"
    return _PRESET.findall(file.read_text("utf-8")) if file.is_file() else []


def export(
    engine: Engine,
    project: Path,
    preset: str,
    game: Path,
    *,
    debug: bool = False,
    on_line: Callable[[str], None] = lambda line: None,
) -> Exported:
    """Exports a project with one of its presets, and checks that the game is complete.

    Args:
        engine: the Godot to use.
        project: the folder of its project.godot.
        preset: its name in Godot's export dialog.
        game: the program, .zip or .app to write; its folder is created.
        debug: exports for testing, with the engine's debug template.
        on_line: called with each line of the engine's log.

    Raises:
        Failure: the export failed, or its result does not run.
        OSError: the folder cannot be created.
    """
    if preset not in presets(project):
        known = ", ".join(presets(project)) or "none yet: make one with Project → Export in Godot"
        raise Failure(f"{project} has no export preset {preset}: there is {known}.")
    import_project(engine, project)
    game = game.resolve()
    game.parent.mkdir(parents=True, exist_ok=True)
    mode = "--export-debug" if debug else "--export-release"
    arguments = ("--headless", mode, preset, str(game))
    run = run_project(engine, project, *arguments, seconds=_EXPORT_S, on_line=on_line)
    _raise_failed(run, game)
    return _verified(engine, game)


def exported(done: Exported) -> str:
    """Returns a sentence for the developer about an export."""
    seen = "it was started and runs" if done.was_started else "its files are whole"
    needed = f"; players need {done.system} or newer" if done.system else ""
    return f"The game is in {done.game}, and {seen}{needed}."


def _raise_failed(run: EngineRun, game: Path) -> None:
    ours = [line for line in run.log.splitlines() if line.strip().startswith(_OURS)]
    if ours:
        raise Failure(ours[0].strip().removeprefix(_OURS))
    if _NO_TEMPLATE in run.log:
        raise Failure(
            "Godot's export templates are missing: in its editor, Editor → Manage Export Templates"
            " gets them."
        )
    if run.exit_code or run.faults or not game.exists():
        errors = [*run.faults, *find_errors(run.log.splitlines())]
        reason = errors[0] if errors else f"exit code {run.exit_code}"
        raise Failure(f"Godot could not export the game ({reason}): see its log above.")


def _verified(engine: Engine, game: Path) -> Exported:
    with _unpacked(game) as folder:
        runtime = next((each.parent for each in _manifests(folder)), None)
        if runtime is None:
            if game.suffix == ".pck":
                return Exported(game, "", was_started=False)
            raise Failure(f"{game} has no Python: is the addon in the project, and enabled?")
        platform = platform_named(platform_of(runtime))
        report = check(runtime, platform, [each.encode() for each in private_folders()])
        if report.problems:
            raise Failure(f"The game's Python is not whole: {report.problems[0]}")
        program = _program(folder, game, platform)
        if program is not None:
            _start(engine, program)
        return Exported(game, report.system, was_started=program is not None)


@contextmanager
def _unpacked(game: Path) -> Iterator[Path]:
    """Yields the folder that contains the game as its players have it."""
    if game.suffix != ".zip":
        yield game if game.is_dir() else game.parent
        return
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(game) as archive:
            for entry in archive.infolist():
                path = Path(archive.extract(entry, folder))
                if mode := entry.external_attr >> 16:
                    path.chmod(mode)
        yield Path(folder)


def _manifests(folder: Path) -> Sequence[Path]:
    places = (f"{RUNTIME}/{MANIFEST}", f"**/Contents/Frameworks/{RUNTIME}/{MANIFEST}")
    return [path for place in places for path in sorted(folder.glob(place))]


def _program(folder: Path, game: Path, platform: Platform) -> Path | None:
    """Returns the program to start, if it is one for this system."""
    if platform != this_platform():
        return None
    if platform.system == "macos":
        found = sorted(folder.rglob("Contents/MacOS/*"))
    elif game.suffix == ".zip":  # in it, the program is named like the archive
        found = [folder / f"{game.stem}{'.exe' if platform.system == 'windows' else ''}"]
    else:
        found = [game]
    return found[0] if found else None


def _start(engine: Engine, program: Path) -> None:
    arguments = ("--headless", "--quit-after", _FRAMES)
    own = replace(engine, path=program, args=())
    run = run_program(own, *arguments, folder=program.parent, seconds=_START_S)
    lines = [line.strip() for line in run.log.splitlines()]
    # A game that is ended in the middle may leave behind objects that its own scripts await.
    faults = [fault for fault in run.faults if not is_leak(fault)]
    wrong = [*(line for line in lines if _NO_PYTHON in line), *faults]
    if wrong or run.exit_code:
        reason = wrong[0] if wrong else f"exit code {run.exit_code}"
        raise Failure(f"The exported game does not run: {reason}")
