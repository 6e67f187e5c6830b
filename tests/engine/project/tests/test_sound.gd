extends "game_test.gd"
## Sound and speed as a game sets them.


func _player(test: Node) -> NpcVideoPlayer:
	var player := NpcVideoPlayer.new()
	player.npc_name = "Ember"
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.size = Vector2(64, 64)
	test.add_child(player)
	return player


func test_where_the_clip_is(test: Node) -> void:
	var player := _player(test)
	_expect(player.get_playback_position() == 0.0 and player.get_length() == 0.0, "no clip yet")
	var started: Array = []
	player.clip_started.connect(func(info: Dictionary) -> void: started.append(info))
	await _until(test, func() -> bool: return started.size() > 0)
	_expect(player.get_length() == started[-1].duration, "the length that was told")
	await _until(test, func() -> bool: return player.get_playback_position() > 0.5)
	player.speed_scale = 0.0
	await test.get_tree().process_frame
	var at: float = player.get_playback_position()
	for frame in 20:
		await test.get_tree().process_frame
	_expect(player.get_playback_position() == at, "it stands still")
	player.speed_scale = 4.0
	var loops: Array = [0]
	player.clip_looped.connect(func() -> void: loops[0] += 1)
	await _until(test, func() -> bool: return loops[0] >= 2)


func test_what_a_game_sets_while_it_reacts(test: Node) -> void:
	var player := _player(test)
	var voice := AudioStreamPlayer3D.new()
	test.add_child(voice)
	for step in 12:
		player.react({"tool": "feather", "zone": "cheek", "pressure": 0.05 * step})
		player.volume_db = -6.0 * step
		player.mute = step % 3 == 0
		player.speed_scale = 0.5 * (step % 4)
		player.audio_player = player.get_path_to(voice) if step % 2 else NodePath()
		for frame in 3:
			await test.get_tree().process_frame
	voice.free()
	for frame in 5:
		await test.get_tree().process_frame
	_expect(player.volume_db == -66.0 and not player.mute, "as it was set")


func test_a_scene_keeps_how_it_sounds(test: Node) -> void:
	var player := _player(test)
	player.volume_db = -3.5
	player.mute = true
	player.speed_scale = 0.25
	player.audio_player = ^"../Voice"
	var scene := PackedScene.new()
	scene.pack(player)
	var copy: NpcVideoPlayer = scene.instantiate()
	_expect(copy.volume_db == -3.5 and copy.mute and copy.speed_scale == 0.25, "numbers")
	_expect(copy.audio_player == ^"../Voice", "the path")
	copy.free()


func test_a_texture_with_mipmaps(test: Node) -> void:
	var player := _player(test)
	var texture: Texture2D = player.get_video_texture(true)
	_expect(texture == player.get_video_texture(true), "it stays the same")
	await _until(
		test,
		func() -> bool:
			var image := texture.get_image()
			return image != null and image.has_mipmaps() and image.get_pixel(128, 128).a > 0.9
	)
