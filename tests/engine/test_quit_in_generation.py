"""Games that end while a function of GDScript is making a clip: at once, and with nothing left."""

from pathlib import Path

import pytest

from tests.harness.games import play

MAIN = """
extends SceneTree

signal never

func _initialize() -> void:
	var player := NpcVideoPlayer.new()
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.set_generator(generate)
	root.add_child(player)
	_play()

func pictures(request: Dictionary) -> Array:
	var made := []
	for index in request.frame_count:
		made.append(Image.create_empty(1920, 1080, false, Image.FORMAT_RGBA8))
	return made

func end() -> void:
	print("@end")
	quit(0)

"""
CASES = {
    "before it is called": """
func _play() -> void:
	end()

func generate(request: Dictionary) -> Array:
	return pictures(request)
""",
    "inside of it": """
func _play() -> void:
	pass

func generate(request: Dictionary) -> Array:
	end()
	return pictures(request)
""",
    "while it awaits": """
func _play() -> void:
	pass

func generate(request: Dictionary) -> Array:
	end.call_deferred()
	await never
	return pictures(request)
""",
    "while it awaits frames": """
func _play() -> void:
	pass

func generate(request: Dictionary) -> Array:
	end.call_deferred()
	while true:
		await process_frame
	return []
""",
    "while it awaits again and holds pictures": """
func _play() -> void:
	pass

func generate(request: Dictionary) -> Array:
	var held := pictures(request)
	for frame in 3:
		await process_frame
	end.call_deferred()
	await never
	return held
""",
    "while its pictures are encoded": """
func _play() -> void:
	pass

func generate(request: Dictionary) -> Array:
	_end_soon()
	return pictures(request)

func _end_soon() -> void:
	for frame in 3:
		await process_frame
	end()
""",
}


@pytest.mark.parametrize("case", CASES)
def test_the_game_ends(tmp_path: Path, case: str) -> None:
    play(tmp_path, MAIN + CASES[case])
