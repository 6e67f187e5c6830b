"""Response graphs in the real editor: files imported, mistakes shown, files written."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from npc_video.shipping.godot import EngineRun
from npc_video.templates import template_text

from tests.harness import editor

ODD = json.dumps({**json.loads(template_text("pet")), "theirs": {"large": 2**80}}, indent=3)
GRAPHS = Path(__file__).parents[1] / "data" / "graphs"  # as the original tools write them
BROKEN = '{"responseGraph": {"nodes": [{"id": "x", "type": "telepathy"}], "connections": []}}'
DAMAGED = {
    "cut_off.npcgraph.json": '{\n"responseGraph": {"nodes": [{"id',
    "empty.npcgraph.json": "",
    "other.npcgraph.json": '{"responseGraph": {"nodes": 3, "connections": []}}',
}
VISIT = """
@tool
extends "res://addons/probe/probe.gd"

func visit() -> void:
	var graph: NpcResponseGraph = load("res://odd.npcgraph.json")
	seen = {"class": graph.get_class(), "json": graph.to_json(), "template": graph.template}
	seen.mistakes = {}
	for file in ["broken", "other"]:
		var wrong: NpcResponseGraph = load("res://%s.npcgraph.json" % file)
		seen.mistakes[file] = {"json": wrong.to_json(), "problems": wrong.problems()}
	seen.sound = await _inspected(graph)
	seen.long = await _as_text(" ".repeat(40000) + "{}")
	seen.short = has("Button", "Show as Text") or not has("TextEdit", "")
	graph.json = "[]"
	seen.broken = await _inspected(graph)
	graph.template = "none"
	seen.locked = graph.to_json()
	graph.json = ""
	graph.template = "guard"
	seen.error = graph.save_json("res://written.npcgraph.json")
	seen.nowhere = graph.save_json("res://no/such/folder.json")
	seen.originals = {}
	for file in DirAccess.get_files_at("res://originals"):
		if file.ends_with(".npcgraph.json"):
			seen.originals[file] = await _kept(load("res://originals/" + file), file)
	await inspect(graph)
	await press("Export as JSON…")
	var dialog: EditorFileDialog = get_tree().root.find_children(
		"*", "EditorFileDialog", true, false
	).filter(func(one: Window) -> bool: return one.visible)[0]
	seen.filters = dialog.filters
	dialog.file_selected.emit(ProjectSettings.globalize_path("res://by_dialog.npcgraph.json"))
	dialog.hide()

func _kept(graph: NpcResponseGraph, file: String) -> Dictionary:
	graph.save_json("res://saved/" + file)
	ResourceSaver.save(graph, "res://saved/graph.tres")
	var reloaded: NpcResponseGraph = ResourceLoader.load("res://saved/graph.tres", "", 0)
	var profile := NpcProfile.new()
	profile.graph = reloaded
	return {
		"problems": (await _inspected(graph)).problems,
		"tres": reloaded.to_json(),
		"metadata": profile.metadata(),
	}

func _as_text(words: String) -> Dictionary:
	var graph := NpcResponseGraph.new()
	graph.json = words
	await inspect(graph)
	var before := has("TextEdit", words)
	await press("Show as Text")
	await until(func() -> bool: return has("TextEdit", words), "the text")
	graph.json = "{}"
	await inspect(graph)
	return {"folded": not before, "again": has("Button", "Show as Text")}

func _inspected(graph: NpcResponseGraph) -> Dictionary:
	await inspect(graph)
	var checks := EditorInterface.get_inspector().find_children("*", "Timer", true, false)
	await until(func() -> bool:
		return checks.all(func(check: Timer) -> bool: return check.is_stopped()), "the check")
	var problem := control("Label", "must be")
	return {
		"export": has("Button", "Export as JSON…"),
		"problems": problem.get("text") if problem else "",
	}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        **DAMAGED,
        "odd.npcgraph.json": ODD,
        "broken.npcgraph.json": BROKEN,
        "plain.json": '{"not": "a graph"}',
    }
    made = editor.make_project(tmp_path_factory.mktemp("project"), VISIT, files)
    (made / "saved").mkdir()
    shutil.copytree(GRAPHS, made / "originals")
    (made / "latin.npcgraph.json").write_bytes(b'{"responseGraph": null, "by": "Ren\xe9"}')
    return made


