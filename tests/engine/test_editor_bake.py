"""In the real editor: what an NPC is often asked for, baked where its player finds it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import npc_video
import pytest
from npc_video import Profile
from npc_video.cache.baked import BakedTier, folder_reader
from npc_video.prediction.forecast import Forecast, Walk
from npc_video.templates import template_text

from tests.harness import editor
from tools.screen import screen

VISIT = """
@tool
extends "res://addons/probe/probe.gd"

const TITLE := "Bake Common States"

var player: NpcVideoPlayer

func visit() -> void:
	EditorInterface.open_scene_from_path("res://npc.tscn")
	await until(func() -> bool: return EditorInterface.get_edited_scene_root() != null, "a scene")
	player = EditorInterface.get_edited_scene_root()
	await inspect(player)
	await _stops()
	await _goes_on()
	await _fails()
	await _chooses()
	await _follows_a_session()

func state() -> String:
	for label: Label in window(TITLE).find_children("*", "Label", true, false):
		for word in ["clips", "Stopped", "folder", "reached"]:
			if label.is_visible_in_tree() and word in label.text:
				return label.text
	return ""

func open() -> ConfirmationDialog:
	for section: Node in EditorInterface.get_inspector().find_children(
		"*", "EditorInspectorSection", true, false
	):
		section.unfold()
	await press("Bake Common States…")
	await until(func() -> bool: return window(TITLE) != null, "the dialog")
	await says("of reactions.")
	if not "foreseen" in seen:
		seen.foreseen = state()
	for slider: EditorSpinSlider in window(TITLE).find_children(
		"*", "EditorSpinSlider", true, false
	):
		slider.value = 7.0
	return window(TITLE)

func says(words: String) -> void:
	await until(func() -> bool: return words in state(), words + ", not " + state())

func close(dialog: Window) -> void:
	dialog.hide()
	await until(func() -> bool: return not is_instance_valid(dialog), "the dialog to go")

func _stops() -> void:
	var slow := NpcProceduralBackend.new()
	slow.simulate_latency = true
	player.backend = slow
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	var dialog := await open()
	seen.at_first = state()
	dialog.get_ok_button().pressed.emit()
	await says("1 of 7 clips made. About")
	seen.editor_at_hand = not dialog.exclusive
	await press("Stop", dialog)
	seen.stopped = state()
	await close(dialog)

func _goes_on() -> void:
	player.backend = null
	var dialog := await open()
	dialog.get_ok_button().pressed.emit()
	await says("6 of 6 clips made.")
	await until(func() -> bool: return not dialog.get_ok_button().disabled, "the end")
	dialog.get_ok_button().pressed.emit()
	await says("All clips are in the folder already.")
	await close(dialog)
	seen.folder = player.baked_folder
	var history := EditorInterface.get_editor_undo_redo()
	var actions := history.get_history_undo_redo(history.get_object_history_id(player))
	actions.undo()
	seen.undone = player.baked_folder

func _fails() -> void:
	var nowhere := NpcHttpBackend.new()
	nowhere.url = "http://127.0.0.1:9"
	player.backend = nowhere
	player.baked_folder = "res://others"
	var dialog := await open()
	dialog.get_ok_button().pressed.emit()
	await says("cannot be reached")
	seen.listed = has("Label", "neutral, idle: ", dialog)
	await close(dialog)

func _chooses() -> void:
	player.backend = null
	var dialog := await open()
	var field: LineEdit = dialog.find_children("*", "LineEdit", true, false).filter(
		func(one: LineEdit) -> bool: return one.text == "res://others"
	)[0]
	field.text = "user://baked"
	dialog.get_ok_button().pressed.emit()
	seen.outside = state()
	for button: Button in dialog.find_children("*", "Button", true, false):
		if button.tooltip_text == "Choose a folder.":
			button.pressed.emit()
	await frames(2)
	for files: EditorFileDialog in get_tree().root.find_children(
		"*", "EditorFileDialog", true, false
	):
		if files.visible:
			seen.mode = files.file_mode == EditorFileDialog.FILE_MODE_OPEN_DIR
			files.dir_selected.emit("res://chosen")
			files.hide()
	seen.chosen = field.text
	await close(dialog)

