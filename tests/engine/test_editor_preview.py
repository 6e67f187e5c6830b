"""In the real editor: a profile tried in the inspector, and generators asked how they are."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.harness import editor
from tools.screen import screen

VISIT = """
@tool
extends "res://addons/probe/probe.gd"

const NOWHERE := "http://127.0.0.1:9"

var profile := NpcProfile.new()
var graph := NpcResponseGraph.from_template("pet")
var still: int

func visit() -> void:
	profile.npc_name = "Ember"
	profile.graph = graph
	still = moving()
	await inspect(profile)
	seen.width = preview().get_combined_minimum_size().x / EditorInterface.get_editor_scale()
	await _reacts()
	await until(func() -> bool: return moving() == still, "the preview to stand still")
	await _hears_of_changes()
	await _makes_clips()
	await _tests_generators()

func preview() -> Control:
	return EditorInterface.get_inspector().find_children("*", "FoldableContainer", true, false)[0]

func moving() -> int:
	return get_tree().process_frame.get_connections().size()

func facts() -> Dictionary:
	var found := {}
	for name in ["Expression", "Emotion", "Animation", "Intensity", "Prompt"]:
		found[name] = fact(name)
	return found

func _reacts() -> void:
	seen.make_at_first = control("Button", "Make Clip").get("disabled")
	await press("React")
	seen.facts = facts()
	seen.moves = moving() - still
	await press("React")
	seen.too_soon = has("Label", "It has just answered")
	await press("Reset")
	seen.after_reset = facts()
	profile.notify_property_list_changed()
	await frames(5)
	await press("React")
	profile.notify_property_list_changed()
	await frames(5)
	seen.after_rebuilding = facts()

func _hears_of_changes() -> void:
	profile.cooldown = 0.0
	profile.base_prompt = "a small dragon"
	await press("React")
	seen.prompt = fact("Prompt")
	var json: String = graph.json
	graph.json = '{"responseGraph": {"nodes": [], "connections": 3}}'
	await frames(2)
	seen.problem = has("Label", "connections")
	await press("React")
	seen.broken = has("Label", "until the mistakes in its graph are fixed")
	graph.json = json
	await press("React")
	seen.mended = fact("Expression")
	profile.enabled_tools = ["brush"] as Array[String]
	await frames(2)
	var tool: LineEdit = preview().find_children("*", "LineEdit", true, false)[0]
	seen.suggested = tool.placeholder_text
	tool.text = "stick"
	tool.text_changed.emit("stick")
	await press("React")
	seen.refused = has("Label", "It does not answer to stick, only to brush.")
	var choice: MenuButton = preview().find_children("*", "MenuButton", true, false)[0]
	choice.get_popup().index_pressed.emit(0)
	seen.chosen = tool.text
	await press("React")
	seen.chosen_answers = fact("Expression") != ""

func choose(backend: NpcBackend) -> void:
	var picker: EditorResourcePicker = preview().find_children(
		"*", "EditorResourcePicker", true, false
	)[0]
	picker.edited_resource = backend
	picker.resource_changed.emit(backend)

func _makes_clips() -> void:
	await press("Make Clip")
	seen.can_be_cancelled = has("Button", "Cancel")
	seen.progress = has("ProgressBar", "")
	await until(func() -> bool: return has("Label", "Made in"), "a clip")
	seen.clip_moves = moving() - still
	var slow := NpcProceduralBackend.new()
	slow.simulate_latency = true
	choose(slow)
	await press("Make Clip")
	await press("Cancel")
	seen.cancelled = has("Button", "Make Clip") and not has("Button", "Cancel")
	var nowhere := NpcHttpBackend.new()
	choose(nowhere)
	await press("Make Clip")
	seen.no_address = has("Label", "url")
	nowhere.url = NOWHERE
	await press("Make Clip")
	await until(func() -> bool: return has("Label", "cannot be reached"), "the failure")
	profile.portrait = packed_texture()
	await press("React")
	await press("Make Clip")
	await until(func() -> bool: return has("Button", "Make Clip"), "the next failure")
	seen.portrait_read = has("Label", "cannot be reached")

