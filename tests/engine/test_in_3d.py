"""The guest that `docs/in_3d.md` shows: seen, and touched in first person."""

import json
import re
from itertools import groupby
from pathlib import Path

from tests.harness.games import play

_DOCUMENT = Path(__file__).parents[2] / "docs" / "in_3d.md"
_MAIN = """
extends SceneTree

const SECONDS := 20.0

func _initialize() -> void:
	_play()

func until(condition: Callable) -> bool:
	var deadline := Time.get_ticks_msec() + int(SECONDS * 1000.0)
	while not condition.call():
		if Time.get_ticks_msec() > deadline:
			return false
		await process_frame
	return true

func click(event: InputEventMouseButton) -> void:
	for pressed: bool in [true, false]:
		event = event.duplicate()
		event.pressed = pressed
		root.push_input(event, true)
		for frame in 3:
			await process_frame

func _play() -> void:
	await process_frame
	var camera := Camera3D.new()
	camera.position = Vector3(0.0, 0.2, 1.5)
	root.add_child(camera)
	var guest := Node3D.new()
	guest.set_script(load("res://guest.gd"))
	root.add_child(guest)
	var zones := []
	for zone: NpcInteractionZone3D in guest.find_children("*", "NpcInteractionZone3D", true, false):
		zone.interaction.connect(func(told: Dictionary) -> void: zones.append(told.zone))
	var looks := []
	guest.player.reaction_started.connect(func(look: Dictionary) -> void: looks.append(look))
	var warned := []
	for node: Node in guest.find_children("*", "", true, false):
		if node.has_method("_get_configuration_warnings"):
			warned.append_array(node._get_configuration_warnings())
	var clips := [0]
	guest.player.clip_started.connect(func(_info: Dictionary) -> void: clips[0] += 1)
	var is_seen := await until(func() -> bool: return clips[0] > 0)

	Input.mouse_mode = Input.MOUSE_MODE_CAPTURED
	var event := InputEventMouseButton.new()
	event.button_index = MOUSE_BUTTON_LEFT
	event.position = Vector2(1.0, 1.0)
	await click(event)
	camera.position.y = -0.2
	await process_frame
	await click(event)
	var answered := await until(func() -> bool: return looks.size() > 0)
	print("@told ", JSON.stringify({
		"seen": is_seen, "zones": zones, "answered": answered, "warned": warned,
		"texture": guest.picture.material_override.albedo_texture.get_size().x,
		"captured": Input.mouse_mode == Input.MOUSE_MODE_CAPTURED,
	}))
	guest.free()
	camera.free()
	print("@end")
	quit(0)
"""


def test_the_documented_guest_is_seen_and_touched_in_first_person(tmp_path: Path) -> None:
    (script,) = re.findall(r"```gdscript\n(.*?)```", _DOCUMENT.read_text("utf-8"), re.DOTALL)
    (tmp_path / "guest.gd").write_text(script, "utf-8")
    log = play(tmp_path, _MAIN, windowed=True).log
    told = json.loads(re.findall(r"@told (.*)", log)[0])
    # Three slow frames between press and release are a hold, which reports more than once.
    told["zones"] = [zone for zone, _ in groupby(told["zones"])]
    assert told == {
        "seen": True,
        "zones": ["head", "belly"],
        "answered": True,
        "warned": [],
        "texture": 256,
        "captured": True,
    }
