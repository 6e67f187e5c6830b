import errno
import os
import subprocess
import sys
from importlib import metadata

import pytest
from npc_video.cli import main
from npc_video.shipping.addon import NAME
from npc_video.shipping.console import UNREAD

from .shipping.projects import make_addon, make_game


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


def test_the_addon_comes_and_goes_and_what_is_yours_stays(tmp_path, capsys, monkeypatch):
    ours = make_addon(tmp_path / "addon")
    game = make_game(tmp_path / "game")
    monkeypatch.setattr("npc_video.cli.addon.our_addon", lambda: ours)
    assert main(["install", str(game)]) == 0
    assert f"The addon {ours.version} is in {game}" in capsys.readouterr().err
    yours = game / "addons" / NAME / "yours.txt"
    yours.touch()
    assert main(["uninstall", str(game)]) == 0
    said = capsys.readouterr().err
    assert f"The addon is no longer in {game}." in said
    assert "yours.txt is not the addon's, so it was left." in said
    assert yours.exists()
