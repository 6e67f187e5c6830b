"""Games packed by the engine: the clips baked for them go along, and what is excluded stays."""

from pathlib import Path

import pytest
from npc_video import QUALITY_PRESETS, GeneratedClip, VideoParams
from npc_video.cache.baked import INDEX, BakedFolder
from npc_video.shipping.godot import run_project

from tests.harness import editor
from tools.engine import find

SETTINGS = 'config_version=5\n[application]\nrun/main_scene="res://main.tscn"\n'
SCENE = """[gd_scene format=3]
[sub_resource type="NpcProfile" id="1"]
npc_name = "Ember"
opening_clip = "res://npcs/opening.webm"
[node name="Main" type="NpcVideoPlayer"]
profile = SubResource("1")
"""
PRESET = """[preset.0]
name="Game"
platform="Linux"
runnable=true
export_filter="{packs}"
export_files=PackedStringArray("res://main.tscn")
include_filter="{filter}"
exclude_filter=""
[preset.0.options]
binary_format/architecture="x86_64"
"""
LOOKS = [VideoParams(npc_id="ember", expression=name) for name in ("neutral", "happy")]


def clip_of(params: VideoParams) -> GeneratedClip:
    shape = QUALITY_PRESETS["realtime"]
    return GeneratedClip(
        data=f"a clip that is {params.expression}".encode(),
        media_type="video/webm",
        width=shape.width,
        height=shape.height,
        fps=shape.fps,
        duration=3.0,
        preset="realtime",
        params=params,
        generation_seconds=1.0,
    )


def pack(project: Path, include_filter: str, packs: str = "scenes") -> bytes:
    """The package of a game with baked clips in it."""
    files = {
        "project.godot": SETTINGS,
        "main.tscn": SCENE,
        "export_presets.cfg": PRESET.format(filter=include_filter, packs=packs),
        "other/index.json": '{"of": "another program"}',
        "other/film.webm": "another film",
        "npcs/ember/note.txt": "a note",
        "npcs/opening.webm": "how it begins",
    }
    editor.make_project(project, "", files)
    baked = BakedFolder(project / "npcs" / "ember")
    for params in LOOKS:
        baked.add(params.cache_key(), clip_of(params))
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    assert editor.import_assets(project).ok
    arguments = ("--headless", "--export-pack", "Game", "game.pck")
    run = run_project(engine, project, *arguments, seconds=120.0)
    assert run.ok, run.log
    return (project / "game.pck").read_bytes()


@pytest.mark.parametrize("include_filter", ["", "npcs/*.webm, npcs/*.json"])
def test_baked_clips_are_packed_once_and_nothing_else(tmp_path: Path, include_filter: str) -> None:
    packed = pack(tmp_path / "game", include_filter)
    index = (tmp_path / "game" / "npcs" / "ember" / INDEX).read_bytes()
    assert [packed.count(clip_of(params).data) for params in LOOKS] == [1, 1]
    assert packed.count(index) == 1
    assert packed.count(b"how it begins") == 1
    assert b"another program" not in packed
    assert b"another film" not in packed
    assert b"a note" not in packed


def test_the_scene_that_bakes_stays_with_the_developer(tmp_path: Path) -> None:
    packed = pack(tmp_path / "game", "", "all_resources")
    assert b"addons/npc_video_player/plugin.gd" in packed
    assert b"addons/npc_video_player/bake" not in packed
