extends "game_test.gd"
## The node as a game meets it: react, and watch the signals.


func _player(test: Node, npc_name := "Ember") -> NpcVideoPlayer:
	var player := NpcVideoPlayer.new()
	player.npc_name = npc_name
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.fallback = NpcVideoPlayer.FALLBACK_PLACEHOLDER
	player.size = Vector2(256, 256)
	test.add_child(player)
	return player


func test_reacts_in_the_frame_of_the_interaction(test: Node) -> void:
	# Of one whom no other test has met, or the clip might be there.
	var player := _player(test, "A stranger")
	var heard: Array = []
	player.reaction_started.connect(func(params: Dictionary) -> void: heard.append(params.npc_name))
	player.fallback_shown.connect(func(kind: String) -> void: heard.append(kind))
	var answered := player.react({"tool": "feather", "zone": "cheek", "pressure": 0.8})
	_expect(answered, "react says that the NPC reacts")
	_expect(heard == ["A stranger", "placeholder"], "both signals come at once, not %s" % [heard])
	_expect(player.get_stats().first_reaction_frames[-1] == 0, "it is on screen in this frame")


func test_the_generated_clip_takes_over(test: Node) -> void:
	var player := _player(test)
	var started: Array = []
	player.clip_started.connect(func(info: Dictionary) -> void: started.append(info))
	var wanted: Array = []
	player.reaction_started.connect(func(params: Dictionary) -> void: wanted.append(params))
	player.react({"tool": "gift", "pressure": 0.5})
	await _until(
		test,
		func() -> bool: return started.any(
			func(info: Dictionary) -> bool: return info.expression == wanted[0].expression
		)
	)
	_expect(started[-1].preset == "realtime" and started[-1].width == 256, "in the wanted quality")
	await _until(test, func() -> bool: return player.get_stats().frames_shown > 10)


func test_a_clip_that_is_there_needs_no_fallback(test: Node) -> void:
	var player := _player(test)
	var started: Array = []
	var fallbacks: Array = []
	player.clip_started.connect(func(info: Dictionary) -> void: started.append(info.expression))
	player.request({"expression": "happy", "emotion": "happy"})
	await _until(test, func() -> bool: return "happy" in started)
	player.request({"expression": "sad", "emotion": "sad"})
	await _until(test, func() -> bool: return "sad" in started)
	player.fallback_shown.connect(func(kind: String) -> void: fallbacks.append(kind))
	started.clear()
	var hits: int = player.get_stats().fallback_counts.get("exact", 0)
	player.request({"expression": "happy", "emotion": "happy"})
	await _until(test, func() -> bool: return "happy" in started)
	_expect(fallbacks.is_empty(), "no fallback for a cached clip")
	_expect(player.get_stats().fallback_counts.exact == hits + 1, "counted as an exact hit")


func test_clips_loop(test: Node) -> void:
	var player := _player(test)
	var loops: Array = []
	player.clip_looped.connect(func() -> void: loops.append(1))
	player.request({"expression": "curious"})
	await _until(test, func() -> bool: return loops.size() >= 1)


func test_wrong_arguments_are_errors_and_change_nothing(test: EngineTest) -> void:
	var player := _player(test)
	test.expect_error("react: tool")
	test.expect_error("react: pressure")
	test.expect_error("react: zone")
	test.expect_error("request: 'colour' is unknown")
	var reasons: Array = []
	player.generation_failed.connect(func(reason: String) -> void: reasons.append(reason))
	_expect(not player.react({}), "no tool")
	_expect(not player.react({"tool": "feather", "pressure": 7.0}), "pressure out of range")
	_expect(not player.react({"tool": "feather", "zone": 5}), "a zone that is no text")
	_expect(not player.request({"colour": "red"}), "unknown parameter")
	_expect(reasons.is_empty(), "no clip has failed: %s" % [reasons])
	_expect(player.get_stats().reactions == 0, "and nothing is counted")


func test_cancel_keeps_the_picture_and_lets_no_clip_through(test: Node) -> void:
	var player := _player(test)
	var started: Array = []
	player.clip_started.connect(func(info: Dictionary) -> void: started.append(info.expression))
	player.request({"expression": "angry", "intensity": 0.9})
	player.cancel()
	player.request({"expression": "happy", "intensity": 0.9})
	await _until(test, func() -> bool: return "happy" in started)
	_expect(not "angry" in started, "the cancelled clip is not shown")


func test_freed_in_the_middle_of_a_generation(test: Node) -> void:
	var player := _player(test)
	player.react({"tool": "treat"})
	await test.get_tree().process_frame
	player.free()
	for frame in 30:
		await test.get_tree().process_frame