func _follows_a_session() -> void:
	var dialog := await open()
	var field: LineEdit = dialog.find_children("*", "LineEdit", true, false).filter(
		func(one: LineEdit) -> bool: return "players" in one.placeholder_text
	)[0]
	field.text = "res://session.jsonl"
	field.text_submitted.emit(field.text)
	await says("100 % of reactions.")
	seen.played = state()
	field.text = "res://npc.tscn"
	field.text_submitted.emit(field.text)
	await until(
		func() -> bool: return has("Label", "npc.tscn, line 1 is not part", dialog), "what is wrong"
	)
	seen.unbakeable = dialog.get_ok_button().disabled
	await close(dialog)
"""
SCENE = (
    '[gd_scene format=3]\n[ext_resource type="Resource" path="res://ember.tres" id="1"]\n'
    '[node name="Npc" type="NpcVideoPlayer"]\nprofile = ExtResource("1")\n'
)
EMBER = (
    '[gd_resource type="NpcProfile" format=3]\n'
    '[sub_resource type="NpcResponseGraph" id="1"]\njson = {graph}\n'
    '[resource]\nnpc_name = "Ember"\nstyle = "cartoon"\ngraph = SubResource("1")\n'
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    graph = json.dumps(template_text("pet"), ensure_ascii=False)
    files = {
        "npc.tscn": SCENE,
        "ember.tres": EMBER.format(graph=graph),
        "session.jsonl": '{"npc": "Ember", "at": 0, "request": {"expression": "sad"}}\n' * 2,
    }
    return editor.make_project(tmp_path_factory.mktemp("bake"), VISIT, files)


@pytest.fixture(scope="module")
def edited(project: Path) -> editor.Visit:
    editor.import_assets(project)
    with screen() as env:
        return editor.visit(project, env)


@pytest.fixture(scope="module")
def seen(edited: editor.Visit) -> Mapping[str, Any]:
    return edited.seen


def foreseen() -> Forecast:
    npc = Profile("Ember", style="cartoon", document=json.loads(template_text("pet")))
    evaluator = npc_video.NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
    return Walk(evaluator, with_opening=True).finish()


def test_it_says_how_many_reactions_it_will_make(seen: Mapping[str, Any]) -> None:
    forecast = foreseen()
    count = forecast.count_for()
    assert (
        seen["foreseen"] == f"{count} clips: {forecast.hit_rate(count) * 100:.0f} % of reactions."
    )
    assert seen["at_first"] == f"7 clips: {forecast.hit_rate(7) * 100:.0f} % of reactions."


def test_stopped_it_keeps_what_is_done_and_goes_on_later(seen: Mapping[str, Any]) -> None:
    assert seen["stopped"] == "Stopped. New clips in the folder: 1."
    assert seen["editor_at_hand"]


def test_the_player_finds_the_clips(project: Path, edited: editor.Visit) -> None:
    tier = BakedTier(folder_reader(project / "baked"))
    tier.open()
    keys = [params.cache_key() for params, _ in foreseen().weighted[:7]]
    assert all(tier.read(key) is not None for key in keys)
    assert tier.catalogue.stats().entries == 7


def test_the_player_s_folder_is_set_and_can_be_undone(seen: Mapping[str, Any]) -> None:
    assert seen["folder"] == "res://baked"
    assert seen["undone"] == ""


def test_what_failed_is_listed(project: Path, seen: Mapping[str, Any]) -> None:
    assert seen["listed"]
    assert not (project / "others").exists()


def test_folders_of_the_project_are_chosen(seen: Mapping[str, Any]) -> None:
    assert "folder of the project" in seen["outside"]
    assert seen["mode"]
    assert seen["chosen"] == "res://chosen"


def test_what_was_played_is_what_it_will_make(seen: Mapping[str, Any]) -> None:
    assert seen["played"] == "2 clips: 100 % of reactions."
    assert seen["unbakeable"]


def test_the_editor_ends_without_a_fault(edited: editor.Visit) -> None:
    assert edited.run.faults == ()
    assert edited.run.exit_code == 0
