"""The demo as players have it: exported, on a machine without Python, in a folder of any name."""

import json
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from npc_video.shipping.godot import EngineRun, run_program
from npc_video.shipping.packs import RUNTIME, zip_pack

from tests.harness import away
from tools.engine import find
from tools.exported_demo import export_demo
from tools.screen import screen

SECONDS = 15
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the game, which export_demo has also started once."""
    folder = tmp_path_factory.mktemp("players") / "Spiele für Ünï 遊戲"
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    if engine.template is None:
        pytest.skip("what this test plays is the game of the fetched engine")
    done = export_demo(engine, folder)
    assert done.was_started
    return folder


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shots")


@pytest.fixture(scope="module")
def run(game: Path, shots: Path) -> EngineRun:
    engine = find()
    assert engine is not None
    program, *arguments = (*away.players_prefix(game), str(game / "Ember.x86_64"), *engine.args)
    players = replace(engine, path=Path(program), args=tuple(arguments))
    with screen() as env:
        if env is None:
            pytest.skip("there is no screen here, and no Xvfb")
        told = ("--", f"--seconds={SECONDS}", f"--shots={shots}")
        return run_program(players, *told, folder=game, seconds=120.0, env=env)


@pytest.fixture(scope="module")
def seen(run: EngineRun) -> Mapping[str, Any]:
    line = next((line for line in run.log.splitlines() if line.startswith("{")), None)
    assert line is not None, run.log
    return json.loads(line)


def test_clips_are_made_and_shown_and_none_fails(run: EngineRun, seen: Mapping[str, Any]) -> None:
    assert seen["frames_shown"] > 0
    assert seen["queue"]["generated"] > 0
    assert seen["queue"]["failed"] == 0
    assert run.exit_code == 0
    assert run.faults == ()


def test_most_reactions_are_clips_that_are_there(seen: Mapping[str, Any]) -> None:
    assert seen["reactions"] > 1
    assert 2 * seen["fallback_counts"]["exact"] >= sum(seen["fallback_counts"].values())


def test_a_picture_shows_a_clip(run: EngineRun, shots: Path) -> None:
    assert sorted(path.name for path in shots.glob("*_clip.png"))


def test_it_is_no_larger_than_it_may_be(game: Path, tmp_path: Path) -> None:
    runtime = game / RUNTIME
    files = [path for path in runtime.rglob("*") if path.is_file()]
    zip_pack(runtime, tmp_path / "runtime.zip")
    assert sum(path.stat().st_size for path in files) <= 140 * MEGABYTE
    assert (tmp_path / "runtime.zip").stat().st_size <= 55 * MEGABYTE
    with zipfile.ZipFile(tmp_path / "runtime.zip") as archive:
        assert len(archive.namelist()) == len(files)


def test_its_encoders_are_free_to_ship(game: Path) -> None:
    found = [path for name in ("libx264", "libx265") for path in (game / RUNTIME).rglob(f"{name}*")]
    assert len(found) == 2
    assert all(path.stat().st_size < 0.1 * MEGABYTE for path in found)


def test_a_damaged_game_says_so_to_its_player(game: Path, tmp_path: Path) -> None:
    engine = find()
    assert engine is not None
    broken = tmp_path / "broken"
    shutil.copytree(game, broken, ignore=shutil.ignore_patterns("libpython*"))
    program = replace(engine, path=broken / "Ember.x86_64", args=())
    arguments = ("--headless", "--quit-after", "5")
    told = run_program(program, *arguments, folder=broken, seconds=60.0)
    assert "reinstall the game" in told.log
    assert "npc-video install" not in told.log
    assert told.exit_code == 0
