"""A fresh clone of a game that types and extends the addon's classes, imported without a window."""

from pathlib import Path

import pytest
from npc_video.shipping import addon
from npc_video.shipping.godot import run_project
from npc_video.templates import template_text

from tools.engine import find
from tools.paths import ADDON

FILES = {
    "project.godot": 'config_version=5\n[application]\nrun/main_scene="res://main.tscn"\n',
    "ember.gd": """class_name Ember
extends NpcVideoPlayer

const GRAPH := preload("res://ember.npcgraph.json")
@export var graph: NpcResponseGraph
""",
    "main.gd": """extends Node

var backend: NpcBackend = NpcProceduralBackend.new()
@onready var ember: Ember = $Ember

func _ready() -> void:
	print("@main ", ember.profile.graph == Ember.GRAPH, " ", ember.react({"tool": "feather"}))
	get_tree().quit(0)
""",
    "main.tscn": """[gd_scene format=3]
[ext_resource type="Script" path="res://main.gd" id="1"]
[ext_resource type="Script" path="res://ember.gd" id="2"]
[ext_resource type="NpcResponseGraph" path="res://ember.npcgraph.json" id="3"]
[sub_resource type="NpcProfile" id="4"]
graph = ExtResource("3")
[node name="Main" type="Node"]
script = ExtResource("1")
[node name="Ember" type="NpcVideoPlayer" parent="."]
script = ExtResource("2")
profile = SubResource("4")
""",
    "ember.npcgraph.json": template_text("guard"),
}


@pytest.mark.parametrize("is_installed", [True, False], ids=["installed", "from the zip"])
def test_it_is_there_after_the_first_import(tmp_path: Path, is_installed: bool) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    if is_installed:
        addon.install(tmp_path, addon.Addon(ADDON, is_checkout=True))
    else:
        addon.link(tmp_path, ADDON)
        # The engine aborts at the end of the import in which it finds an extension (up to 4.7).
        run_project(engine, tmp_path, "--headless", "--import", seconds=100.0)
    for _ in range(2):
        again = run_project(engine, tmp_path, "--headless", "--import", seconds=100.0)
        assert (again.faults, again.exit_code) == ((), 0), again.log
        assert "ERROR" not in again.log
    played = run_project(engine, tmp_path, "--headless", seconds=100.0)
    assert "@main true true" in played.log
    assert played.faults == ()
