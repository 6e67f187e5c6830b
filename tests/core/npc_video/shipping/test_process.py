import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from npc_video.shipping.process import foreground, stream

from tools.paths import ROOT

DEADLINE_S = 20.0
# Holds the file "held" locked, which ends when it does, much later than any test.
HOLDER = """
import fcntl, os, time
held = open("held", "w")
fcntl.flock(held, fcntl.LOCK_EX)
print("ready", flush=True)
if os.path.exists("up"):
    open("up", "w").close()
time.sleep(600)
"""
STARTER = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {HOLDER!r}])"

fcntl = pytest.importorskip("fcntl", reason="needs the locks and FIFOs of POSIX")


def is_gone(folder: Path) -> bool:
    """Whether the holder in `folder` has ended, or does so before the deadline."""
    deadline = time.perf_counter() + DEADLINE_S
    with (folder / "held").open() as held:
        while time.perf_counter() < deadline:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.02)
            else:
                return True
    return False


def test_lines_arrive_while_the_child_runs(tmp_path: Path) -> None:
    script = "print('first', flush=True); input_file = open('go'); print(input_file.read())"
    os.mkfifo(tmp_path / "go")

    def let_go(line: str) -> None:
        if line == "first":
            threading.Thread(target=(tmp_path / "go").write_text, args=("second",)).start()

    finished = stream(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=dict(os.environ),
        seconds=DEADLINE_S,
        on_line=let_go,
    )
    assert (finished.exit_code, finished.output) == (0, "first\nsecond")


def test_the_time_limit_stops_the_whole_group(tmp_path: Path) -> None:
    finished = stream(
        [sys.executable, "-c", f"{STARTER}; child.wait()"],
        cwd=tmp_path,
        env=dict(os.environ),
        seconds=2.0,
        on_line=lambda line: None,
    )
    assert (finished.exit_code, finished.output) == (None, "ready")
    assert is_gone(tmp_path)


def test_a_child_left_behind_is_stopped_too(tmp_path: Path) -> None:
    finished = stream(
        [sys.executable, "-c", f"import os; os.mkfifo('up'); {STARTER}; open('up').read()"],
        cwd=tmp_path,
        env=dict(os.environ),
        seconds=DEADLINE_S,
        on_line=lambda line: None,
    )
    assert finished.exit_code == 0
    assert is_gone(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ending_us_ends_the_group(tmp_path: Path, number: signal.Signals) -> None:
    user = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from npc_video.shipping.process import stream
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
stream([sys.executable, "-c", {STARTER + "; child.wait()"!r}], cwd=Path.cwd(),
       env=dict(os.environ), seconds=None, on_line=lambda line: print(line, flush=True))
"""
    with subprocess.Popen(
        [sys.executable, "-c", user],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        process.wait(DEADLINE_S)
    assert is_gone(tmp_path)


def test_foreground_returns_the_exit_code(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit(7)"]
    assert foreground(command, cwd=tmp_path, env=dict(os.environ)) == 7