func test_leaves_and_enters_the_tree_again(test: Node) -> void:
	var player := _player(test)
	var started: Array = []
	player.clip_started.connect(func(info: Dictionary) -> void: started.append(info.expression))
	player.request({"expression": "sleepy"})
	await _until(test, func() -> bool: return "sleepy" in started)
	test.remove_child(player)
	await test.get_tree().process_frame
	test.add_child(player)
	started.clear()
	player.request({"expression": "sleepy"})
	await _until(test, func() -> bool: return "sleepy" in started)


func test_two_players_share_clips(test: Node) -> void:
	var first := _player(test)
	var started: Array = []
	first.clip_started.connect(func(info: Dictionary) -> void: started.append(info.expression))
	first.request({"expression": "surprised"})
	await _until(test, func() -> bool: return "surprised" in started)
	var second := _player(test)
	second.request({"expression": "surprised"})
	_expect(second.get_stats().fallback_counts.get("exact", 0) >= 1, "the other player's clip is there")


func test_a_script_that_extends_the_node_keeps_its_events(test: Node) -> void:
	var script := GDScript.new()
	script.source_code = "\n".join([
		"extends NpcVideoPlayer",
		"var readied := false",
		"var frames := 0",
		"func _ready() -> void:",
		"	readied = true",
		"func _process(_delta: float) -> void:",
		"	frames += 1",
	])
	script.reload()
	var player: NpcVideoPlayer = script.new()
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.size = Vector2(64, 64)
	test.add_child(player)
	var started: Array = []
	player.clip_started.connect(func(info: Dictionary) -> void: started.append(info))
	player.react({"tool": "song"})
	await _until(test, func() -> bool: return started.size() > 0)
	_expect(player.readied and player.frames > 0, "the script's own methods are called too")


func test_a_scene_keeps_what_was_set(test: Node) -> void:
	var player := _player(test)
	player.crossfade = 1.25
	player.simulate_latency = true
	var scene := PackedScene.new()
	scene.pack(player)
	var copy: NpcVideoPlayer = scene.instantiate()
	_expect(copy.npc_name == "Ember", "texts")
	_expect(copy.preset == NpcVideoPlayer.QUALITY_REALTIME, "options")
	_expect(copy.crossfade == 1.25 and copy.simulate_latency, "numbers and switches")
	copy.free()


func test_outside_of_a_scene_it_says_what_to_do(test: EngineTest) -> void:
	test.expect_error("outside of a scene: add it to one first")
	var player := NpcVideoPlayer.new()
	var reasons: Array = []
	player.generation_failed.connect(func(reason: String) -> void: reasons.append(reason))
	_expect(not player.react({"tool": "feather"}), "react")
	_expect(not player.request({"expression": "happy"}), "request")
	_expect(reasons.is_empty(), "no clip has failed: %s" % [reasons])
	player.cancel()
	player.free()


func test_a_profile_says_who_reacts_and_how(test: Node) -> void:
	var profile := NpcProfile.new()
	profile.npc_name = "Juniper"
	profile.style = "watercolour"
	profile.graph = NpcResponseGraph.from_template("guard")
	var player := NpcVideoPlayer.new()
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.profile = profile
	player.size = Vector2(64, 64)
	var told: Array = []
	player.reaction_started.connect(func(params: Dictionary) -> void: told.append(params))
	test.add_child(player)
	player.request({"expression": "happy"})
	var started: Array = []
	player.clip_started.connect(func(info: Dictionary) -> void: started.append(info))
	await _until(test, func() -> bool: return started.size() > 0)
	_expect(started[0].npc_name == "Juniper" and started[0].style == "watercolour", "the profile is applied")
	profile.style = "ink"
	player.request({"expression": "happy"})
	started.clear()
	await _until(test, func() -> bool: return started.size() > 0)
	_expect(started[0].style == "ink", "what is changed counts at once")


func test_a_broken_graph_is_told_and_the_placeholder_stays(test: Node) -> void:
	var profile := NpcProfile.new()
	profile.npc_name = "Juniper"
	profile.graph = NpcResponseGraph.new()
	profile.graph.json = "{\"responseGraph\": {\"nodes\": 5}}"
	var player := NpcVideoPlayer.new()
	player.profile = profile
	var reasons: Array = []
	player.generation_failed.connect(func(reason: String) -> void: reasons.append(reason))
	test.add_child(player)
	_expect(reasons.size() == 1 and "nodes" in reasons[0], "told: %s" % [reasons])
	_expect(not player.react({"tool": "feather"}), "no reaction")
	_expect(not player.request({"expression": "happy"}), "no clip")


func test_hints_and_common_states_are_made_ahead(test: EngineTest) -> void:
	test.expect_error("hint_next: probability")
	test.expect_error("hint_next: 'colour' is unknown")
	var player := _player(test)
	_expect(player.hint_next({"expression": "shy"}, 0.9), "a hint is taken")
	_expect(not player.hint_next({"expression": "shy"}, 2.0), "not a wrong one")
	_expect(not player.hint_next({"colour": "red"}), "nor an unknown field")
	player.pregenerate_common_states()
	player.clear_cache()