func packed_texture() -> Texture2D:
	var texture := PortableCompressedTexture2D.new()
	texture.keep_compressed_buffer = true
	var image := Image.create_empty(8, 8, false, Image.FORMAT_RGB8)
	texture.create_from_image(image, PortableCompressedTexture2D.COMPRESSION_MODE_LOSSLESS)
	ResourceSaver.save(texture, "res://portrait.res")
	return load("res://portrait.res")

func _tests_generators() -> void:
	var backend := NpcProceduralBackend.new()
	await inspect(backend)
	await press("Test Connection")
	await until(func() -> bool: return has("Label", "It works."), "the embedded generator")
	seen.works = fact("Reachable")
	seen.costs_nothing = fact("Test clip") == ""
	await press("Make a Test Clip")
	await until(func() -> bool: return fact("Test clip") != "", "a test clip")
	seen.test_clip = fact("Test clip")
	seen.seconds = fact("Seconds") != ""
	backend.simulate_latency = true
	await frames(2)
	seen.forgotten = fact("Reachable") == ""
	await press("Make a Test Clip")
	await press("Cancel")
	seen.test_cancelled = has("Label", "Cancelled.") and has("Button", "Make a Test Clip")
	var nowhere := NpcHttpBackend.new()
	await inspect(nowhere)
	await press("Test Connection")
	seen.without_address = has("Label", "url")
	nowhere.url = NOWHERE
	await press("Test Connection")
	await until(func() -> bool: return has("Label", "It does not work."), "the answer")
	seen.reachable = fact("Reachable")
	seen.why = fact("Problem")
	await press("Test Connection")
"""


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> editor.Visit:
    project = editor.make_project(tmp_path_factory.mktemp("preview"), VISIT)
    editor.import_assets(project)
    with screen() as env:
        return editor.visit(project, env)


@pytest.fixture(scope="module")
def seen(edited: editor.Visit) -> Mapping[str, Any]:
    return edited.seen


def test_it_has_room_in_a_narrow_inspector(seen: Mapping[str, Any]) -> None:
    assert seen["width"] <= 220.0


def test_react_shows_what_the_graph_answers(seen: Mapping[str, Any]) -> None:
    facts = seen["facts"]
    assert (facts["Expression"], facts["Animation"]) == ("curious", "tilt")
    assert float(facts["Intensity"]) == pytest.approx(0.65)
    assert "curious expression" in facts["Prompt"]
    assert seen["moves"] == 1
    assert seen["make_at_first"]


def test_why_there_is_no_answer_is_said(seen: Mapping[str, Any]) -> None:
    assert seen["too_soon"]
    assert seen["refused"]


def test_reset_forgets_and_the_inspector_may_be_rebuilt(seen: Mapping[str, Any]) -> None:
    assert set(seen["after_reset"].values()) == {""}
    assert seen["after_rebuilding"] == seen["facts"]


def test_unsaved_changes_count_at_once(seen: Mapping[str, Any]) -> None:
    assert seen["prompt"].startswith("a small dragon")
    assert seen["problem"]
    assert seen["broken"]
    assert seen["mended"]


def test_tools_of_the_npc_are_suggested(seen: Mapping[str, Any]) -> None:
    assert (seen["suggested"], seen["chosen"]) == ("brush", "brush")
    assert seen["chosen_answers"]


def test_a_clip_is_made_on_a_button(seen: Mapping[str, Any]) -> None:
    assert seen["can_be_cancelled"]
    assert seen["progress"]
    assert seen["clip_moves"] == 1
    assert seen["cancelled"]
    assert seen["no_address"]


def test_a_portrait_that_is_no_picture_s_file_is_read(seen: Mapping[str, Any]) -> None:
    assert seen["portrait_read"]


def test_a_generator_says_whether_it_works(seen: Mapping[str, Any]) -> None:
    assert seen["works"].startswith("yes")
    assert seen["costs_nothing"]
    assert seen["test_clip"].startswith("256×256")
    assert seen["seconds"]
    assert seen["forgotten"]
    assert seen["test_cancelled"]


def test_a_generator_that_is_off_says_why(seen: Mapping[str, Any]) -> None:
    assert seen["without_address"]
    assert seen["reachable"] == "no"
    assert "cannot be reached" in seen["why"]


def test_the_editor_ends_without_a_fault(edited: editor.Visit) -> None:
    assert edited.run.faults == ()
    assert edited.run.exit_code == 0
