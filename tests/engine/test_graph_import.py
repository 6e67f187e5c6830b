"""Response graphs in the real editor: files imported, mistakes shown, files written."""

import json
from pathlib import Path
from typing import Any

import pytest
from npc_video.templates import template_text

from tools.engine import find
from tools.godot import EngineRun, run_project
from tools.links import link_addon
from tools.paths import ADDON

ODD = json.dumps({**json.loads(template_text("pet")), "theirs": {"large": 2**80}}, indent=3)
BROKEN = '{"responseGraph": {"nodes": [{"id": "x", "type": "telepathy"}], "connections": []}}'
PROBE = """
@tool
extends EditorPlugin

func _enter_tree() -> void:
	_run.call_deferred()

func _run() -> void:
	while EditorInterface.get_resource_filesystem().is_scanning():
		await get_tree().process_frame
	var graph: NpcResponseGraph = load("res://odd.npcgraph.json")
	var seen := {"class": graph.get_class(), "json": graph.to_json(), "template": graph.template}
	seen.sound = await _inspected(graph)
	graph.json = "[]"
	seen.broken = await _inspected(graph)
	graph.template = "none"
	seen.locked = graph.to_json()
	graph.json = ""
	graph.template = "guard"
	seen.error = graph.save_json("res://written.npcgraph.json")
	seen.nowhere = graph.save_json("res://no/such/folder.json")
	await _exported(graph)
	EditorInterface.edit_resource(null)
	print("@found " + JSON.stringify(seen))
	get_tree().quit(0)

func _exported(graph: NpcResponseGraph) -> void:
	await _inspected(graph)
	for button: Button in EditorInterface.get_inspector().find_children("*", "Button", true, false):
		if button.text == "Export as JSON…":
			button.pressed.emit()
	await get_tree().process_frame
	for dialog: EditorFileDialog in get_tree().root.find_children(
		"*", "EditorFileDialog", true, false
	):
		if dialog.visible and "*.npcgraph.json" in ",".join(dialog.filters):
			dialog.file_selected.emit(ProjectSettings.globalize_path("res://by_dialog.npcgraph.json"))
			dialog.hide()
	await get_tree().process_frame

func _inspected(graph: NpcResponseGraph) -> Dictionary:
	EditorInterface.edit_resource(graph)
	for frame in 10:
		await get_tree().process_frame
	var found := {"export": false, "problems": ""}
	var inspector := EditorInterface.get_inspector()
	for button: Button in inspector.find_children("*", "Button", true, false):
		found.export = found.export or button.text == "Export as JSON…"
	for label: Label in inspector.find_children("*", "Label", true, false):
		if label.visible and "must be" in label.text:
			found.problems = label.text
	return found
"""
FILES = {
    "project.godot": (
        "config_version=5\n[editor_plugins]\n"
        'enabled=PackedStringArray("res://addons/probe/plugin.cfg")\n'
    ),
    ".godot/extension_list.cfg": ("res://addons/npc_video_player/npc_video_player.gdextension\n"),
    "addons/probe/plugin.cfg": (
        '[plugin]\nname="Probe"\ndescription=""\nauthor=""\nversion="1"\nscript="plugin.gd"\n'
    ),
    "addons/probe/plugin.gd": PROBE,
    "odd.npcgraph.json": ODD,
    "broken.npcgraph.json": BROKEN,
    "plain.json": '{"not": "a graph"}',
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8", newline="")
    link_addon(folder, ADDON)
    return folder


@pytest.fixture(scope="module")
def imported(project: Path) -> EngineRun:
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    return run_project(engine, project, "--headless", "--import", seconds=120.0)


@pytest.fixture(scope="module")
def edited(project: Path, imported: EngineRun) -> EngineRun:
    engine = find()
    assert engine is not None
    return run_project(engine, project, "--headless", "--editor", seconds=120.0)


@pytest.fixture(scope="module")
def found(edited: EngineRun) -> dict[str, Any]:
    line = next((line for line in edited.log.splitlines() if line.startswith("@found ")), None)
    assert line is not None, edited.log
    seen: dict[str, Any] = json.loads(line.removeprefix("@found "))
    return seen


def test_a_wrong_file_is_not_imported_and_says_why(imported: EngineRun) -> None:
    assert imported.faults == ()
    assert "res://broken.npcgraph.json was not imported" in imported.log
    assert "node 'x', type: 'telepathy' is unknown." in imported.log


def test_a_file_is_imported_as_it_is(found: dict[str, Any]) -> None:
    assert found["class"] == "NpcResponseGraph"
    assert found["json"] == ODD
    assert found["template"] == "own"


def test_other_json_is_left_alone(project: Path, imported: EngineRun) -> None:
    assert not (project / "plain.json.import").exists()
    assert (project / "odd.npcgraph.json").read_bytes().decode() == ODD


def test_the_inspector_says_what_is_wrong_and_exports(found: dict[str, Any]) -> None:
    assert found["sound"] == {"export": True, "problems": ""}
    assert found["broken"] == {
        "export": True,
        "problems": "file: must be an object at the top.",
    }
    assert found["locked"] == "[]"


def test_a_graph_is_written_as_it_is(project: Path, found: dict[str, Any]) -> None:
    assert found["error"] == ""
    for name in ("written", "by_dialog"):
        written = (project / f"{name}.npcgraph.json").read_text("utf-8")
        assert written == template_text("guard"), name
    assert "cannot be written" in found["nowhere"]


def test_the_editor_ends_without_a_fault(edited: EngineRun, found: dict[str, Any]) -> None:
    assert edited.faults == ()
    assert edited.exit_code == 0
