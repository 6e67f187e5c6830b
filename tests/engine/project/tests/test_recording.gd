extends "game_test.gd"
## Records a session as a game in GDScript does.


func test_a_session_is_recorded(test: Node) -> void:
	var path := "user://gdscript.jsonl"
	DirAccess.remove_absolute(path)
	var ember := NpcVideoPlayer.new()
	ember.npc_name = "Ember"
	test.add_child(ember)
	_expect(ember.record_session(path), "it records")
	_expect(ember.react({"tool": "feather", "zone": "cheek", "pressure": 0.25}), "it reacts")
	ember.request({&"expression": &"sad"})
	_expect(ember.record_session(""), "it ends")
	await _until(test, func() -> bool: return _lines(path).size() == 3)
	var header: Dictionary = JSON.parse_string(_lines(path)[0])
	_expect(header.session == 1.0 and header.npc.name == "Ember", "the header")
	var touch: Dictionary = JSON.parse_string(_lines(path)[1])
	_expect(touch.interaction.pressure == 0.25 and touch.interaction.zone == "cheek", "the touch")
	var asked: Dictionary = JSON.parse_string(_lines(path)[2])
	_expect(asked.request.expression == "sad", "the request")
	DirAccess.remove_absolute(path)
	ember.queue_free()


## The complete lines of the file.
func _lines(path: String) -> PackedStringArray:
	var text := FileAccess.get_file_as_string(path)
	return text.left(text.rfind("\n") + 1).split("\n", false)
