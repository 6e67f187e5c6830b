extends "game_test.gd"
## What players say to other threads than the main one.

const METHODS: Dictionary[StringName, Array] = {
	&"react": [{"tool": "hand"}], &"request": [{"expression": "happy"}], &"cancel": [],
	&"hint_next": [{"expression": "happy"}], &"set_generator": [Callable()],
	&"idle": [], &"cutscene": [true],
	&"pregenerate_common_states": [], &"clear_cache": [], &"get_playback_position": [],
	&"get_length": [], &"get_video_texture": [],
}
const ANSWERS: Dictionary[StringName, Variant] = {
	&"react": false, &"request": false, &"hint_next": false, &"get_playback_position": 0.0,
	&"get_length": 0.0,
}


func _player(test: Node) -> NpcVideoPlayer:
	var player := NpcVideoPlayer.new()
	player.size = Vector2(64, 64)
	test.add_child(player)
	return player


func _answers_in_pool(player: NpcVideoPlayer, name: StringName) -> Variant:
	var answers := []
	var task := WorkerThreadPool.add_task(
		func() -> void: answers.append(player.callv(name, METHODS[name]))
	)
	WorkerThreadPool.wait_for_task_completion(task)
	return answers[0]


func test_who_calls_from_another_thread_is_told_what_to_do(test: Node) -> void:
	var player := _player(test)
	var reactions := []
	player.reaction_started.connect(func(params: Dictionary) -> void: reactions.append(params))
	var ear := Ear.new()
	OS.add_logger(ear)
	for name in METHODS:
		test.expect_error("NpcVideoPlayer.%s was called from another thread" % name)
		for turn in 2:
			var answer: Variant = _answers_in_pool(player, name)
			_expect(answer == ANSWERS.get(name), "%s answered %s" % [name, answer])
	var thread := Thread.new()
	thread.start(func() -> bool: return player.react({"tool": "hand"}))
	_expect(not thread.wait_to_finish(), "a Thread made it react")
	OS.remove_logger(ear)
	_expect(ear.errors.size() == METHODS.size(), "it was not told once for each: %s" % [ear.errors])
	_expect(reactions.is_empty(), "it reacted")
	_expect(player.react({"tool": "hand"}), "it does not react to the main thread either")


func test_a_deferred_call_of_another_thread_is_answered(test: Node) -> void:
	var player := _player(test)
	var reactions := []
	player.reaction_started.connect(func(params: Dictionary) -> void: reactions.append(params))
	var task := WorkerThreadPool.add_task(player.react.call_deferred.bind({"tool": "hand"}))
	WorkerThreadPool.wait_for_task_completion(task)
	await _until(test, func() -> bool: return reactions.size() == 1)


## As any node: what is in no scene yet belongs to who makes it.
func test_a_player_may_be_made_in_another_thread(test: Node) -> void:
	var made: Array[NpcVideoPlayer] = []
	var task := WorkerThreadPool.add_task(func() -> void:
		var player := NpcVideoPlayer.new()
		player.npc_name = "Moss"
		player.size = Vector2(64, 64)
		player.set_generator(func(_request: Dictionary) -> PackedByteArray: return PackedByteArray())
		made.append(player)
	)
	WorkerThreadPool.wait_for_task_completion(task)
	test.add_child(made[0])
	_expect(made[0].react({"tool": "hand"}), "it does not react")


func test_numbers_are_told_to_all_threads(test: Node) -> void:
	var player := _player(test)
	var told := []
	var task := WorkerThreadPool.add_task(func() -> void:
		for turn in 200:
			told.append(player.get_stats())
	)
	while not WorkerThreadPool.is_task_completed(task):
		player.react({"tool": "hand"})
		player.request({"expression": "sad"})
		await test.get_tree().process_frame
	WorkerThreadPool.wait_for_task_completion(task)
	_expect(told.size() == 200, "it told %d" % told.size())
	for stats: Dictionary in told:
		_expect("hit_rate" in stats and "timeline" in stats, "it told %s" % [stats])


# ---- Properties ----

## Sets properties in another thread to what they are, which is refused as well as anything else.
func _set_in_pool(object: Object, values: Dictionary) -> void:
	var task := WorkerThreadPool.add_task(
		func() -> void:
			for name: StringName in values:
				object.set(name, values[name])
	)
	WorkerThreadPool.wait_for_task_completion(task)


func _own_properties(of_class: StringName) -> PackedStringArray:
	var names := PackedStringArray()
	for property in ClassDB.class_get_property_list(of_class, true):
		if property.usage & (PROPERTY_USAGE_STORAGE | PROPERTY_USAGE_EDITOR):
			names.append(property.name)
	return names


