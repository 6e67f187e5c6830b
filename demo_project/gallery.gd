extends Node
## Takes pictures: `--gallery=DIR` after `--` on the engine's command line saves each scene at rest,
## during generation and with the clip, then all fallbacks and the overlay, and quits.

const PATIENCE_SECONDS := 20.0
## Seconds until fades have ended.
const SETTLING_SECONDS := 0.8
## The tool for each scene. The scenes share their clips, so each tool needs a clip of its own.
const TOOLS: Dictionary[String, String] = {
	"Ember": "gift", "What happens": "treat", "Market": "song", "Screen": "stick"
}
## The fallbacks, which cover the wait for a clip.
const FALLBACKS: Array[NpcVideoPlayer.Fallback] = [
	NpcVideoPlayer.FALLBACK_SIMILAR,
	NpcVideoPlayer.FALLBACK_PROCEDURAL,
	NpcVideoPlayer.FALLBACK_PLACEHOLDER,
	NpcVideoPlayer.FALLBACK_FREEZE,
]

var _folder := ""
## The events of the player in the picture.
var _covered := ""
var _started := false

@onready var _main := get_parent()


func _ready() -> void:
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--gallery="):
			_folder = argument.trim_prefix("--gallery=")
			_main.ready.connect(_take_all)


func _take_all() -> void:
	for title: String in _main.SCENES:
		_main.open(title)
		await _take_states(title.to_lower().replace(" ", "_"), TOOLS[title])
	_main.open("Ember")
	await _take_fallbacks()
	await _take_overlay()
	get_tree().quit()


func _take_states(scene: String, tool: String) -> void:
	var player := _listen()
	player.backend.set("simulate_latency", true)
	await _until_started()
	await _save("%s_at_rest" % scene)
	await _touch(player, tool, "horns")
	await _save("%s_generating_%s" % [scene, _covered])
	await _until_started()
	await _save("%s_clip" % scene)


func _take_fallbacks() -> void:
	var player := _listen()
	await _until_started()
	for index in FALLBACKS.size():
		_main.page.adjust("fallback", FALLBACKS[index])
		# A clip similar to the previous one that was not requested yet.
		await _request(player, {"expression": "amused", "emotion": "amused", "seed": index})
		await _save("fallback_%s" % _covered)
		await _until_started()


func _take_overlay() -> void:
	var player := _listen()
	_main.page.adjust("fallback", NpcVideoPlayer.FALLBACK_SIMILAR)
	_main.page.adjust("overlay", true)
	for zone: String in ["nose", "belly", "nose"]:
		await _touch(player, "feather", zone)
		await _until_started()
	await _save("overlay")
	_main.get_node("%Languages").press("de")
	await _touch(player, "stick", "cheek")
	await _save("overlay_german")


func _listen() -> NpcVideoPlayer:
	var player: NpcVideoPlayer = _main.page.players[0]
	_covered = ""
	_started = false
	if not player.clip_started.is_connected(_on_clip_started):
		player.clip_started.connect(_on_clip_started)
		player.fallback_shown.connect(_on_fallback_shown)
	return player


func _touch(player: NpcVideoPlayer, tool: String, zone: String) -> void:
	_started = false
	_covered = "exact"
	_main.page.get_node("%Tools").press(tool)
	_main.page.touch(player, zone)
	await _settle()


func _request(player: NpcVideoPlayer, params: Dictionary) -> void:
	_started = false
	_covered = "exact"
	player.request(params)
	await _settle()


func _settle() -> void:
	await get_tree().create_timer(SETTLING_SECONDS).timeout


func _until_started() -> void:
	var deadline := Time.get_ticks_msec() + int(PATIENCE_SECONDS * 1000.0)
	while not _started and Time.get_ticks_msec() < deadline:
		await get_tree().process_frame
	await _settle()


func _save(what: String) -> void:
	await RenderingServer.frame_post_draw
	var file := _folder.path_join("demo_%s.png" % what)
	var error := get_viewport().get_texture().get_image().save_png(file)
	if error != OK:
		push_error("The picture %s cannot be saved: %s." % [file, error_string(error)])


func _on_clip_started(_info: Dictionary) -> void:
	_started = true


func _on_fallback_shown(kind: String) -> void:
	_covered = kind
