extends "game_test.gd"
## What a generator is prompted with, whoever asks for the clip.

const GRAPH := """{"npc":{"id":"mira","name":"Mira"},"videoGen":{"basePrompt":"a woman in a tea house"},
"interaction":{"responseCooldown":0},"responseGraph":{"nodes":[
{"id":"p","type":"input.pressure","data":{}},
{"id":"m","type":"response.expression","data":{"thresholds":{"0":"neutral","0.4":"happy","0.8":"angry"}}},
{"id":"out","type":"video.output","data":{}}],"connections":[
{"id":"a","from":"p","fromPort":"value","to":"m","toPort":"intensity"},
{"id":"b","from":"m","fromPort":"expression","to":"out","toPort":"expression"},
{"id":"c","from":"p","fromPort":"value","to":"out","toPort":"intensity"}]}}"""

var _asked: Array[Dictionary] = []
var _started: Array[Dictionary] = []


func _make(request: Dictionary) -> Array[Image]:
	_asked.append(request)
	return [Image.create_empty(request.width, request.height, false, Image.FORMAT_RGB8)]


func _player(test: Node, base_prompt := "") -> NpcVideoPlayer:
	var player := NpcVideoPlayer.new()
	player.profile = NpcProfile.new()
	player.profile.npc_name = "Mira"
	player.profile.base_prompt = base_prompt
	player.profile.negative_prompt = "rain"
	player.profile.seed_policy = "reaction"
	player.profile.graph = NpcResponseGraph.new()
	player.profile.graph.json = GRAPH
	player.profile.cooldown = 0.0
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.predictive = false
	player.progressive = false
	player.size = Vector2(64, 64)
	player.set_generator(_make)
	player.clip_started.connect(func(info: Dictionary) -> void: _started.append(info))
	test.add_child(player)
	return player


func _prompt(expression: String, base := "a woman in a tea house") -> String:
	return "%s, %s expression, neutral mood" % [base, expression]


func _more() -> String:
	var asked := _asked.map(
		func(one: Dictionary) -> String: return "%s (%.2f)" % [one.prompt, one.intensity]
	)
	return "; asked: %s, started: %d" % [asked, _started.size()]


## The next clip that is asked for.
func _next(test: Node, before: int) -> Dictionary:
	await _until(test, func() -> bool: return _asked.size() > before)
	return _asked[before]


func test_every_clip_is_prompted_as_a_reaction(test: Node) -> void:
	var player := _player(test)
	var opening := await _next(test, 0)
	_expect(opening.prompt == _prompt("neutral"), "the opening: %s" % [opening])
	_expect(opening.negative_prompt == "rain", "and what is not to be seen: %s" % [opening])
	player.request({"expression": "sad"})
	var sad := await _next(test, 1)
	_expect(sad.prompt == _prompt("sad"), "a request: %s" % [sad])
	player.request({"expression": "sad", "prompt": "in tears"})
	var crying := await _next(test, 2)
	_expect(crying.prompt == "a woman in a tea house, in tears", "with words: %s" % [crying])
	_expect(crying.seed == sad.seed, "of one look: %s, %s" % [crying, sad])


func test_what_was_requested_is_there_for_the_reaction(test: Node) -> void:
	var player := _player(test)
	await _until(test, func() -> bool: return _started.size() == 1)
	player.request({"expression": "angry", "intensity": 0.9})
	await _until(test, func() -> bool: return _started.size() == 2)
	_expect(player.react({"tool": "hand", "pressure": 0.91}), "a reaction")
	await _until(test, func() -> bool: return _started.size() == 3)
	_expect(_asked.size() == 2, "not made again%s" % _more())
	_expect(_started[2].prompt == _prompt("angry"), "it was asked for so: %s" % [_started[2]])
	player.react({"tool": "hand", "pressure": 0.5})
	var happy := await _next(test, 2)
	_expect(happy.prompt == _prompt("happy"), "another prompt: %s" % [happy])


func test_what_is_hinted_at_is_there_for_the_reaction(test: Node) -> void:
	var player := _player(test)
	player.predictive = true
	await _until(test, func() -> bool: return _started.size() == 1)
	player.hint_next({"expression": "happy", "intensity": 0.5})
	await _until(
		test,
		func() -> bool:
			return _asked.any(func(one: Dictionary) -> bool: return one.prompt == _prompt("happy"))
	)
	_expect(player.react({"tool": "hand", "pressure": 0.5}), "a reaction")
	await _until(test, func() -> bool: return _started.size() == 2)
	var made := _asked.filter(
		func(one: Dictionary) -> bool: return one.expression == "happy" and one.intensity == 0.5
	)
	_expect(made.size() == 1, "made once%s" % _more())


func test_common_states_are_prompted_as_reactions(test: Node) -> void:
	var player := _player(test, "a fox")
	await _until(test, func() -> bool: return _started.size() == 1)
	player.pregenerate_common_states()
	for word: String in ["neutral", "happy", "angry"]:
		await _until(
			test,
			func() -> bool:
				return _asked.any(
					func(one: Dictionary) -> bool:
						return one.expression == word and one.intensity != 0.5
				)
		)
	for one in _asked:
		_expect(one.prompt == _prompt(one.expression, "a fox"), "prompted so: %s" % [one])
	var angry: Dictionary = _asked.filter(
		func(one: Dictionary) -> bool: return one.expression == "angry"
	)[0]
	_expect(player.react({"tool": "hand", "pressure": angry.intensity}), "a reaction")
	await _until(test, func() -> bool: return _started.size() == 2)
	_expect(_started[1].expression == "angry", "the reaction: %s" % [_started[1]])
	var made := _asked.filter(
		func(one: Dictionary) -> bool:
			return one.expression == "angry" and one.intensity == angry.intensity
	)
	_expect(made.size() == 1, "it was there%s" % _more())


func test_a_profile_can_leave_the_prompt_out(test: Node) -> void:
	var player := _player(test)
	player.profile.prompt_in_key = false
	await _until(test, func() -> bool: return not _started.is_empty())
	player.request({"expression": "sad", "prompt": "in tears"})
	await _until(test, func() -> bool: return _started.size() == 2)
	var before := _asked.size()
	player.request({"expression": "sad", "prompt": "at dusk"})
	await _until(test, func() -> bool: return _started.size() == 3)
	_expect(_asked.size() == before, "one clip for both%s" % _more())
