import stat
import sys
from pathlib import Path

import pytest
from npc_video.shipping.console import Failure
from npc_video.shipping.engine import parse_version

from tools import engine

REFUSED = r"^GODOT names .*: this project needs Godot 4\.5 or newer\.$"


def godot_answering(folder: Path, answer: str, name: str = "godot") -> Path:
    if sys.platform == "win32":
        program = folder / f"{name}.bat"
        program.write_text(f"@echo off\necho.{answer}\n", "utf-8")
    else:
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{answer}'\n", "utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Godot named, none on PATH, none in the cache."""
    monkeypatch.delenv("GODOT", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for cache in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):  # Linux, Windows, macOS
        monkeypatch.setenv(cache, str(tmp_path / "cache"))
    (tmp_path / "bin").mkdir()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("4.6.3.stable.debian4.6.3+ds-2\n", (4, 6)),
        ("4.5.stable.official.876b29033", (4, 5)),
        ("4.10.dev.custom_build", (4, 10)),
        ("a line of a driver's\n4.5.1.stable.mono.official", (4, 5)),
        ("Python 3.11.2", None),
        ("1.2.3.4", None),
        ("", None),
    ],
)
def test_version_of(text: str, version: tuple[int, int] | None) -> None:
    assert parse_version(text) == version


def test_named_godot_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    godot_answering(tmp_path / "bin", "4.6.stable.official")
    mine = godot_answering(tmp_path, "4.5.1.stable.official", "mine")
    monkeypatch.setenv("GODOT", str(mine))
    found = engine.find()
    assert found is not None
    assert (found.path, found.version) == (mine, "4.5.1.stable.official")
    assert (found.env, found.args) == ({}, ())


def test_godot4_on_path_serves_where_godot_is_too_old(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    godot_answering(tmp_path / "bin", "3.6.stable.official")
    newer = godot_answering(tmp_path / "bin", "4.6.stable.official", "godot4")
    found = engine.find()
    assert found is not None
    assert found.path == newer
    assert "3.6.stable" in capsys.readouterr().err


def test_nothing_is_found_on_a_bare_machine() -> None:
    assert engine.find() is None


@pytest.mark.parametrize("answer", ["4.4.1.stable.official", "3.6.stable", "hello", ""])
def test_a_named_godot_that_does_not_serve_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    monkeypatch.setenv("GODOT", str(godot_answering(tmp_path, answer)))
    with pytest.raises(Failure, match=REFUSED):
        engine.find()


@pytest.mark.parametrize("made", [None, "folder", "text"])
def test_a_named_godot_that_cannot_run_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: str | None
) -> None:
    path = tmp_path / "nothing"
    if made == "folder":
        path.mkdir()
    elif made == "text":
        path.write_text("not a program", "utf-8")
    monkeypatch.setenv("GODOT", str(path))
    with pytest.raises(Failure, match=REFUSED):
        engine.find()
