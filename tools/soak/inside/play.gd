extends Node
## Plays the demo fast with random actions from a seed, and prints the requests and their results. The
## command line has `--soak=` and JSON: `seed`, `addresses` of the services, `time_scale`,
## `warm_seconds`, `play_seconds`, and `is_local` for a game without services.

## Seconds of rest, longer than any await in here: the engine never frees a timer that is awaited when
## the game ends.
const REST_SECONDS := 3.0
const REST_FRAMES := 320
## Real seconds.
const CALM_SECONDS := 120.0
## Game seconds between two actions.
const SHORTEST_PAUSE := 0.2
const LONGEST_PAUSE := 2.0
const MOST_ACTIONS := 4

var options := {}
var chance := RandomNumberGenerator.new()
var main: Control
## The generator of new players.
var kind := "embedded"


func _ready() -> void:
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--soak="):
			options = JSON.parse_string(argument.trim_prefix("--soak="))
	chance.seed = options.seed
	%Functions.chance.seed = options.seed
	%Kinds.prepare(options.addresses)
	get_tree().node_added.connect(_on_node_added)
	Engine.max_fps = 60
	_run.call_deferred()


func tell(event: Dictionary) -> void:
	%Probe.tell(event)


## Returns the real seconds since the start.
func seconds() -> float:
	return Time.get_ticks_msec() / 1000.0


## Waits for real seconds, also while the game is paused.
func wait(for_seconds: float) -> void:
	await get_tree().create_timer(for_seconds, true, false, true).timeout


## Returns a random key of `odds`, weighted by its value.
func drawn(odds: Dictionary[String, float]) -> String:
	return odds.keys()[chance.rand_weighted(PackedFloat32Array(odds.values()))]


func one_of(values: Array) -> Variant:
	return values[chance.randi() % values.size()]


func _on_node_added(node: Node) -> void:
	var player := node as NpcVideoPlayer
	if player and not %Players.knows(player):
		%Players.take_in(player)
		player.cache_folder = "user://npc_video"
		%Kinds.use(player, kind)


func _run() -> void:
	await get_tree().process_frame
	main = get_tree().current_scene
	tell({"e": "phase", "phase": "warm", "pid": OS.get_process_id()})
	Engine.time_scale = options.time_scale
	await _warm_up()
	await _come_to_rest()
	%Probe.tell_state("start")
	tell({"e": "phase", "phase": "play"})
	await _play_on()
	tell({"e": "phase", "phase": "calm"})
	await _calm_down()
	await _come_to_rest()
	%Probe.tell_state("end")
	tell({"e": "phase", "phase": "end"})
	get_tree().quit()


## Loads everything once, so that later loading does not count as growth.
func _warm_up() -> void:
	for title: String in main.SCENES:
		main.open(title)
		for each: String in ["embedded", "http", "gives_bytes", "comfyui"]:
			kind = each
			for player: NpcVideoPlayer in main.page.players:
				%Kinds.use(player, kind)
			main.page.take_turn(0)
			await wait(options.warm_seconds / 12.0)


func _play_on() -> void:
	var end: float = seconds() + options.play_seconds
	while seconds() < end:
		for count in chance.randi_range(1, MOST_ACTIONS):
			%Actions.act()
		var pause := chance.randf_range(SHORTEST_PAUSE, LONGEST_PAUSE)
		await get_tree().create_timer(pause).timeout


## Waits until all requests have ended: all generators work now, and all players are visible.
func _calm_down() -> void:
	%Actions.undo()
	var end := seconds() + CALM_SECONDS
	while seconds() < end and %Players.is_anyone_waiting():
		%Functions.released.emit()
		await wait(0.2)


## Rests in the same scene at the start and at the end, which are compared.
func _come_to_rest() -> void:
	%Kinds.free_all()
	kind = "embedded"
	main.open("Market")
	await get_tree().process_frame
	main.open("Ember")
	for player: NpcVideoPlayer in main.page.players:
		%Kinds.use(player, kind)
	await get_tree().process_frame
	%Probe.close_deserted()
	await wait(REST_SECONDS)
	var end := seconds() + CALM_SECONDS
	while seconds() < end and %Probe.is_closing():
		await wait(0.2)
	for frame in REST_FRAMES:
		%Functions.released.emit()
		await get_tree().process_frame
