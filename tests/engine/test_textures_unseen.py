"""Textures of players in an engine that draws nothing, as on a server or in a game's own tests."""

from pathlib import Path

import pytest

from tests.harness.games import play

MAIN = """
extends SceneTree

const MIPMAPS := %s

func _initialize() -> void:
	_play()

func come_and_go() -> void:
	var player := NpcVideoPlayer.new()
	player.npc_name = "Pim"
	player.size = Vector2(64, 64)
	root.add_child(player)
	var sprite := Sprite3D.new()
	sprite.texture = player.get_video_texture(MIPMAPS)
	root.add_child(sprite)
	player.shown_on = player.get_path_to(sprite)
	for frame in 5:
		await process_frame
	player.free()
	sprite.free()
	for frame in 5:
		await process_frame

func _play() -> void:
	await process_frame
	await come_and_go()
	var before := Performance.get_monitor(Performance.OBJECT_COUNT)
	for turn in 4:
		await come_and_go()
	print("More: ", Performance.get_monitor(Performance.OBJECT_COUNT) - before)
	print("Orphans: ", Performance.get_monitor(Performance.OBJECT_ORPHAN_NODE_COUNT))
	print("@end")
	quit(0)
"""


@pytest.mark.parametrize("mipmaps", ["true", "false"])
def test_go_with_their_player_and_sprite(mipmaps: str, tmp_path: Path) -> None:
    out = play(tmp_path, MAIN % mipmaps).log
    assert "More: 0.0" in out
    assert "Orphans: 0.0" in out
