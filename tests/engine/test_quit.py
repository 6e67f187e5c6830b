"""Games that end while a player is in some state: soon, without an error, and with nothing left."""

from pathlib import Path

import pytest

from tests.harness.games import play

MAIN = """
extends SceneTree

var player := NpcVideoPlayer.new()

func _initialize() -> void:
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.size = Vector2(64, 64)
	_play()

func begin() -> void:
	root.add_child(player)

func end() -> void:
	print("@end")
	quit(0)

"""
CASES = {
    "outside of a scene": """
func _play() -> void:
	await process_frame
	player.free()
	end()
""",
    "before the first frame": """
func _play() -> void:
	begin()
	end()
""",
    "before the first clip": """
func _play() -> void:
	player.simulate_latency = true
	begin()
	for frame in 5:
		await process_frame
	end()
""",
    "in a generation": """
func _play() -> void:
	begin()
	await player.clip_started
	player.simulate_latency = true
	player.react({"tool": "feather"})
	await process_frame
	await process_frame
	end()
""",
    "while a clip is opened": """
func _play() -> void:
	begin()
	await player.clip_started
	player.request({"expression": "happy"})
	await player.clip_started
	player.interpolation = NpcVideoPlayer.INTERPOLATION_MOTION
	player.request({"expression": "neutral"})
	end()
""",
    "while one clip fades into another": """
func _play() -> void:
	player.crossfade = 2.0
	begin()
	await player.clip_started
	await process_frame
	end()
""",
    "with a texture": """
func _play() -> void:
	begin()
	var shown := TextureRect.new()
	root.add_child(shown)
	shown.texture = player.get_video_texture()
	await player.clip_started
	await process_frame
	end()
""",
    "with an overlay, and touched by nobody": """
func _play() -> void:
	player.overlay = true
	player.simulated_input = true
	begin()
	await player.clip_started
	end()
""",
    "after a clip that was played once": """
func _play() -> void:
	player.loop = false
	begin()
	await player.clip_finished
	end()
""",
    "while paused": """
func _play() -> void:
	begin()
	await player.clip_started
	paused = true
	player.react({"tool": "feather"})
	await process_frame
	end()
""",
    "when what made clips was freed in the middle": """
class Maker:
	extends Node
	var has_begun := false
	func make(_request: Dictionary) -> PackedByteArray:
		has_begun = true
		await get_tree().create_timer(600.0).timeout
		return PackedByteArray()

func _play() -> void:
	var maker := Maker.new()
	root.add_child(maker)
	begin()
	player.set_generator(maker.make)
	player.react({"tool": "feather"})
	while not maker.has_begun:
		await process_frame
	maker.free()
	await player.generation_failed
	end()
""",
    "with clips to be written": """
func _play() -> void:
	player.cache_folder = "user://quit_%d" % OS.get_process_id()
	begin()
	await player.clip_started
	end()
""",
}


@pytest.mark.parametrize("case", CASES)
def test_the_game_ends(tmp_path: Path, case: str) -> None:
    play(tmp_path, MAIN + CASES[case], windowed=True, verbose=True)
