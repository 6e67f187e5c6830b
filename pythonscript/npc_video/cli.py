"""The command `npc-video`, for developers of games with the addon."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from . import graph_commands, replay_command
from .doctor import command as doctor_command
from .shipping import addon, bake, runtime_commands
from .shipping.console import UNREAD, Failure, is_unread, print_anything, say, until_unread
from .shipping.engine import Engine, installed
from .shipping.export import export, exported
from .shipping.this_python import check_store

__all__ = ["main"]

# For commands with JSON output: functions that print why the command did not start.
_REFUSALS = MappingProxyType(
    {
        "doctor": doctor_command.print_refusal,
        "graph": graph_commands.print_refusal,
        "replay": replay_command.print_refusal,
    }
)


def main(
    arguments: Sequence[str] | None = None,
    *,
    find_engine: Callable[[], Engine | None] = installed,
    folders: Mapping[str, Path] = MappingProxyType({}),
) -> int:
    """Runs a command line; returns the exit code, 0 for success.

    Args:
        arguments: those after the program's name; the process's own if None.
        find_engine: finds the Godot for exporting and baking, which the doctor examines too.
        folders: further folders for the doctor to examine, by purpose.
    """
    print_anything()
    given = sys.argv[1:] if arguments is None else arguments
    return until_unread(lambda: _run(given, find_engine, folders))


def _run(
    arguments: Sequence[str],
    find_engine: Callable[[], Engine | None],
    folders: Mapping[str, Path],
) -> int:
    try:
        options = _parser(find_engine, folders).parse_args(arguments)
    except _CommandLineError as error:
        say(str(error))
        refuse = _REFUSALS.get(arguments[0]) if arguments else None
        if refuse is not None and "--json" in arguments:
            refuse(str(error))
        return 2
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (Failure, OSError) as failure:
        if isinstance(failure, OSError) and is_unread(failure):
            return UNREAD
        say(str(failure))
        return 1


class _CommandLineError(Exception):
    """A command line that cannot be parsed."""

    def __init__(self, parser: argparse.ArgumentParser, reason: str):
        super().__init__(f"{parser.format_usage()}{parser.prog}: error: {reason}")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _CommandLineError(self, message)


def _parser(
    find_engine: Callable[[], Engine | None], folders: Mapping[str, Path]
) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="npc-video",
        description="Installs the addon in projects, bakes clips, exports games, finds faults.",
    )
    version = metadata.version("npc-video-player")
    parser.add_argument("--version", action="version", version=f"npc-video {version}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    install = commands.add_parser(
        "install", help="install the addon in a project, or update or repair it"
    )
    install.set_defaults(command=_install)
    uninstall = commands.add_parser(
        "uninstall", help="remove the addon from a project, and keep what you made with it"
    )
    uninstall.set_defaults(command=_uninstall)
    for each in (install, uninstall):
        each.add_argument("project", type=Path, help="the folder with its project.godot")

    export = commands.add_parser("export", help="export a game, and check that it runs")
    export.set_defaults(command=_export, find_engine=find_engine)
    export.add_argument("project", type=Path, help="the folder with its project.godot")
    export.add_argument("preset", help="the name of an export preset of the project")
    export.add_argument("path", type=Path, help="the program, .zip or .app to write")
    export.add_argument("--debug", action="store_true", help="with the engine's debug template")

    baking = commands.add_parser("bake", help="make the missing clips that a game ships with")
    bake.add_to(baking, find_engine)

    graph_commands.add_to(commands.add_parser("graph", help="check files of NPCs"))

    replay_command.add_to(
        commands.add_parser("replay", help="play a recorded session on a graph, or compare two")
    )

    runtime = commands.add_parser(
        "runtime", help="build or check the Python that games carry with them"
    )
    runtime_commands.add_to(runtime)

    doctor = commands.add_parser(
        "doctor", help="check everything that the addon needs, and say what to do"
    )
    doctor_command.add_to(doctor, find_engine, folders)

    for package in metadata.entry_points(group="npc_video.commands"):
        package.load()(commands)
    return parser


def _install(options: argparse.Namespace) -> int:
    check_store()
    ours = addon.our_addon()
    addon.install(options.project, ours)
    say(f"The addon {ours.version} is in {options.project}; restart an editor that has it open.")
    return 0


def _uninstall(options: argparse.Namespace) -> int:
    for path in addon.uninstall(options.project, addon.our_addon()):
        say(f"{path} is not the addon's, so it was left.")
    say(f"The addon is no longer in {options.project}.")
    return 0


def _export(options: argparse.Namespace) -> int:
    engine = options.find_engine()
    if engine is None:
        raise Failure("Godot was not found: install it, and name it in the variable GODOT.")
    project, preset, path = options.project.resolve(), options.preset, options.path
    done = export(engine, project, preset, path, debug=options.debug, on_line=say)
    say(exported(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