func test_every_property_of_what_is_in_the_scene_refuses_other_threads(test: Node) -> void:
	var ear := Ear.new()
	OS.add_logger(ear)
	var count := 0
	for object: Node in [
		_player(test), NpcInteractionZone.new(), NpcInteractionZone2D.new(),
		NpcInteractionZone3D.new(),
	]:
		if not object.is_inside_tree():
			test.add_child(object)
		var names := _own_properties(object.get_class())
		_expect(names.size() > 3, "%s has only %s" % [object.get_class(), names])
		var values := {}
		for name in names:
			count += 1
			values[name] = object.get(name)
			test.expect_error(
				"%s.%s was set from another thread: set it from the main thread"
				% [object.get_class(), name] + " (`set_deferred(\"%s\", …)`)." % name
			)
		for turn in 2:
			_set_in_pool(object, values)
	OS.remove_logger(ear)
	_expect(ear.errors.size() == count, "%d were to be told, but %s" % [count, ear.errors])


func test_what_another_thread_sets_changes_nothing(test: Node) -> void:
	var player := _player(test)
	var zone := NpcInteractionZone.new()
	player.add_child(zone)
	var of_player := {
		&"npc_name": "Moss", &"volume_db": -6.0, &"texture_size": Vector2i(8, 8), &"tool": "brush",
		&"profile": NpcProfile.new(),
	}
	var of_zone := {&"zone": "cheek", &"tool": "brush", &"interval": 2.0}
	for pair: Array in [[player, of_player], [zone, of_zone]]:
		var object: Node = pair[0]
		var before := {}
		for name: StringName in pair[1]:
			before[name] = object.get(name)
		_set_in_pool(object, pair[1])
		for name: StringName in pair[1]:
			_expect(object.get(name) == before[name], "%s was set" % name)


func test_what_another_thread_sets_deferred_counts(test: Node) -> void:
	var player := _player(test)
	var task := WorkerThreadPool.add_task(player.set_deferred.bind(&"npc_name", "Moss"))
	WorkerThreadPool.wait_for_task_completion(task)
	await _until(test, func() -> bool: return player.npc_name == "Moss")


func test_properties_are_read_by_all_threads(test: Node) -> void:
	var player := _player(test)
	var read := []
	var task := WorkerThreadPool.add_task(func() -> void: read.append(player.preset))
	WorkerThreadPool.wait_for_task_completion(task)
	_expect(read == [player.preset], "it read %s" % [read])


func test_resources_of_a_player_in_the_scene_refuse_other_threads(test: Node) -> void:
	var player := _player(test)
	var profile := NpcProfile.new()
	profile.graph = NpcResponseGraph.from_template("mood_meter")
	player.profile = profile
	var host := NpcProceduralBackend.new()
	var inner := NpcBackendPool.new()
	inner.hosts = [host]
	var outer := NpcBackendPool.new()
	outer.hosts = [inner]
	player.backend = outer
	for pair: Array in [
		[profile, &"npc_name", "Moss"], [profile.graph, &"json", ""],
		[profile.graph, &"template", "guard"], [host, &"simulate_latency", true],
		[inner, &"hedge", true], [outer, &"in_exported_games", false],
	]:
		var resource: Resource = pair[0]
		var before: Variant = resource.get(pair[1])
		test.expect_error("%s.%s was set from another thread" % [resource.get_class(), pair[1]])
		_set_in_pool(resource, {pair[1]: pair[2]})
		_expect(resource.get(pair[1]) == before, "%s was set" % pair[1])
	test.expect_error("NpcResponseGraph.load_json was called from another thread")
	var told := []
	var text: String = NpcResponseGraph.from_template("guard").to_json()
	var task := WorkerThreadPool.add_task(func() -> void: told.append(profile.graph.load_json(text)))
	WorkerThreadPool.wait_for_task_completion(task)
	_expect(told[0] == ERR_BUSY, "it says that it was loaded")
	_expect(profile.graph.template == "mood_meter", "it is %s" % profile.graph.template)


## As games do that make their NPCs while a scene is loaded.
func test_what_is_in_no_scene_is_set_in_any_thread(test: Node) -> void:
	var player := NpcVideoPlayer.new()
	var profile := NpcProfile.new()
	player.profile = profile
	var pool := NpcBackendPool.new()
	var host := NpcProceduralBackend.new()
	pool.hosts = [host]
	_set_in_pool(profile, {&"npc_name": "Lichen"})
	_set_in_pool(host, {&"simulate_latency": true})
	_set_in_pool(player, {&"npc_id": "lichen", &"backend": pool})
	_expect(profile.npc_name == "Lichen" and host.simulate_latency, "a resource was not set")
	_expect(player.npc_id == "lichen" and player.backend == pool, "the player was not set")
	test.add_child(player)
	_expect(player.react({"tool": "hand"}), "it does not react")
