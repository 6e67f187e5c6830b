"""The way in of who has no checkout: the wheel, an environment, an empty project, a clip on screen.

Everything after the installation happens without a compiler and with the checkout hidden.
"""

import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from npc_video.shipping.encoders import stub_for
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, import_project, run_program, run_project
from npc_video.shipping.platforms import BRIDGE, LOADER, this_platform

from tests.core.npc_video.shipping.projects import content
from tests.harness import away
from tools.engine import find
from tools.paths import ROOT

ADDON = "npc_video_player/addon"
LIBRARIES = {
    *(f"{ADDON}/bin/{this_platform().library(stem)}" for stem in (LOADER, BRIDGE)),
    f"npc_video/shipping/stubs/{stub_for(this_platform()).name}",
}
FILES = {
    "project.godot": (
        'config_version=5\n[application]\nconfig/name="Mine"\nrun/main_scene="res://main.tscn"\n'
    ),
    "main.tscn": """[gd_scene load_steps=2 format=3]
[ext_resource type="Script" path="res://main.gd" id="1"]
[node name="Main" type="Control"]
script = ExtResource("1")
[node name="Ember" type="NpcVideoPlayer" parent="."]
custom_minimum_size = Vector2(128, 128)
""",
    "main.gd": """extends Control

func _ready() -> void:
	var ember: NpcVideoPlayer = $Ember
	print("@listed ", "NpcVideoPlayer" in ClassDB.get_inheriters_from_class("Control"))
	print("@reacts ", ember.react({"tool": "feather", "zone": "cheek"}))
	await ember.clip_started
	await ember.clip_looped
	var stats := ember.get_stats()
	print("@failed %d, shown %s" % [stats.queue.failed, stats.frames_shown > 0])
	get_tree().quit()
""",
}

PRESET = """[preset.0]
name="Game"
platform="Linux"
runnable=true
export_filter="all_resources"
include_filter=""
exclude_filter=""
[preset.0.options]
binary_format/architecture="{machine}"
custom_template/release="{template}"
"""
BACKEND = '[gd_resource type="NpcProceduralBackend" format=3]\n[resource]\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the source distribution, and the wheel that was built of it.

    As on a user's machine, nothing is there for the wheel but what the distribution asks for.
    """
    folder = tmp_path_factory.mktemp("dist")
    do("build", "--sdist", "--no-isolation", "--outdir", folder, ROOT)
    (sources,) = folder.iterdir()
    do("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, sources)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment with the wheel."""
    folder = tmp_path_factory.mktemp("user") / "Umgebung ü"
    do("venv", folder)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    do("pip", "install", "--quiet", wheel, python=programs / "python")
    return programs


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "Spiel für dich"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def with_backend(scene: str) -> str:
    """The same scene, whose NPC has the embedded generator also in a finished game."""
    line = '[ext_resource type="NpcProceduralBackend" path="res://makes_clips.tres" id="2"]\n'
    return scene.replace("[node", f"{line}[node", 1).rstrip() + '\nbackend = ExtResource("2")\n'


def do(module: str, *arguments: str | Path, python: str | Path = sys.executable) -> str:
    command = [python, "-m", module, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def npc_video(environment: Path, *arguments: str | Path) -> str:
    done = away.run([environment / "npc-video", *arguments], environment.parent)
    assert done.returncode == 0, done.stderr
    return done.stderr


def away_engine(folder: Path) -> Engine:
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    return away.engine_away(engine, folder)


def play(project: Path) -> EngineRun:
    engine = away_engine(project.parent)
    import_project(engine, project)
    return run_project(engine, project, "--headless", seconds=60.0)


# ---- What is in it ----


def test_the_wheel_has_the_addon_and_nothing_of_this_machine(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        texts = [archive.read(name) for name in names]
    assert names >= {*LIBRARIES, f"{ADDON}/plugin.cfg", f"{ADDON}/npc_video_player.gdextension"}
    folders = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert folders == {"godot", "npc_video", "npc_video_farm", "npc_video_player"}
    assert names >= {f"{folder}/py.typed" for folder in folders} | {"godot/__init__.pyi"}
    assert not any(name.endswith((".c", ".pyc", "pythonscript.cfg")) for name in names)
    assert not any(str(ROOT).encode() in text for text in texts)


def test_the_sources_are_what_builds_the_wheel(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", "tools/native.py", "addons/npc_video_player/plugin.cfg"} <= names
    tops = {name.split("/")[0] for name in names}
    assert not tops & {"tests", "demo_project", "docs", "bench", "build"}
    assert not any("/bin/" in name or name.endswith(".pyc") for name in names)


def test_an_index_takes_both(built: Path) -> None:
    do("twine", "check", "--strict", *built.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such levels")
def test_the_wheel_runs_on_the_systems_that_its_name_promises(wheel: Path) -> None:
    promised = wheel.stem.rpartition("-")[2]
    assert promised.startswith("manylinux_2_17_")
    assert f'platform tag: "{promised}"' in " ".join(do("auditwheel", "show", wheel).split())


# ---- What it does ----


def test_a_clip_plays_in_an_empty_project_without_compiler_and_checkout(
    environment: Path, project: Path
) -> None:
    assert "The addon 0." in npc_video(environment, "install", project)
    run = play(project)
    assert run.ok, run.log
    assert "@listed true" in run.log
    assert "@reacts true" in run.log
    assert "@failed 0, shown true" in run.log


def test_it_is_installed_again_and_taken_away(environment: Path, project: Path) -> None:
    before = content(project)
    npc_video(environment, "install", project)
    loader = next((project / "addons" / "npc_video_player" / "bin").glob("pythonscript.*.*"))
    loader.write_bytes(b"damaged")
    npc_video(environment, "install", project)
    assert loader.stat().st_size > 1000
    npc_video(environment, "uninstall", project)
    assert content(project) == before


def test_a_game_is_exported_that_needs_nothing_of_this(
    environment: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = find()
    assert engine is not None
    if engine.template is None:
        pytest.skip("what this test plays is made with the fetched engine's template")
    monkeypatch.setenv("GODOT", str(engine.path))
    preset = PRESET.format(machine=this_platform().machine, template=engine.template)
    (project / "export_presets.cfg").write_text(preset, "utf-8")
    # A finished game makes clips only where it says so.
    (project / "makes_clips.tres").write_text(BACKEND, "utf-8")
    scene = project / "main.tscn"
    scene.write_text(with_backend(scene.read_text("utf-8")), "utf-8")
    npc_video(environment, "install", project)
    game = tmp_path / "game" / "mine"
    assert "it was started and runs" in npc_video(environment, "export", project, "Game", game)
    program, *arguments = (*away.players_prefix(game.parent), str(game), "--headless")
    players = replace(engine, path=Path(program), args=tuple(arguments))
    hidden = environment.parent.rename(environment.parent.with_name("hidden"))
    try:
        run = run_program(players, folder=game.parent, seconds=60.0)
    finally:
        hidden.rename(environment.parent)
    assert run.ok, run.log
    assert "@failed 0, shown true" in run.log