@pytest.fixture(scope="module")
def imported(project: Path) -> EngineRun:
    return editor.import_assets(project)


@pytest.fixture(scope="module")
def edited(project: Path, imported: EngineRun) -> editor.Visit:
    return editor.visit(project)


@pytest.fixture(scope="module")
def found(edited: editor.Visit) -> Mapping[str, Any]:
    return edited.seen


def test_a_long_text_is_shown_when_asked(found: Mapping[str, Any]) -> None:
    assert found["long"] == {"folded": True, "again": False}
    assert not found["short"]


def test_a_graph_with_mistakes_is_imported_and_says_them(
    imported: EngineRun, found: Mapping[str, Any]
) -> None:
    assert imported.faults == ()
    assert "res://broken.npcgraph.json has mistakes" in imported.log
    assert "node 'x', type: 'telepathy' is unknown." in imported.log
    assert found["mistakes"]["broken"]["json"] == BROKEN
    assert found["mistakes"]["other"]["json"] == DAMAGED["other.npcgraph.json"]
    assert found["mistakes"]["other"]["problems"] == ["responseGraph.nodes: must be a list."]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cut_off", "file: cannot be read as JSON: it ends too early, in line 2."),
        ("empty", "file: is empty; start from a template, or from {}."),
        ("latin", "file: is not UTF-8 text; save it as such."),
    ],
)
def test_a_damaged_file_says_where(imported: EngineRun, name: str, reason: str) -> None:
    assert f"res://{name}.npcgraph.json was not imported:\n{reason}\n" in imported.log


def test_a_file_is_imported_as_it_is(found: Mapping[str, Any]) -> None:
    assert found["class"] == "NpcResponseGraph"
    assert found["json"] == ODD
    assert found["template"] == "own"


@pytest.mark.parametrize("file", sorted(path.name for path in GRAPHS.glob("*.npcgraph.json")))
def test_a_file_of_the_original_tools_is_kept_as_it_is(
    project: Path, found: Mapping[str, Any], file: str
) -> None:
    kept, text = found["originals"][file], (GRAPHS / file).read_bytes().decode()
    assert kept["problems"] == ""
    assert (project / "saved" / file).read_bytes().decode() == text
    assert kept["tres"] == text
    document, metadata = json.loads(text), kept["metadata"]
    assert metadata["responseGraph"] == document["responseGraph"]
    others = document.keys() - {"npc", "videoGen", "interaction"}  # of which the profile has some
    assert {name: metadata[name] for name in others} == {name: document[name] for name in others}
    for name in ("npc", "videoGen"):
        assert metadata[name].items() >= (document[name] or {}).items()


def test_other_json_is_left_alone(project: Path, imported: EngineRun) -> None:
    assert not (project / "plain.json.import").exists()
    assert (project / "odd.npcgraph.json").read_bytes().decode() == ODD


def test_the_inspector_says_what_is_wrong_and_exports(found: Mapping[str, Any]) -> None:
    assert found["sound"] == {"export": True, "problems": ""}
    assert found["broken"] == {
        "export": True,
        "problems": "file: must be an object at the top level.",
    }
    assert found["locked"] == "[]"


def test_a_graph_is_written_as_it_is(
    project: Path, edited: editor.Visit, found: Mapping[str, Any]
) -> None:
    assert found["error"] == 0
    assert "*.npcgraph.json" in ",".join(found["filters"])
    for name in ("written", "by_dialog"):
        written = (project / f"{name}.npcgraph.json").read_text("utf-8")
        assert written == template_text("guard"), name
    assert found["nowhere"] != 0
    assert "res://no/such/folder.json cannot be written" in edited.run.log


def test_the_editor_ends_without_a_fault(edited: editor.Visit) -> None:
    assert edited.run.faults == ()
    assert edited.run.exit_code == 0
