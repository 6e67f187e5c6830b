"""A project that came to a machine without the addon, as a colleague's does by way of Git."""

from pathlib import Path

from npc_video.shipping import addon
from npc_video.shipping.godot import EngineRun, run_project

from tests.harness import editor
from tools.engine import find
from tools.paths import ADDON

FILES = {
    "project.godot": (
        'config_version=5\n[application]\nconfig/name="colleague"\n'
        'run/main_scene="res://main.tscn"\n'
    ),
    "moss.tres": """[gd_resource type="NpcProfile" load_steps=2 format=3]
[sub_resource type="NpcResponseGraph" id="1"]
template = "guard"
[resource]
npc_name = "Moss"
graph = SubResource("1")
""",
    "main.tscn": """[gd_scene load_steps=6 format=3]
[ext_resource type="Script" path="res://main.gd" id="1"]
[ext_resource type="NpcProfile" path="res://moss.tres" id="2"]
[sub_resource type="NpcHttpBackend" id="3"]
url = "http://127.0.0.1:9"
[sub_resource type="NpcBackendPool" id="4"]
hosts = Array[NpcBackend]([SubResource("3")])
[node name="Main" type="Control"]
script = ExtResource("1")
[node name="Moss" type="NpcVideoPlayer" parent="." groups=["npcs"]]
offset_right = 300.0
offset_bottom = 300.0
profile = ExtResource("2")
backend = SubResource("4")
[node name="Zone" type="NpcInteractionZone" parent="Moss"]
[node name="Area" type="NpcInteractionZone2D" parent="Moss"]
[node name="Label" type="Label" parent="Moss"]
text = "A label of the game"
""",
    "main.gd": """extends Control

func _ready() -> void:
	var moss := $Moss
	print("@moss ", moss.is_class("NpcVideoPlayer"), " ", moss.size, " ", moss.get_groups())
	for child in moss.get_children():
		print("@child ", child.name, " ", child.get_class())
	print("@end")
	get_tree().quit(0)
""",
}
SENTENCE = "NpcVideoPlayer cannot be found: "


def project_of_a_colleague(folder: Path) -> Path:
    """It was installed once, and all but the addon and what Git ignores came along."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    addon.install(folder, addon.Addon(ADDON, is_checkout=True))
    (folder / "addons" / "npc_video_player").unlink()
    (folder / ".godot" / "extension_list.cfg").unlink()
    return folder


def run(project: Path) -> EngineRun:
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    return run_project(engine, project, "--headless", seconds=60.0)


def test_it_says_so_and_plays_with_placeholders(tmp_path: Path) -> None:
    project = project_of_a_colleague(tmp_path)
    imported = editor.import_assets(project)
    assert imported.log.count(SENTENCE) == 1, imported.log
    assert "Save no scene before that" in imported.log
    played = run(project)
    assert played.log.count(SENTENCE) == 1, played.log
    assert "Cannot get class" not in played.log
    assert "Parse Error" not in played.log
    assert '@moss false (300.0, 300.0) [&"npcs"]' in played.log, played.log
    assert "@child Label Label" in played.log
    assert "@child Zone Control" in played.log
    assert "@child Area Node2D" in played.log
    assert "@end" in played.log
    assert (project / "main.tscn").read_text("utf-8") == FILES["main.tscn"]


def test_with_the_addon_nothing_is_said(tmp_path: Path) -> None:
    project = project_of_a_colleague(tmp_path)
    addon.install(project, addon.Addon(ADDON, is_checkout=True))
    assert editor.import_assets(project).ok
    played = run(project)
    assert SENTENCE not in played.log
    assert "@moss true (300.0, 300.0)" in played.log, played.log
    assert "@child Zone NpcInteractionZone" in played.log
