"""Runs the parts of the tests: each starts Windows programs, and returns their results."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from npc_video.shipping import runtime
from npc_video.shipping.check import check
from npc_video.shipping.choices import Choices
from npc_video.shipping.console import say
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import import_project, run_project
from npc_video.shipping.python_files import private_folders, python_in

from tests.harness.collect import test_names
from tests.harness.suite import START, run_suite
from tools.paths import DEMO, ENGINE_TESTS, ROOT
from tools.windows import results
from tools.windows.place import Place
from tools.windows.python import LIBRARY, WINDOWS, compile_c
from tools.windows.results import Result
from tools.windows.wine import Windows, windows_path

_HERE = Path(__file__).parent
_BRIDGE_TESTS = ROOT / "tests" / "bridge" / "project"
_HOST_S, _CORE_S, _SUITE_S = 300.0, 3600.0, 1200.0
_DEMO_S, _DEMO_LIMIT_S = 15, 300.0


def host(windows: Windows, place: Place, folder: Path, what: str) -> Result:
    """Opens the loader in `folder` as an engine does, and plays a clip with its Python."""
    program = folder / "host.exe"
    compile_c(program, _HERE / "host.c", "-municode", f'-DLIBRARY=L"{LIBRARY}"')
    loader = folder / place.loader.name
    script = place.inside(_HERE / "inside.py")
    done = windows.run(
        program, windows_path(loader), windows_path(script), cwd=folder, seconds=_HOST_S
    )
    played = [line for line in done.output.splitlines() if line.startswith("@played ")]
    problems = () if played and done.exit_code == 0 else (f"{what}: {done.output[-2000:]}",)
    return results.of_checks(what, problems, "".join(played).removeprefix("@"))


def bundled(windows: Windows, place: Place) -> Sequence[Result]:
    """Tests a game's own runtime, made of the assembled Python: its libraries, and a clip."""
    folder = game_folder(place)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy2(place.loader, folder)
    files = python_in(place.python.parent, WINDOWS)
    root = folder / "python"
    runtime.assemble(root, files, place.bridge, Choices(), lambda part, what: None)
    private = [each.encode() for each in private_folders()]
    found = check(root, WINDOWS, private).problems
    size = sum(each.stat().st_size for each in root.rglob("*") if each.is_file())
    what = "a game's runtime"
    return (
        results.of_checks(f"{what}, its libraries", found, f"{size / 1e6:.0f} MB"),
        host(windows, place, folder, f"{what} in the host"),
    )


def game_folder(place: Place) -> Path:
    """Returns the folder in which `bundled` puts a runtime, in `python`."""
    return place.checkout / "a game"


def core_tests(windows: Windows, place: Place) -> Result:
    """Runs the tests that need no engine, in the copy of the checkout."""
    report = place.checkout / "core.xml"
    done = windows.run(
        place.python,
        *("-m", "pytest", "tests/core", "-q", "-p", "no:cacheprovider"),
        f"--junit-xml={windows_path(report)}",
        cwd=place.checkout,
        seconds=_CORE_S,
        env={
            "PYTHONPATH": windows_path(place.checkout / "pythonscript"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        on_line=say,
    )
    last = (done.output.splitlines() or [""])[-1]
    return results.of_pytest("tests/core", report, last.strip("= "))


def engine_tests(engine: Engine, place: Place) -> Sequence[Result]:
    """Runs the tests inside the engine."""
    return [_suite(engine, place.inside(each)) for each in (_BRIDGE_TESTS, ENGINE_TESTS)]


def _suite(engine: Engine, project: Path) -> Result:
    say(f"Running the tests of {project.parent.name} in the engine…")
    import_project(engine, project)
    files = sorted((project / "tests").glob("test_*.*"))
    names = [
        f"tests/{file.name}::{name}"
        for file in files
        if file.suffix in (".py", ".gd")
        for name, _ in test_names(file)
    ]
    start = windows_path(START)
    run = run_suite(engine, project, names, seconds=_SUITE_S, start=start)
    return results.of_suite(f"tests/{project.parent.name} in the engine", run, engine.version)


def demo(engine: Engine, place: Place) -> Result:
    """Runs the demo, which plays itself for some seconds without a window."""
    project = place.inside(DEMO)
    import_project(engine, project)
    run = run_project(
        engine, project, "--headless", "--", f"--seconds={_DEMO_S}", seconds=_DEMO_LIMIT_S
    )
    told = next((line for line in run.log.splitlines() if line.startswith("{")), "")
    problems = [*run.faults] + ([] if told else [f"the demo tells nothing: {run.log[-1000:]}"])
    return results.of_checks("the demo", problems, told[:80])
