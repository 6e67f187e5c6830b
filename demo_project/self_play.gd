extends Node
## Plays by itself: `--seconds=N` for N seconds, then prints a line of JSON; `--shots=DIR` saves
## pictures. Both come after `--` on the engine's command line.

## Seconds to watch each clip, and to wait for it.
const WATCH_SECONDS := 2.5
const PATIENCE_SECONDS := 9.0
## Seconds until a picture of a scene is taken, whatever happens in it.
const OPEN_SECONDS := 2.0
## A shorter run stays in the first scene; otherwise each scene begins after this part of the time.
const ALL_SCENES_SECONDS := 20.0
const BEGINNINGS: Dictionary[String, float] = {
	"What happens": 0.4, "Market": 0.7, "Screen": 0.85
}

var _seconds := INF
var _played := 0.0
var _pause_left := 0.5
var _turn := 0
var _shots_folder := ""
var _shots_taken := 0

@onready var _main := get_parent()


func _ready() -> void:
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--seconds="):
			_seconds = argument.trim_prefix("--seconds=").to_float()
		elif argument.begins_with("--shots="):
			_shots_folder = argument.trim_prefix("--shots=")
	set_process(_seconds < INF)
	# The scenes exist when the main scene is ready.
	_main.ready.connect(_attend)


func _process(delta: float) -> void:
	_played += delta
	_pause_left -= delta
	if _seconds >= ALL_SCENES_SECONDS:
		_go_on()
	if _pause_left <= 0.0:
		_pause_left = PATIENCE_SECONDS
		_main.page.take_turn(_turn)
		_turn += 1
	if _played >= _seconds:
		_finish()


func _go_on() -> void:
	var due := String(_main.page.name)
	for title in BEGINNINGS:
		if _played >= _seconds * BEGINNINGS[title]:
			due = title
	if due != _main.page.name:
		_main.open(due)
		_pause_left = 0.5
		_attend()


func _attend() -> void:
	var player: NpcVideoPlayer = _main.page.players[0]
	player.clip_started.connect(
		func(_info: Dictionary) -> void: _pause_left = minf(_pause_left, WATCH_SECONDS)
	)
	if _shots_folder:
		_plan_shot("open", OPEN_SECONDS)
		player.fallback_shown.connect(func(kind: String) -> void: _plan_shot(kind, 0.5))
		player.clip_started.connect(func(_info: Dictionary) -> void: _plan_shot("clip", 0.75))


func _plan_shot(what: String, after_seconds: float) -> void:
	if DisplayServer.get_name() != "headless":
		var timer := get_tree().create_timer(after_seconds)
		timer.timeout.connect(_save_shot.bind(_main.page.name, what))


func _save_shot(title: StringName, what: String) -> void:
	if _main.page.name != title:
		return
	_shots_taken += 1
	var shot := "demo_%02d_%s_%s.png" % [_shots_taken, String(title).to_lower(), what]
	var file := _shots_folder.path_join(shot)
	var error := get_viewport().get_texture().get_image().save_png(file)
	if error != OK:
		push_error("The picture %s cannot be saved: %s." % [file, error_string(error)])


func _finish() -> void:
	set_process(false)
	print(JSON.stringify(Stats.summed(_main.stats()), "", false))
	get_tree().quit()
