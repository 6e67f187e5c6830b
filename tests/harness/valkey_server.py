"""Starts a Valkey of its own for tests, kills it, and starts it again on the same data."""

import signal
import subprocess
from pathlib import Path

from npc_video_farm.fleet.valkey_server import valkey_program
from valkey import Valkey
from valkey.exceptions import ConnectionError  # noqa: A004

from tests.harness.server import ServerProcess, free_port


class ValkeyServer(ServerProcess):
    """A server on a free port; its data lies in `folder`, written to disk every second.

    Args:
        folder: created if missing.
        options: more of the server's options, such as "--appendonly", "no".
        sentinel: a Sentinel's settings; then it is one, instead of a server with data.
    """

    def __init__(self, folder: Path, *options: str, sentinel: Path | None = None):
        super().__init__(folder / "valkey.log")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.url = f"valkey://127.0.0.1:{self.port}"
        durable = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec")
        first = durable if sentinel is None else (str(sentinel), "--sentinel")
        self._options = (*first, "--dir", str(folder), "--logfile", self._log.name, *options)

    def pause(self) -> None:
        """Lets it stand still, its connections open."""
        self._running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running.send_signal(signal.SIGCONT)

    def _launched(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [valkey_program(), *self._options, "--port", str(self.port), "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
            restore_signals=False,  # to write to a file that is too large is then a mere error
        )

    def _serves(self) -> bool:
        with Valkey(port=self.port, socket_timeout=1.0) as client:
            try:
                return bool(client.ping())
            except (ConnectionError, OSError):
                return False
