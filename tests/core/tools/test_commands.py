import argparse
import errno
from pathlib import Path

import pytest
from npc_video.shipping.console import Failure

from tools import commands


def raising(error: OSError) -> object:
    def command(options: argparse.Namespace) -> int:
        raise error

    return command


def test_a_full_disk_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/cache/x")
    monkeypatch.setattr(commands, "_engine", raising(full))
    with pytest.raises(Failure, match=r"^No space left on device, /cache/x: fix that"):
        commands.run(["engine"])


def test_a_mistake_of_our_own_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_engine", raising(OSError(errno.EBADF, "Bad file descriptor")))
    with pytest.raises(OSError, match="Bad file descriptor"):
        commands.run(["engine"])


def test_options_of_pytest_pass_through_test() -> None:
    options = commands._parser().parse_args(["test", "core", "-k", "face and not eyes", "-x"])
    assert options.arguments == ["core", "-k", "face and not eyes", "-x"]


@pytest.mark.parametrize("command", ["install", "remove", "editor"])
def test_a_folder_without_a_project_is_told_before_anything_is_built(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built(*_: object) -> object:
        raise AssertionError("something was built")

    monkeypatch.setattr(commands, "_ready", built)
    monkeypatch.setattr(commands, "_ready_environment", built)
    with pytest.raises(Failure, match="There is no project"):
        commands.run([command, str(tmp_path)])
