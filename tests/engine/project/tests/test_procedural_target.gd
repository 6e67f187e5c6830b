extends "game_test.gd"
## A sprite of the game's as `procedural_target`, beside a generator of the game's own.

const SIDE := 64
const MIDDLE := Vector2i(32, 32)

var _is_held := true
var _kinds: Array[String] = []
var _is_started := false


func _film(request: Dictionary) -> Array[Image]:
	while _is_held:
		await (Engine.get_main_loop() as SceneTree).process_frame
	var made: Array[Image] = []
	for index in request.frame_count:
		var image := Image.create_empty(SIDE, SIDE, false, Image.FORMAT_RGB8)
		image.fill(Color.BLUE)
		made.append(image)
	return made


func _sprite(colour: Color) -> AnimatedSprite2D:
	var image := Image.create_empty(SIDE / 2, SIDE / 2, false, Image.FORMAT_RGB8)
	image.fill(colour)
	var frames := SpriteFrames.new()
	frames.add_animation("idle")
	frames.add_frame("idle", ImageTexture.create_from_image(image))
	var sprite := AnimatedSprite2D.new()
	sprite.sprite_frames = frames
	sprite.position = MIDDLE
	return sprite


## With a sprite that has another on top, as a hat.
func _player(test: Node, fallback: NpcVideoPlayer.Fallback) -> NpcVideoPlayer:
	var sprite := _sprite(Color.RED)
	sprite.name = "Sprite"
	var hat := _sprite(Color.RED)
	hat.play("idle")
	hat.position = Vector2.ZERO
	sprite.add_child(hat)
	var player := NpcVideoPlayer.new()
	player.npc_name = "Mira"
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.predictive = false
	player.size = Vector2(SIDE, SIDE)
	player.crossfade = 0.0
	player.progress_ring = false
	player.fallback = fallback
	player.procedural_target = NodePath("Sprite")
	player.add_child(sprite)
	player.fallback_shown.connect(func(kind: String) -> void: _kinds.append(kind))
	player.clip_started.connect(func(_info: Dictionary) -> void: _is_started = true)
	player.set_generator(_film)
	test.add_child(player)
	return player


func _seen(test: Node) -> Color:
	return test.get_viewport().get_texture().get_image().get_pixelv(MIDDLE)


func _is_red(test: Node) -> bool:
	return _seen(test).is_equal_approx(Color.RED)


func _frames(test: Node, count: int) -> void:
	for _frame in count:
		await test.get_tree().process_frame


func test_a_target_is_hidden_under_a_placeholder_and_a_clip(test: Node) -> void:
	var player := _player(test, NpcVideoPlayer.FALLBACK_PLACEHOLDER)
	player.react({"tool": "hand"})
	await _frames(test, 3)
	_expect(_kinds.has("placeholder") and not _is_red(test), "the placeholder is what is shown")
	_expect(not player.get_node("Sprite").is_visible_in_tree(), "hidden")
	_is_held = false
	await _until(test, func() -> bool: return _is_started)
	await _frames(test, 3)
	_expect(_seen(test).b > 0.8 and _seen(test).r < 0.2, "the clip is what is shown")


func test_a_target_plays_for_a_generator_of_ones_own(test: Node) -> void:
	for fallback: NpcVideoPlayer.Fallback in [
		NpcVideoPlayer.FALLBACK_SIMILAR,
		NpcVideoPlayer.FALLBACK_FREEZE,
		NpcVideoPlayer.FALLBACK_PROCEDURAL,
	]:
		_is_held = true
		_is_started = false
		_kinds.clear()
		var player := _player(test, fallback)
		player.npc_id = "fallback %d" % fallback
		# That one keeps the present picture.
		var is_first := fallback != NpcVideoPlayer.FALLBACK_FREEZE
		player.react({"tool": "hand"})
		if is_first:
			_expect(_kinds.has("procedural"), player.npc_id)
			await _until(test, func() -> bool: return _is_red(test))
		_is_held = false
		await _until(test, func() -> bool: return _is_started)
		await _frames(test, 3)
		_expect(_seen(test).b > 0.8 and _seen(test).r < 0.2, "the clip, for " + player.npc_id)
		player.free()
		await _frames(test, 2)


func test_a_target_is_given_back_as_it_was(test: Node) -> void:
	var player := _player(test, NpcVideoPlayer.FALLBACK_PLACEHOLDER)
	var sprite: AnimatedSprite2D = player.get_node("Sprite")
	sprite.modulate.a = 0.5
	await _frames(test, 2)
	_expect(not sprite.visible, "hidden")
	player.procedural_target = NodePath()
	await _frames(test, 2)
	_expect(sprite.visible and is_equal_approx(sprite.modulate.a, 0.5), "no target any more")
	player.procedural_target = NodePath("Sprite")
	await _frames(test, 2)
	test.remove_child(player)
	_expect(sprite.visible, "its player is in no scene")
	player.free()


func test_a_target_may_be_freed_while_it_plays(test: Node) -> void:
	var player := _player(test, NpcVideoPlayer.FALLBACK_PROCEDURAL)
	player.react({"tool": "hand"})
	await _until(test, func() -> bool: return _is_red(test))
	player.get_node("Sprite").free()
	await _frames(test, 3)
	_expect(_seen(test).a > 0.0 and not _is_red(test), "the player shows what it has")
	player.react({"tool": "hand"})
	await _frames(test, 2)


func test_a_target_may_hold_its_player(test: Node) -> void:
	var player := _player(test, NpcVideoPlayer.FALLBACK_PLACEHOLDER)
	var sprite := _sprite(Color.RED)
	sprite.centered = false
	player.get_node("Sprite").free()
	test.remove_child(player)
	test.add_child(sprite)
	player.position = -MIDDLE
	sprite.add_child(player)
	player.procedural_target = NodePath("..")
	await _frames(test, 3)
	_expect(player.is_visible_in_tree() and not _is_red(test), "the placeholder is shown")
