extends "game_test.gd"
## Dictionaries that nobody could write down: nested very deep, or in themselves.

const DEEP := 500


func _deep() -> Dictionary:
	var made := {"tool": "hand"}
	for level in DEEP:
		made = {"tool": "hand", "inside": [made]}
	return made


func _player(test: Node) -> NpcVideoPlayer:
	var player := NpcVideoPlayer.new()
	player.size = Vector2(64, 64)
	test.add_child(player)
	return player


func test_they_are_refused_with_one_line_each(test: Node) -> void:
	test.expect_error("contains itself, or others that are nested too deep")
	var player := _player(test)
	var untyped: Variant = player
	var in_itself := {"tool": "hand"}
	in_itself["inside"] = in_itself
	var in_a_list := {"tool": []}
	in_a_list.tool.append(in_a_list)
	var ear := Ear.new()
	for wrong: Dictionary in [_deep(), in_itself, in_a_list]:
		OS.add_logger(ear)
		_expect(not player.react(wrong), "it reacts")
		OS.remove_logger(ear)
		for name: StringName in [&"react", &"request", &"hint_next"]:
			var answer: Variant = untyped.call(name, wrong)
			_expect(answer is bool and answer == false, "%s answers %s" % [name, answer])
	_expect(ear.errors.size() == 3, "not one error each: %s" % [ear.errors])
	_expect(ear.errors.all(func(text: String) -> bool: return text.count("\n") == 0), "lines")
	_expect("react" in ear.errors[0], "no name: %s" % [ear.errors])
	in_itself.clear()
	in_a_list.clear()
	_expect(player.react({"tool": "hand"}), "it does not react any more")


func test_one_that_is_only_deep_is_an_error_as_any_wrong_one(test: EngineTest) -> void:
	test.expect_error("react: zone: must be text")
	var player := _player(test)
	var reasons: Array[String] = []
	player.generation_failed.connect(func(reason: String) -> void: reasons.append(reason))
	var made := {}
	for level in 50:
		made = {"inside": made}
	_expect(not player.react({"tool": "hand", "zone": made}), "it reacts")
	_expect(reasons.is_empty(), "no clip has failed: %s" % [reasons])
