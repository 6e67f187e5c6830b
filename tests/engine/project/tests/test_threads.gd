extends "game_test.gd"
## What players say to other threads than the main one.

const METHODS: Dictionary[StringName, Array] = {
	&"react": [{"tool": "hand"}], &"request": [{"expression": "happy"}], &"cancel": [],
	&"hint_next": [{"expression": "happy"}], &"set_generator": [Callable()],
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
