"""The command `npc-video farm`.

Nothing else of the farm is imported before a command runs, because every `npc-video` reads this.
"""

import argparse
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from npc_video.errors import NpcVideoError
from npc_video.shipping.console import Failure

from .variables import CLIPS, STORE

__all__ = ["add_commands", "add_to"]

_PORT = 8420
_CONFIG, _DATA = Path("npc_video.toml"), Path(".npc_video_farm")  # hidden, so Godot imports nothing


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to those of `npc-video`."""
    add_commands(commands.add_parser("farm", help="make clips for many games with many machines"))


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Adds the commands of a farm to a parser."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="run a whole farm on this machine")
    up.set_defaults(command=_command("up"))
    _add_config(up)
    _add_data(up)
    up.add_argument("--port", type=int, default=_PORT, help=f"of the gateway; default: {_PORT}")
    up.add_argument(
        "--listen",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="0.0.0.0 for games on other machines; default: this machine only",
    )
    up.add_argument("--valkey", default="", metavar="URL", help="use this Valkey; default: its own")
    up.add_argument(
        "--clips",
        default=os.environ.get(CLIPS, ""),
        metavar="PLACE",
        help="keep clips there, such as s3://BUCKET/PREFIX; default: in the folder of --data",
    )
    up.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="run brains and workers on a Ray cluster; auto: that of this machine",
    )
    up.add_argument(
        "--gpus",
        type=float,
        default=1.0,
        metavar="N",
        help="with --ray: of each worker, less than 1 to share one; 0 if the generators have their"
        " GPUs elsewhere; default: 1",
    )
    up.add_argument(
        "--most-workers",
        type=int,
        metavar="N",
        help="with --ray: of each generator; default: as many as the work needs",
    )

    worker = commands.add_parser("worker", help="run a worker")
    worker.set_defaults(command=_command("worker"))
    _add_stores(worker)
    _add_config(worker)
    worker.add_argument("--generator", default="", help="its name in the settings; default: first")

    brain = commands.add_parser("brain", help="run a brain; a second one waits for its end")
    brain.set_defaults(command=_command("brain"))
    _add_stores(brain)

    gateway = commands.add_parser("gateway", help="run a gateway")
    gateway.set_defaults(command=_command("gateway"))
    _add_stores(gateway)
    gateway.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS")
    gateway.add_argument("--port", type=int, default=_PORT)
    gateway.add_argument("--first", default="", help="the generator for requests that name none")

    token = commands.add_parser("token", help="make, list or revoke tokens of games")
    token.set_defaults(command=_command("token"))
    token.add_argument("action", choices=("new", "list", "revoke"))
    token.add_argument("tenant", nargs="?", default="", help="the holder: a game or a studio")
    token.add_argument(
        "--scope", action="append", default=[], help="generate, bake, worker or admin; repeatable"
    )
    _add_data(token)
    _add_store(token)

    tenant = commands.add_parser("tenant", help="show and limit what a game or a studio may use")
    tenant.set_defaults(command=_command("tenant"))
    tenant.add_argument("tenant", help="as in `token`")
    tenant.add_argument(
        "settings", nargs="*", metavar="NAME=VALUE", help="such as player_most_waiting=4"
    )
    _add_data(tenant)
    _add_store(tenant)

    doctor = commands.add_parser("doctor", help="say what is wrong with a farm, and what to do")
    doctor.set_defaults(command=_command("doctor"))
    _add_data(doctor)
    _add_store(doctor)


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        help=f"the file with the generators; default: {_CONFIG} if it is there, else the embedded"
        " generator",
    )


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=_DATA, metavar="FOLDER", help=f"default: {_DATA}"
    )


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store",
        default=os.environ.get(STORE, ""),
        metavar="URL",
        help=f"such as valkey://127.0.0.1:6379; default: {STORE} of the environment, which keeps"
        " a password off the list of processes",
    )


def _add_stores(parser: argparse.ArgumentParser) -> None:
    _add_store(parser)
    parser.add_argument(
        "--clips",
        default=os.environ.get(CLIPS, ""),
        metavar="PLACE",
        help=f"a folder, or s3://BUCKET/PREFIX; default: {CLIPS} of the environment",
    )
    # The process that started this one, with whose end it ends.
    parser.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        try:
            module = import_module(f".commands.{name}", __package__)
        except ModuleNotFoundError as error:
            raise Failure(
                f"{error.name} is missing: install the farm with"
                ' `pip install "npc-video-player[farm]"`.'
            ) from error
        except ImportError as error:  # of a library that does not fit this system
            raise Failure(f"The farm cannot start here: {str(error).rstrip('.')}.") from error
        command: Callable[[argparse.Namespace], int] = module.run
        try:
            return command(options)
        except NpcVideoError as error:
            raise Failure(str(error)) from error

    return run
