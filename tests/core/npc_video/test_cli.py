import errno
import os
import subprocess
import sys
from importlib import metadata

import pytest
from npc_video.cli import main
from npc_video.shipping.console import UNREAD


def unread(*command, both=False):
    """What a program that nobody listens to says on standard error, and its exit code."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, *command],
            stdout=writing,
            stderr=writing if both else subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    return done.returncode, done.stderr or ""


def test_the_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert not ended.value.code
    assert capsys.readouterr().out == f"npc-video {metadata.version('npc-video-player')}\n"


@pytest.mark.parametrize("both", [False, True], ids=["stdout", "stdout and stderr"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["doctor"], ["doctor", "--json"]])
def test_output_that_nobody_reads(arguments, unbuffered, both, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GODOT", str(tmp_path / "none"))
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    assert unread("-m", "npc_video.cli", *arguments, both=both) == (UNREAD, "")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["doctor", "--help"]])
def test_help_that_nobody_reads(arguments, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", "")
    assert unread("-m", "npc_video.cli", *arguments) == (UNREAD, "")


def test_a_reason_that_nobody_reads():
    assert unread("-m", "npc_video.cli", "install", "nowhere", both=True)[0] == UNREAD


@pytest.mark.parametrize(
    "error", [FileNotFoundError(2, "No such file", "x"), OSError(errno.EPIPE, "Broken pipe", "x")]
)
def test_other_errors_are_told(error, capsys, monkeypatch):
    def fail():
        raise error

    monkeypatch.setattr("npc_video.cli.check_store", fail)
    assert main(["install", "nowhere"]) == 1
    assert error.strerror in capsys.readouterr().err
