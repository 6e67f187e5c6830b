"""The life of a server that tests start, kill, and start again on the same data."""

import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

_START_S = 60.0
_PAUSE_S = 0.01


class ServerProcess(ABC):
    """A program that serves, on ports of its own.

    Use it in a `with` statement, which starts it, and ends it whatever happens.

    Args:
        log: the file with what it says; it need not be there yet.
    """

    def __init__(self, log: Path):
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        return self._running.pid

    def start(self) -> None:
        """Starts it and waits until it serves."""
        self._process = self._launched()
        deadline = time.perf_counter() + _START_S
        while not self._serves():
            assert self._process.poll() is None, self.log()
            assert time.perf_counter() < deadline, self.log()
            time.sleep(_PAUSE_S)

    def kill(self) -> None:
        """Ends it at once, as a power cut does, but for what the system holds to write."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def log(self) -> str:
        """All that it has said, in all its lives."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else "it wrote no log"

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was not started"
        return self._process

    @abstractmethod
    def _launched(self) -> subprocess.Popen[bytes]: ...

    @abstractmethod
    def _serves(self) -> bool: ...


def free_port() -> int:
    """A port of this machine that nothing listens on, for the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
