"""A small game with Python and baked clips of its own, exported in each way that Godot has."""

import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from npc_video.shipping import addon
from npc_video.shipping.console import Failure
from npc_video.shipping.engine import Engine
from npc_video.shipping.export import Exported, export
from npc_video.shipping.godot import EngineRun, run_program
from npc_video.shipping.interpreter import SETTINGS
from npc_video.shipping.packs import RUNTIME

from tests.engine.test_export import LOOKS, clip_of
from tools.engine import find

FILES = {
    "project.godot": (
        "config_version=5\n[application]\n"
        'config/name="Wetter"\nrun/main_scene="res://main.tscn"\n'
        '[pythonscript]\nmodules=["weather.sky", "addons.rain.drops"]\n'
    ),
    "main.tscn": """[gd_scene load_steps=2 format=3]
[ext_resource type="Script" path="res://main.gd" id="1"]
[node name="Main" type="Control"]
script = ExtResource("1")
[node name="Sky" type="Sky2" parent="."]
[node name="Ember" type="NpcVideoPlayer" parent="."]
custom_minimum_size = Vector2(64, 64)
""",
    "main.gd": """extends Control

func _ready() -> void:
	print("@sky ", $Sky.colour())
	print("@baked ", FileAccess.file_exists("res://npcs/ember/index.json"))
	print("@source ", FileAccess.file_exists("res://weather/sky.py"))
	print("@debug ", OS.is_debug_build())
	print("@end")
	get_tree().quit()
""",
    "weather/__init__.py": "COLOURS = ['blue', 'grey']\n",
    "weather/sky.py": """from godot import Node, exposed
from addons.rain import drops
from . import COLOURS

@exposed
class Sky2(Node):
    def colour(self) -> str:
        return f"{COLOURS[0]} {drops.COUNT}"
""",
    "addons/rain/__init__.py": "",
    "addons/rain/drops.py": "COUNT = 3\n",
    "addons/tool_of_the_editor/big.py": "raise SystemExit\n",
    "notes/.gdignore": "",
    "notes/draft.py": "this is no Python\n",
}
PRESET = """[preset.0]
name="{name}"
platform="Linux"
runnable=true
export_filter="all_resources"
include_filter=""
exclude_filter="{exclude}"
[preset.0.options]
custom_template/release="{template}"
custom_template/debug="{template}"
binary_format/architecture="x86_64"
binary_format/embed_pck={embed}
python/runtime="{runtime}"
python/keep_sources={sources}
"""


@dataclass(frozen=True)
class Workshop:
    """Where the game is made."""

    engine: Engine
    project: Path

    def preset(
        self,
        *,
        name: str = "Game",
        embed: bool = False,
        sources: bool = False,
        runtime: str = "",
        exclude: str = "",
    ) -> None:
        text = PRESET.format(
            name=name,
            template=self.engine.template,
            embed=str(embed).lower(),
            sources=str(sources).lower(),
            runtime=runtime,
            exclude=exclude,
        )
        presets = self.project / "export_presets.cfg"
        # A file that is written has the project imported anew.
        if not presets.is_file() or presets.read_text("utf-8") != text:
            presets.write_text(text, "utf-8")

    def export(self, game: Path, *, debug: bool = False) -> Exported:
        return export(self.engine, self.project, "Game", game, debug=debug)

    def play(self, game: Path) -> EngineRun:
        program = replace(self.engine, path=game, args=())
        run = run_program(program, "--headless", folder=game.parent, seconds=60.0)
        assert "@end" in run.log, run.log
        assert run.faults == ()
        return run


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    from npc_video.cache.baked import BakedFolder

    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    if engine.template is None:
        pytest.skip("what this test plays is made with the fetched engine's template")
    project = tmp_path_factory.mktemp("workshop") / "Wetter für dich"
    for name, text in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, "utf-8")
    baked = BakedFolder(project / "npcs" / "ember")
    for params in LOOKS:
        baked.add(params.cache_key(), clip_of(params))
    addon.install(project, addon.our_addon())
    return Workshop(engine, project)


def test_its_own_modules_and_clips_are_in_it(workshop: Workshop, tmp_path: Path) -> None:
    workshop.preset()
    game = tmp_path / "Spiel ü" / "game.x86_64"
    done = workshop.export(game)
    assert done.was_started
    log = workshop.play(game).log
    assert "@sky blue 3" in log
    assert "@baked true" in log
    assert "@source false" in log
    packed = game.with_suffix(".pck").read_bytes()
    assert b"this is no Python" not in packed
    assert b"tool_of_the_editor" not in packed
    assert str(workshop.project).encode() not in packed


def test_sources_are_kept_where_they_are_wanted(workshop: Workshop, tmp_path: Path) -> None:
    workshop.preset(sources=True)
    game = tmp_path / "game.x86_64"
    workshop.export(game)
    assert "@source true" in workshop.play(game).log
    assert list((game.parent / RUNTIME).glob("lib/python3*/site-packages/npc_video/player*")) == []
    assert list((game.parent / RUNTIME).glob("lib/python3*/site-packages/npc_video/manager.py"))


