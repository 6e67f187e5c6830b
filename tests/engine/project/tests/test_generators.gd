extends "game_test.gd"
## Functions of a game as generators, as a game writes them.

const SIDE := 64


class Studio:
	extends SubViewport

	var puppet := ColorRect.new()
	var running := 0

	func _ready() -> void:
		size = Vector2i(SIDE, SIDE)
		render_target_update_mode = UPDATE_ALWAYS
		puppet.size = size
		add_child(puppet)

	func film(request: Dictionary) -> Array[Image]:
		running += 1
		var frames: Array[Image] = []
		for index in request.frame_count:
			puppet.color = Color(1.0, float(index) / request.frame_count, 0.0)
			await RenderingServer.frame_post_draw
			frames.append(get_texture().get_image())
		running -= 1
		return frames


var _running := 0
var _requests: Array[Dictionary] = []
var _reasons: Array[String] = []
var _started: Array[Dictionary] = []


func _player(test: Node, generator: Callable) -> NpcVideoPlayer:
	var player := NpcVideoPlayer.new()
	player.npc_name = "Ember"
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.predictive = false
	player.size = Vector2(SIDE, SIDE)
	player.generation_failed.connect(func(reason: String) -> void: _reasons.append(reason))
	player.clip_started.connect(func(info: Dictionary) -> void: _started.append(info))
	player.set_generator(generator)
	test.add_child(player)
	return player


func _more() -> String:
	return "; failed: %s" % [_reasons]


func _pictures(request: Dictionary) -> Array[Image]:
	_requests.append(request)
	var made: Array[Image] = []
	for index in request.frame_count:
		var image := Image.create_empty(SIDE, SIDE, false, Image.FORMAT_RGBA8)
		image.fill(Color.from_hsv(float(index) / request.frame_count, 1.0, 1.0))
		made.append(image)
	return made


func _slow_pictures(request: Dictionary) -> Array[Image]:
	_running += 1
	for frame in 5:
		await (Engine.get_main_loop() as SceneTree).process_frame
	_running -= 1
	return _pictures(request)


func _shows(expression: String) -> Callable:
	return func() -> bool: return _started.any(
		func(info: Dictionary) -> bool: return info.expression == expression
	)


## The engine leaks what a function holds that still awaits something when its object or the game ends.
func _leave(test: Node, player: NpcVideoPlayer, running: Callable) -> void:
	player.free()
	await _until(test, func() -> bool: return running.call() == 0)


func test_a_function_makes_the_clips(test: Node) -> void:
	var player := _player(test, _pictures)
	player.request({"expression": "happy", "intensity": 0.8, "prompt": "a smile", "seed": 7})
	await _until(test, _shows("happy"))
	var info := _started[-1]
	_expect(info.width == SIDE and info.fps == 8.0, "as large as its Images, at the preset's rate")
	_expect(info.duration == 3.0, "as long as asked for: %s" % info.duration)
	var request: Dictionary = _requests.filter(
		func(each: Dictionary) -> bool: return each.expression == "happy"
	)[0]
	_expect(request.intensity == 0.8, "what it shows")
	_expect(request.prompt.contains("a smile") and request.seed == 7, "%s" % request)
	_expect(request.preset == "realtime" and request.frame_count == 24, "how it is to be")
	_expect(request.width == 256 and request.height == 256 and request.fps == 8, "its size")
	_expect(request.seconds == 3.0, "its length")
	_expect(request.deadline > 0.0 and request.deadline <= player.max_wait, "when it is late")
	_expect(_reasons.is_empty(), "%s" % [_reasons])


func test_it_counts_at_once_for_what_is_shown(test: Node) -> void:
	var player := _player(test, Callable())
	await _until(test, _shows("neutral"))
	player.set_generator(_pictures)
	await _until(test, func() -> bool: return _started[-1].width == SIDE)


func test_a_function_may_await(test: Node) -> void:
	var player := _player(test, _slow_pictures)
	player.request({"expression": "happy"})
	await _until(test, _shows("happy"))
	_expect(_started[-1].width == SIDE, "its Images")
	await _leave(test, player, func() -> int: return _running)


func test_a_lambda_makes_the_clips(test: Node) -> void:
	var calls := [0]
	var player := _player(
		test,
		func(request: Dictionary) -> Array[Image]:
			calls[0] += 1
			return await _slow_pictures(request)
	)
	player.request({"expression": "sad"})
	await _until(test, _shows("sad"))
	_expect(calls[0] > 0, "it was called")
	await _leave(test, player, func() -> int: return _running)


func test_an_empty_callable_goes_back_to_the_backend(test: Node) -> void:
	var player := _player(test, _pictures)
	player.request({"expression": "happy"})
	await _until(test, _shows("happy"))
	player.set_generator(Callable())
	var before := _requests.size()
	player.request({"expression": "sad"})
	await _until(test, _shows("sad"))
	_expect(_started[-1].width == 256 and _requests.size() == before, "drawn by the embedded one")


func test_players_with_the_same_function_share_clips(test: Node) -> void:
	var first := _player(test, _pictures)
	first.request({"expression": "happy"})
	await _until(test, _shows("happy"))
	var before := _requests.size()
	var second := _player(test, _pictures)
	second.request({"expression": "happy"})
	_expect(second.get_stats().fallback_counts.get("exact", 0) >= 1, "it is there")
	_expect(_requests.size() == before, "made once")


func test_a_freed_object_is_told(test: EngineTest) -> void:
	test.expect_error("set_generator: the function is of an object that was freed")
	var keeper := Node.new()
	var gone := keeper.get_path
	keeper.free()
	_player(test, gone)
	_expect(_reasons.is_empty(), "%s" % [_reasons])
	await _until(test, func() -> bool: return not _started.is_empty())
	_expect(_started[-1].width == 256, "clips come from where they came from before")


func test_a_viewport_is_filmed(test: Node) -> void:
	var studio := Studio.new()
	test.add_child(studio)
	var player := _player(test, studio.film)
	player.request({"expression": "happy"})
	await _until(test, _shows("happy"))
	_expect(_started[-1].width == SIDE, "of its size")
	await _leave(test, player, func() -> int: return studio.running)
