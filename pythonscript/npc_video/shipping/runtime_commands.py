"""Implements `npc-video runtime`: builds and checks runtime packs."""

import argparse
import shutil
import tempfile
from pathlib import Path

from .addon import our_addon
from .check import check
from .choices import Choices
from .console import Failure, say, say_progress
from .packs import RUNTIME, pack_name, platform_of, runtime_in, zip_pack
from .platforms import BRIDGE, PLATFORMS, platform_named, this_platform
from .python_files import private_folders, python_in, this_python
from .runtime import assemble


def add_to(parser: argparse.ArgumentParser) -> None:
    """Adds the commands `build` and `check`."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="build a runtime pack, of this Python or of another")
    build.set_defaults(command=_build)
    build.add_argument("folder", type=Path, help="the folder for the pack")
    names = list(map(str, PLATFORMS))
    build.add_argument("--platform", choices=names, help="its platform, if not this system")
    build.add_argument(
        "--python",
        type=Path,
        help="the folder of a Python for that platform, with the packages installed",
    )
    build.add_argument("--bridge", type=Path, help="the bridge compiled for that platform")
    build.add_argument("--extra-packages", nargs="+", default=(), metavar="NAME")
    build.add_argument("--keep-sources", action="store_true", help="keep Python files readable")
    build.add_argument("--gpl-encoders", action="store_true", help="include x264 and x265")
    build.add_argument("--zip", action="store_true", help="make one file")

    checks = commands.add_parser("check", help="check that a runtime pack will run for players")
    checks.set_defaults(command=_check)
    checks.add_argument("pack", type=Path, help="its folder or its zip")
    checks.add_argument("--platform", choices=names, help="the platform it must be for")


def _build(options: argparse.Namespace) -> int:
    platform = platform_named(options.platform) if options.platform else this_platform()
    if options.python is not None:
        python = python_in(options.python, platform)
    elif platform == this_platform():
        python = this_python()
    else:
        raise Failure(
            f"This Python is for {this_platform()}: name the folder of one for {platform} with"
            " --python."
        )
    bridge = options.bridge or our_addon().folder / "bin" / platform.library(BRIDGE)
    if not bridge.is_file():
        raise Failure(f"There is no bridge {bridge}: name that for {platform} with --bridge.")
    choices = Choices(tuple(options.extra_packages), options.keep_sources, options.gpl_encoders)
    pack = options.folder / pack_name(platform, python.minor)
    part = pack.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        assemble(part / RUNTIME, python, bridge, choices, say_progress)
        report = check(part / RUNTIME, platform, [each.encode() for each in private_folders()])
        if report.problems:
            raise Failure("\n".join(report.problems))
        shutil.rmtree(pack, ignore_errors=True)
        if options.zip:
            zip_pack(part / RUNTIME, pack.with_name(f"{pack.name}.zip"))
        else:
            part.replace(pack)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    say(f"{pack.name} is in {options.folder}; players need {report.system or 'nothing more'}.")
    return 0


def _check(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as cache:
        place: Path = options.pack
        if options.platform:
            platform = platform_named(options.platform)
        else:
            platform = next(
                (each for each in PLATFORMS if str(each) in place.name), this_platform()
            )
        runtime = runtime_in(place, platform, Path(cache))
        report = check(runtime, platform_named(platform_of(runtime)))
    for problem in report.problems:
        say(problem)
    if not report.problems:
        say(f"{place.name} is whole; players need {report.system or 'nothing more'}.")
    return int(bool(report.problems))