def test_what_the_preset_excludes_stays_out(workshop: Workshop, tmp_path: Path) -> None:
    workshop.preset(exclude="npcs/*")
    game = tmp_path / "game.x86_64"
    workshop.export(game)
    assert "@baked false" in workshop.play(game).log


def test_one_file_with_the_package_inside(workshop: Workshop, tmp_path: Path) -> None:
    workshop.preset(embed=True)
    game = tmp_path / "game.x86_64"
    workshop.export(game, debug=True)
    assert not game.with_suffix(".pck").exists()
    assert "@sky blue 3" in workshop.play(game).log


def test_an_archive(workshop: Workshop, tmp_path: Path) -> None:
    workshop.preset()
    done = workshop.export(tmp_path / "game.zip")
    assert done.was_started
    with zipfile.ZipFile(tmp_path / "game.zip") as archive:
        assert f"{RUNTIME}/{SETTINGS}" in archive.namelist()


def test_a_second_export_leaves_nothing_stale(workshop: Workshop, tmp_path: Path) -> None:
    workshop.preset()
    game = tmp_path / "game.x86_64"
    workshop.export(game)
    stale = game.parent / RUNTIME / "lib" / "stale.py"
    stale.write_text("raise SystemExit\n", "utf-8")
    workshop.export(game)
    assert not stale.exists()
    workshop.play(game)


def test_what_is_not_ours_is_not_removed(workshop: Workshop, tmp_path: Path) -> None:
    workshop.preset()
    mine = tmp_path / RUNTIME / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine", "utf-8")
    with pytest.raises(Failure, match="move it away"):
        workshop.export(tmp_path / "game.x86_64")
    assert mine.read_text("utf-8") == "mine"


@pytest.mark.parametrize("runtime", ["missing", "empty", "other platform", "damaged"])
def test_a_wrong_runtime_fails_the_export_with_one_sentence(
    workshop: Workshop, tmp_path: Path, runtime: str
) -> None:
    sentences = {
        "missing": r"^There is no runtime .*: name a pack, or leave it empty\.$",
        "empty": r"^.* holds no runtime pack for linux-x86_64: build one there with .*\.$",
        "other platform": r"^The runtime .* is for windows-x86_64, not for linux-x86_64: .*\.$",
        "damaged": r"^The runtime .* is damaged: .*\.$",
    }
    pack = workshop.project.parent / "pack"  # the same for all, so that the preset stays
    shutil.rmtree(pack, ignore_errors=True)
    if runtime != "missing":
        pack.mkdir()
    if runtime in ("other platform", "damaged"):
        system = "windows" if runtime == "other platform" else "linux"
        (pack / SETTINGS).write_text("home=.\n", "utf-8")
        told = f'{{"platform": "{system}-x86_64", "python": "3.11.9", "sha256": {{}}}}'
        (pack / "manifest.json").write_text(told, "utf-8")
    workshop.preset(runtime=str(pack))
    with pytest.raises(Failure, match=sentences[runtime]):
        workshop.export(tmp_path / "out" / "game.x86_64")


def test_the_engine_itself_ends_with_an_error_then(workshop: Workshop, tmp_path: Path) -> None:
    workshop.preset(runtime=str(tmp_path / "nowhere"))
    arguments = ["--headless", "--path", str(workshop.project), "--export-release", "Game"]
    done = subprocess.run(
        [workshop.engine.path, *arguments, str(tmp_path / "game.x86_64")],
        env={**os.environ, **workshop.engine.env},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 1
    assert "NPC Video Player: There is no runtime" in done.stdout + done.stderr


def test_an_unknown_preset_and_a_missing_template_are_told(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.preset(name="Other")
    with pytest.raises(Failure, match="no export preset Game: there is Other"):
        workshop.export(tmp_path / "game.x86_64")
    workshop.preset()
    presets = workshop.project / "export_presets.cfg"
    text = presets.read_text("utf-8").replace(str(workshop.engine.template), "")
    presets.write_text(text, "utf-8")
    with pytest.raises(Failure, match="export templates are missing"):
        workshop.export(tmp_path / "game.x86_64")


def test_a_game_is_played_from_a_folder_that_cannot_be_written_to(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.preset()
    game = tmp_path / "game" / "game.x86_64"
    workshop.export(game)
    before = sorted(path for path in game.parent.rglob("*"))
    for path in before:
        path.chmod(0o555 if path.is_dir() or path == game else 0o444)
    try:
        workshop.play(game)
    finally:
        for path in before:
            path.chmod(0o755)
    assert sorted(path for path in game.parent.rglob("*")) == before
    shutil.rmtree(game.parent)
