import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from npc_video.shipping import process as process_module
from npc_video.shipping.process import Finished, foreground, stream

from tools.paths import ROOT

DEADLINE_S = 20.0


class Line:
    """Where children call in: a connection breaks when the process at its other end ends."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(DEADLINE_S)
        port = self._server.getsockname()[1]
        self.call = f"import socket; line = socket.create_connection(('127.0.0.1', {port}))"
        # Calls in and says so, and ends much later than any test.
        self.holder = f"{self.call}; print('ready', flush=True); import time; time.sleep(600)"
        self.starter = self._starter("")
        self.starter_of_session = self._starter(", start_new_session=True")

    def _starter(self, option: str) -> str:
        return (
            f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c',"
            f" {self.holder!r}]{option})"
        )

    def answer(self) -> socket.socket:
        """The next child that calls in."""
        connection, _ = self._server.accept()
        connection.settimeout(DEADLINE_S)
        return connection

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


def is_gone(child: socket.socket) -> bool:
    """Whether the process has ended, or does so before the deadline."""
    with child:
        try:
            return child.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


def run(folder: Path, script: str, on_line: Callable[[str], None] = lambda said: None) -> Finished:
    return stream(
        [sys.executable, "-c", script],
        cwd=folder,
        env=dict(os.environ),
        seconds=DEADLINE_S,
        on_line=on_line,
    )


def test_lines_arrive_while_the_child_runs(tmp_path: Path, line: Line) -> None:
    def let_go(said: str) -> None:
        if said == "first":
            with line.answer() as child:
                child.sendall(b"second")

    script = f"{line.call}; print('first', flush=True); print(line.recv(9))"
    finished = run(tmp_path, script, let_go)
    assert (finished.exit_code, finished.output) == (0, "first\nb'second'")


@pytest.fixture
def limit_at_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """For `on_line`: the time limit is over when the child says something."""
    passed: list[float] = []

    def now() -> float:
        return time.perf_counter() + sum(passed)

    monkeypatch.setattr(process_module, "time", SimpleNamespace(perf_counter=now, sleep=time.sleep))
    return lambda said: passed.append(2 * DEADLINE_S)


def test_the_time_limit_stops_the_whole_group(
    tmp_path: Path, line: Line, limit_at_once: Callable[[str], None]
) -> None:
    finished = run(tmp_path, f"{line.starter}; child.wait()", limit_at_once)
    assert (finished.exit_code, finished.output) == (None, "ready")
    assert is_gone(line.answer())


ONLY_GROUPS = pytest.mark.skipif(sys.platform == "darwin", reason="only the group ends there")


@pytest.mark.parametrize(
    "starter", ["starter", pytest.param("starter_of_session", marks=ONLY_GROUPS)]
)
def test_a_child_left_behind_is_stopped_too(tmp_path: Path, line: Line, starter: str) -> None:
    children: list[socket.socket] = []

    def let_go() -> None:
        with line.answer() as leader:
            children.append(line.answer())
            leader.sendall(b"go")

    helper = threading.Thread(target=let_go)
    helper.start()
    finished = run(tmp_path, f"{line.call}; {getattr(line, starter)}; line.recv(9)")
    helper.join()
    assert finished.exit_code == 0
    assert is_gone(children[0])


def test_a_child_in_no_group_is_stopped_all_the_same(
    tmp_path: Path,
    line: Line,
    limit_at_once: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process_module, "_group_of", lambda process: lambda: None)
    assert run(tmp_path, line.holder, limit_at_once).exit_code is None
    assert is_gone(line.answer())


# Windows sends no SIGINT to one process; its SIGTERM lets none clean up.
@pytest.mark.parametrize(
    "number", [signal.SIGTERM] if sys.platform == "win32" else [signal.SIGINT, signal.SIGTERM]
)
def test_ending_us_ends_the_group(tmp_path: Path, line: Line, number: signal.Signals) -> None:
    user = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from npc_video.shipping.process import stream
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have background jobs ignore it
stream([sys.executable, "-c", {line.starter + "; child.wait()"!r}], cwd=Path.cwd(),
       env=dict(os.environ), seconds=None, on_line=lambda line: print(line, flush=True))
"""
    with subprocess.Popen(
        [sys.executable, "-c", user],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready"
        process.send_signal(number)
        process.wait(DEADLINE_S)
    assert is_gone(line.answer())


def test_foreground_returns_the_exit_code(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit(7)"]
    assert foreground(command, cwd=tmp_path, env=dict(os.environ)) == 7
