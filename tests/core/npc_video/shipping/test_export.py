"""Exports by programs that stand for the engine; the real one exports in tests/engine."""

import sys
import zipfile
from pathlib import Path

import pytest
from npc_video.cli import main
from npc_video.shipping.console import Failure
from npc_video.shipping.export import Exported, export, exported, presets
from npc_video.shipping.packs import RUNTIME
from npc_video.shipping.platforms import platform_named, this_platform

from .engines import engine_doing, make_runtime

HERE = this_platform()
OTHER = platform_named("windows-x86_64" if HERE.system != "windows" else "linux-x86_64")
WRITES = "open(arguments[-1], 'wb').write(b'game')\n"
NEEDS_SHEBANG = pytest.mark.skipif(sys.platform == "win32", reason="there no script is a program")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".godot").mkdir(parents=True)
    (folder / "project.godot").touch()
    text = '[preset.0]\nname="Linux"\nplatform="Linux"\n[preset.1]\nname="Mac ü"\n'
    (folder / "export_presets.cfg").write_text(text, "utf-8")
    return folder


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """The place of a game whose folder has a Python for another system."""
    folder = tmp_path / "game"
    make_runtime(folder / RUNTIME, OTHER)
    return folder / "game.exe"


def test_presets_are_known_by_name(project: Path, tmp_path: Path) -> None:
    assert presets(project) == ["Linux", "Mac ü"]
    assert presets(tmp_path) == []


@pytest.mark.parametrize(
    ("has_presets", "known"), [(True, "there is Linux, Mac ü"), (False, "make one with Project")]
)
def test_an_unknown_preset_is_told_with_those_that_there_are(
    project: Path, game: Path, has_presets: bool, known: str
) -> None:
    if not has_presets:
        (project / "export_presets.cfg").unlink()
    with pytest.raises(Failure, match=f"no export preset Web: .*{known}"):
        export(engine_doing(""), project, "Web", game)


@pytest.mark.parametrize(("debug", "mode"), [(False, "--export-release"), (True, "--export-debug")])
def test_a_game_for_another_system_is_looked_at(
    project: Path, game: Path, debug: bool, mode: str
) -> None:
    engine = engine_doing(WRITES + "print('asked', *arguments[-3:-1])")
    heard: list[str] = []
    done = export(engine, project, "Linux", game, debug=debug, on_line=heard.append)
    assert done == Exported(game, "", was_started=False)
    assert [line.strip() for line in heard] == [f"asked {mode} Linux"]
    assert exported(done) == f"The game is in {game}, and its files are whole."


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("print('ERROR: NPC Video Player: no pack is there.')", "^no pack is there"),
        ("print('No export template found at /x')", "Manage Export Templates"),
        (f"{WRITES}sys.exit(3)", r"\(exit code 3\)"),
        (f"{WRITES}print('SCRIPT ERROR: a')", r"\(SCRIPT ERROR: a\)"),
        ("print('ERROR: the disk is full')", r"\(ERROR: the disk is full"),
        ("", r"\(exit code 0\)"),
    ],
)
def test_a_failed_export_says_why(project: Path, game: Path, script: str, reason: str) -> None:
    with pytest.raises(Failure, match=reason):
        export(engine_doing(script), project, "Linux", game)


def test_a_game_without_python_is_refused_but_not_a_package(project: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    done = export(engine_doing(WRITES), project, "Linux", alone / "game.pck")
    assert done == Exported(alone / "game.pck", "", was_started=False)
    with pytest.raises(Failure, match=r"game\.exe has no Python: is the addon in the project"):
        export(engine_doing(WRITES), project, "Linux", alone / "game.exe")


def test_a_python_that_is_not_whole_is_told(project: Path, game: Path) -> None:
    (game.parent / RUNTIME / "lib/module.pyc").write_bytes(b"other")
    with pytest.raises(Failure, match=r"not whole: lib/module\.pyc was changed"):
        export(engine_doing(WRITES), project, "Linux", game)


def zip_game(game: Path, program: str) -> None:
    """Packs a game, with the rights of its program, and this system's Python beside it."""
    runtime = make_runtime(game.parent / "unpacked", HERE)
    with zipfile.ZipFile(game, "w") as archive:
        entry = zipfile.ZipInfo(game.stem)
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, program)
        for path in sorted(runtime.rglob("*")):
            archive.write(path, f"{RUNTIME}/{path.relative_to(runtime).as_posix()}")


@NEEDS_SHEBANG
def test_a_game_in_a_zip_is_started_as_players_have_it(project: Path, tmp_path: Path) -> None:
    game, ran = tmp_path / "game.zip", tmp_path / "ran"
    zip_game(game, f'#!/bin/sh\npwd > "{ran}"\necho "$@" >> "{ran}"\n')
    done = export(engine_doing(""), project, "Linux", game)
    assert exported(done) == f"The game is in {game}, and it was started and runs."
    folder, arguments = ran.read_text("utf-8").splitlines()
    assert arguments == "--headless --quit-after 120"
    assert not Path(folder).exists()


@NEEDS_SHEBANG
@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("echo 'Python could not start: no home'", "does not run: Python could not start: no home"),
        ("echo 'SCRIPT ERROR: none'", "does not run: SCRIPT ERROR: none"),
        ("exit 7", "does not run: exit code 7"),
        ("echo 'ERROR: 2 resources still in use at exit.'", ""),
    ],
)
def test_a_game_that_does_not_run_is_told_and_leaks_are_not(
    project: Path, tmp_path: Path, program: str, reason: str
) -> None:
    game = tmp_path / "folder" / "game"
    make_runtime(game.parent / RUNTIME, HERE)
    game.write_text(f"#!/bin/sh\n{program}\n", "utf-8")
    game.chmod(0o755)
    if reason:
        with pytest.raises(Failure, match=reason):
            export(engine_doing(""), project, "Linux", game)
    else:
        assert export(engine_doing(""), project, "Linux", game).was_started


def test_the_command_tells_where_the_game_is(
    project: Path, game: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["export", str(project), "Linux", str(game)]
    assert main(command, find_engine=lambda: engine_doing(WRITES)) == 0
    assert f"The game is in {game}, and its files are whole." in capsys.readouterr().err
    assert main(command, find_engine=lambda: None) == 1
    assert "Godot was not found" in capsys.readouterr().err
