import os
import subprocess
import sys

import pytest

from tools import commands
from tools.paths import ROOT

POOR = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}


@pytest.mark.parametrize(
    "code",
    [
        "from npc_video.shipping.console import print_anything; print_anything(); print('a → b')",
        "from npc_video.cli import main\ntry: main(['doctor', 'none'])\nfinally: print('a → b')",
    ],
    ids=["helper", "npc-video"],
)
def test_a_console_that_lacks_characters_is_no_error(code):
    done = subprocess.run([sys.executable, "-c", code], env=POOR, capture_output=True, check=True)
    assert done.stdout.split() == [b"a", b"?", b"b"]


def test_run_py_prints_anything(tmp_path):
    code = (
        "import run; from tools import commands\n"
        "commands.run = lambda argv: print('a → b') or 0\n"
        "raise SystemExit(run.main())"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=POOR, cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.split() == [b"a", b"?", b"b"]


def test_so_do_the_tools_that_it_starts(tmp_path, monkeypatch, capfd):
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    monkeypatch.setattr(commands.environment, "PYTHON", sys.executable)
    (tmp_path / "speaking.py").write_text("print('a \\u2192 b')", "utf-8")
    assert commands._python("speaking", cwd=tmp_path) == 0
    assert capfd.readouterr().out.split() == ["a", "?", "b"]
