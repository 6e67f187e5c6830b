extends Node3D
## The tavern: chooses what to touch the guests with, and touches the nearest one by a key.

const TOOLS: Array[String] = ["hand", "treat", "song"]

var _tool := TOOLS[0]


func _ready() -> void:
	_choose(TOOLS[0])


func _unhandled_input(event: InputEvent) -> void:
	for tool in TOOLS:
		if event.is_action_pressed(tool):
			_choose(tool)
	if event.is_action_pressed("touch"):
		_touch_nearest()


func _choose(tool: String) -> void:
	_tool = tool
	# For mouse and fingers: all zones of all guests are in this group.
	get_tree().set_group("npc_interaction_zones", "tool", tool)
	var words: Array[String] = []
	for index in TOOLS.size():
		var text := "%d %s" % [index + 1, TOOLS[index]]
		words.append("[ %s ]" % text if TOOLS[index] == tool else text)
	%Tools.text = "    ".join(words)


func _touch_nearest() -> void:
	var nearest: Guest = null
	for guest: Guest in get_tree().get_nodes_in_group("guests"):
		if guest.is_met and (not nearest or _distance(guest) < _distance(nearest)):
			nearest = guest
	if nearest:
		nearest.player.react({"tool": _tool, "zone": "head"})


func _distance(guest: Guest) -> float:
	return guest.global_position.distance_to(%Walker.global_position)
