extends Control
## The playtest: touch Ember with a tool and watch the numbers.
##
## `--seconds=N` plays by itself for N seconds and prints a line of JSON; `--shots=DIR` saves
## pictures. Both come after `--` on the engine's command line.

const TOOLS: Dictionary[String, String] = {
	"feather": "Feather",
	"hand": "Pat",
	"gift": "Gift",
	"stick": "Poke",
	"song": "Song",
	"treat": "Treat",
}
## Where each zone is in the picture, from the top left corner, as parts of its size.
const ZONES: Dictionary[String, Rect2] = {
	"horns": Rect2(0.2, 0.0, 0.6, 0.28),
	"forehead": Rect2(0.25, 0.28, 0.5, 0.15),
	"nose": Rect2(0.35, 0.55, 0.3, 0.1),
	"cheek": Rect2(0.0, 0.28, 1.0, 0.5),
	"belly": Rect2(0.0, 0.78, 1.0, 0.22),
}
## Playing by itself, each clip is watched for so long, and awaited for so long.
const WATCH_SECONDS := 2.5
const PATIENCE_SECONDS := 9.0

var _tool := "feather"
var _numbers: Dictionary[String, Label] = {}
var _seconds_left := INF
var _pause_left := 0.5
var _turn := 0
var _shots_folder := ""
var _shots_taken := 0


func _ready() -> void:
	_add_tools()
	_add_zones()
	for label in ["Reactions", "First reaction", "Own clip after", "Rungs", "Frames shown"]:
		_add_number(label)
	%Pressure.value_changed.connect(
		func(value: float) -> void: %PressureValue.text = "%d %%" % roundi(value * 100.0)
	)
	%Ember.gui_input.connect(_on_ember_input)
	%Ember.reaction_started.connect(
		func(params: Dictionary) -> void: _tell("Ember feels %s." % params.emotion)
	)
	%Ember.fallback_shown.connect(func(_kind: String) -> void: %Progress.value = 0.0)
	%Ember.generation_progress.connect(func(part: float) -> void: %Progress.value = part)
	%Ember.clip_started.connect(func(_info: Dictionary) -> void: %Progress.value = 1.0)
	%Ember.generation_failed.connect(_tell)
	_read_arguments()
	_tell("Ember is resting.")


func _process(delta: float) -> void:
	_show_numbers()
	if _seconds_left < INF:
		_play_by_itself(delta)


func _on_ember_input(event: InputEvent) -> void:
	var click := event as InputEventMouseButton
	if click and click.pressed and click.button_index == MOUSE_BUTTON_LEFT:
		var part: Vector2 = click.position / %Ember.size
		for zone in ZONES:
			if ZONES[zone].has_point(part):
				_touch(zone)
				return


func _touch(zone: String) -> void:
	%Ember.react({"tool": _tool, "zone": zone, "pressure": %Pressure.value})


func _tell(text: String) -> void:
	%Status.text = text


func _add_tools() -> void:
	var group := ButtonGroup.new()
	for id in TOOLS:
		var button := Button.new()
		button.text = TOOLS[id]
		button.toggle_mode = true
		button.button_group = group
		button.button_pressed = id == _tool
		button.size_flags_horizontal = SIZE_EXPAND_FILL
		button.pressed.connect(func() -> void: _tool = id)
		%Tools.add_child(button)


func _add_zones() -> void:
	for zone in ZONES:
		var button := Button.new()
		button.text = zone.capitalize()
		button.size_flags_horizontal = SIZE_EXPAND_FILL
		button.pressed.connect(_touch.bind(zone))
		%Zones.add_child(button)


func _add_number(title: String) -> void:
	var name_label := Label.new()
	name_label.text = title
	name_label.modulate.a = 0.7
	%Numbers.add_child(name_label)
	var value_label := Label.new()
	%Numbers.add_child(value_label)
	_numbers[title] = value_label


func _show_numbers() -> void:
	var stats: Dictionary = %Ember.get_stats()
	_numbers["Reactions"].text = str(stats.reactions)
	_numbers["First reaction"].text = "%d frames" % _spread(stats.first_reaction_frames).max
	_numbers["Own clip after"].text = "%.1f s" % _spread(stats.clip_seconds).p50
	_numbers["Frames shown"].text = str(stats.frames_shown)
	var rungs: PackedStringArray = []
	for rung in stats.rungs:
		rungs.append("%s %d" % [rung, stats.rungs[rung]])
	_numbers["Rungs"].text = ", ".join(rungs)


func _spread(values: Array) -> Dictionary:
	if values.is_empty():
		return {"p50": 0.0, "max": 0.0}
	var sorted := values.duplicate()
	sorted.sort()
	return {"p50": sorted[sorted.size() / 2], "max": sorted[-1]}


# ---- Playing by itself ----


func _read_arguments() -> void:
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--seconds="):
			_seconds_left = argument.trim_prefix("--seconds=").to_float()
			%Ember.clip_started.connect(
				func(_info: Dictionary) -> void: _pause_left = minf(_pause_left, WATCH_SECONDS)
			)
		elif argument.begins_with("--shots="):
			_shots_folder = argument.trim_prefix("--shots=")
			%Ember.fallback_shown.connect(func(kind: String) -> void: _save_shot(kind, 0.5))
			%Ember.clip_started.connect(func(_info: Dictionary) -> void: _save_shot("clip", 0.75))


func _play_by_itself(delta: float) -> void:
	_seconds_left -= delta
	_pause_left -= delta
	if _pause_left <= 0.0:
		_pause_left = PATIENCE_SECONDS
		_take_turn()
	if _seconds_left <= 0.0:
		_finish()


func _take_turn() -> void:
	var buttons := %Tools.get_children()
	var tools := TOOLS.keys()
	var zones := ZONES.keys()
	_tool = tools[_turn % tools.size()]
	buttons[_turn % tools.size()].button_pressed = true
	%Pressure.value = [0.3, 0.6, 0.9][_turn % 3]
	_touch(zones[_turn % zones.size()])
	_turn += 1


func _save_shot(what: String, after_seconds: float) -> void:
	if DisplayServer.get_name() == "headless":
		return
	_shots_taken += 1
	var file := _shots_folder.path_join("demo_%02d_%s.png" % [_shots_taken, what])
	await get_tree().create_timer(after_seconds).timeout
	await RenderingServer.frame_post_draw
	var error := get_viewport().get_texture().get_image().save_png(file)
	if error != OK:
		push_error("The picture %s cannot be saved: %s." % [file, error_string(error)])


func _finish() -> void:
	_seconds_left = INF
	var stats: Dictionary = %Ember.get_stats()
	print(JSON.stringify({
		"reactions": stats.reactions,
		"rungs": stats.rungs,
		"first_reaction_frames": _spread(stats.first_reaction_frames),
		"clip_seconds": _spread(stats.clip_seconds),
		"frames_shown": stats.frames_shown,
	}))
	get_tree().quit()
