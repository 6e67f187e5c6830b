"""The command `npc-video`, for who makes games with the addon."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .backends.settings import load_backends
from .doctor import examine, report
from .errors import InvalidDataError
from .records import QUALITY_PRESETS
from .shipping import addon, runtime_commands
from .shipping.console import Failure, print_anything, say
from .shipping.engine import installed
from .shipping.export import export, exported
from .shipping.this_python import check_store

__all__ = ["main"]

_FILE = "npc_video.toml"
_EXAMPLE = """\
[generators.local]
kind = "comfyui"
url = "http://127.0.0.1:8188"
model = "wan22"

[generators.service]
kind = "http"
url = "https://video.example.org"
"""
_ABSENT = """\
{file} is not there. It says which generators there are: write one, such as

{example}
or name another file: doctor FILE. docs/generators.md tells all that can stand in one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns the exit code: 0 if all went well."""
    print_anything()
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (Failure, OSError) as failure:
        say(str(failure))
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="npc-video",
        description="Puts the addon into projects, exports games, looks after generators.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    install = commands.add_parser(
        "install", help="put the addon into a project, or bring it up to date, or mend it"
    )
    install.set_defaults(command=_install)
    uninstall = commands.add_parser(
        "uninstall", help="take the addon out of a project, and leave what you made with it"
    )
    uninstall.set_defaults(command=_uninstall)
    for each in (install, uninstall):
        each.add_argument("project", type=Path, help="the folder with its project.godot")

    export = commands.add_parser("export", help="export a game, and see whether it runs")
    export.set_defaults(command=_export)
    export.add_argument("project", type=Path, help="the folder with its project.godot")
    export.add_argument("preset", help="the name of an export preset of the project")
    export.add_argument("path", type=Path, help="the program, .zip or .app to write")
    export.add_argument("--debug", action="store_true", help="with the engine's debug template")

    runtime = commands.add_parser(
        "runtime", help="build or check the Python that games carry with them"
    )
    runtime_commands.add_to(runtime)

    doctor = commands.add_parser(
        "doctor", help="tell of each generator whether it works, what it has and how long it takes"
    )
    doctor.set_defaults(command=_doctor)
    doctor.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=Path(_FILE),
        help=f"what says which generators there are; {_FILE} in this folder if not named",
    )
    doctor.add_argument("--preset", choices=QUALITY_PRESETS, default="realtime")
    return parser


def _install(options: argparse.Namespace) -> int:
    check_store()
    ours = addon.our_addon()
    addon.install(options.project, ours)
    say(
        f"The addon {ours.version} is in {options.project}; an editor that has it open is to be"
        " restarted."
    )
    return 0


def _uninstall(options: argparse.Namespace) -> int:
    for path in addon.uninstall(options.project, addon.our_addon()):
        say(f"{path} is not the addon's, so it was left.")
    say(f"The addon is no longer in {options.project}.")
    return 0


def _export(options: argparse.Namespace) -> int:
    engine = installed()
    if engine is None:
        raise Failure("There is no Godot: install one, and name it in the variable GODOT.")
    project, preset, path = options.project.resolve(), options.preset, options.path
    done = export(engine, project, preset, path, debug=options.debug, on_line=say)
    say(exported(done))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    if not options.file.exists():
        print(_ABSENT.format(file=options.file.absolute(), example=_EXAMPLE), file=sys.stderr)
        return 2
    try:
        return asyncio.run(_examine(options.file, options.preset))
    except InvalidDataError as error:
        print(error, file=sys.stderr)
        return 2


async def _examine(file: Path, preset: str) -> int:
    backends = await asyncio.to_thread(load_backends, file)
    are_fine = True
    try:
        for name, backend in backends.items():
            finding = await examine(name, backend, QUALITY_PRESETS[preset])
            print(report(finding), flush=True)
            are_fine = are_fine and finding.is_fine
    finally:
        for backend in backends.values():
            await backend.close()
    return 0 if are_fine else 1


if __name__ == "__main__":
    sys.exit(main())
