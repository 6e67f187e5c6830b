extends "game_test.gd"
## What handlers of a player's signals do to the very player that calls them.

const ACTIONS: Array[StringName] = [
	&"queue_free", &"reparent", &"leave", &"react", &"request", &"cancel",
	&"clear_cache", &"pregenerate", &"hint", &"set_generator", &"change", &"picture", &"stats",
]


## One player, whose handler does one thing when it is called first.
class Victim:
	extends RefCounted
	var player: NpcVideoPlayer
	var action: StringName
	var elsewhere: Node
	var calls := 0

	func hear(_told: Variant = null) -> void:
		calls += 1
		if calls > 1:
			return
		match action:
			&"queue_free": player.queue_free()
			&"reparent": player.reparent(elsewhere)
			&"leave": player.get_parent().remove_child(player)
			&"react": player.react({"tool": "feather", "zone": "cheek"})
			&"request": player.request({"expression": "sad", "emotion": "sad"})
			&"cancel": player.cancel()
			&"clear_cache": player.clear_cache()
			&"pregenerate": player.pregenerate_common_states()
			&"hint": player.hint_next({"expression": "sad"})
			&"set_generator": player.set_generator(Callable())
			&"change":
				player.preset = NpcVideoPlayer.QUALITY_REALTIME
				player.npc_name = "Somebody else"
			&"picture": player.get_video_texture()
			&"stats": player.get_stats()


func _victims(test: Node, heard: StringName, settings: Dictionary) -> Array[Victim]:
	var victims: Array[Victim] = []
	for action in ACTIONS:
		var victim := Victim.new()
		victim.action = action
		victim.elsewhere = Node.new()
		test.add_child(victim.elsewhere)
		victim.player = NpcVideoPlayer.new()
		victim.player.npc_name = heard  # of one NPC: each clip is made once for all of them
		victim.player.preset = NpcVideoPlayer.QUALITY_REALTIME
		victim.player.size = Vector2(64, 64)
		for setting: String in settings:
			victim.player.set(setting, settings[setting])
		test.add_child(victim.player)
		victim.player.connect(heard, victim.hear)
		victims.append(victim)
	return victims


## All handlers do what they do, and players that are still there go on as any other.
func _play(test: Node, heard: StringName, settings := {}, begin := Callable()) -> void:
	var victims := _victims(test, heard, settings)
	for victim in victims:
		if begin.is_valid():
			begin.call(victim.player)
		else:
			victim.player.react({"tool": "hand"})
	for victim in victims:
		if not await _comes_true(test, func() -> bool: return victim.calls > 0):
			push_error("%s was not told to who does %s" % [heard, victim.action])
	for frame in 5:
		await test.get_tree().process_frame
	for victim in victims:
		var is_gone := victim.action == &"queue_free"
		if is_instance_valid(victim.player) == is_gone:
			push_error("%s in %s left it %s" % [victim.action, heard, "there" if is_gone else "gone"])
		if not is_instance_valid(victim.player):
			continue
		if not victim.player.is_inside_tree():
			test.add_child(victim.player)
		victim.player.cache_size = 50
		if not victim.player.request({"expression": "pleased"}):
			push_error("after %s in %s it shows nothing" % [victim.action, heard])
		victim.player.free()


func test_reaction_started(test: Node) -> void:
	await _play(test, &"reaction_started")


func test_fallback_shown(test: Node) -> void:
	await _play(test, &"fallback_shown")


func test_generation_progress(test: Node) -> void:
	await _play(test, &"generation_progress", {"simulate_latency": true})


func test_clip_started(test: Node) -> void:
	await _play(test, &"clip_started")


func test_clip_looped(test: Node) -> void:
	await _play(test, &"clip_looped")


func test_clip_finished(test: Node) -> void:
	await _play(test, &"clip_finished", {"loop": false})


## The better clip comes when all have seen the first: before that it would begin in its place.
func test_quality_upgraded(test: Node) -> void:
	var seen: Dictionary[NpcVideoPlayer, bool] = {}
	var tree := test.get_tree()  # what is still made ahead may be asked for when the test is over
	var generator := func(request: Dictionary) -> Array[Image]:
		while request.preset != "realtime" and seen.size() < ACTIONS.size():
			await tree.process_frame
		var frames: Array[Image] = []
		frames.resize(request.frame_count)
		frames.fill(Image.create(request.width, request.height, false, Image.FORMAT_RGB8))
		return frames
	var settings := {"preset": NpcVideoPlayer.QUALITY_FAST}
	await _play(test, &"quality_upgraded", settings, func(player: NpcVideoPlayer) -> void:
		player.set_generator(generator)
		player.clip_started.connect(func(_clip: Dictionary) -> void: seen[player] = true)
		player.react({"tool": "hand"})
	)


func test_generation_failed_of_a_wrong_setting(test: Node) -> void:
	await _play(
		test, &"generation_failed", {}, func(player: NpcVideoPlayer) -> void: player.cache_size = -1
	)


func test_generation_failed_of_a_generator(test: Node) -> void:
	var fail := func(_request: Dictionary) -> int: return 5
	await _play(test, &"generation_failed", {}, func(player: NpcVideoPlayer) -> void:
		player.set_generator(fail)
		player.request({"expression": "happy"})
	)
