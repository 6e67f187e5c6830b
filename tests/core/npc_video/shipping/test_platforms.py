import platform
import sys
import sysconfig

import pytest
from npc_video.shipping.console import Failure
from npc_video.shipping.platforms import PLATFORMS, platform_named, this_platform


@pytest.mark.parametrize(
    ("system", "tag", "runs_on", "name"),
    [
        ("linux", "linux-x86_64", "x86_64", "linux-x86_64"),
        ("linux", "linux-aarch64", "aarch64", "linux-arm64"),
        ("win32", "win-amd64", "AMD64", "windows-x86_64"),
        ("win32", "win-amd64", "ARM64", "windows-x86_64"),  # emulated
        ("win32", "win-arm64", "ARM64", "windows-arm64"),
        ("darwin", "macosx-11.0-arm64", "arm64", "macos-arm64"),
        ("darwin", "macosx-10.15-x86_64", "x86_64", "macos-x86_64"),
        ("darwin", "macosx-10.9-universal2", "arm64", "macos-arm64"),
        ("darwin", "macosx-10.9-universal2", "x86_64", "macos-x86_64"),  # also under Rosetta
    ],
)
def test_a_platform_is_that_of_the_python(
    monkeypatch: pytest.MonkeyPatch, system: str, tag: str, runs_on: str, name: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sysconfig, "get_platform", lambda: tag)
    monkeypatch.setattr(platform, "machine", lambda: runs_on)
    assert str(this_platform()) == name


def test_a_python_that_godot_is_not_made_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_platform", lambda: "linux-riscv64")
    with pytest.raises(Failure, match=r"riscv64.*choose from linux-x86_64"):
        this_platform()


def test_platforms_have_names() -> None:
    assert [platform_named(str(each)) for each in PLATFORMS] == list(PLATFORMS)
