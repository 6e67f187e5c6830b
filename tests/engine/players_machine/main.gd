extends HBoxContainer
## An exported game on a player's machine. One NPC has a baked clip and no backend, one a backend
## that only its developer has (at the address in NPC_VIDEO_HTTP), one the embedded generator.
##
## Prints "@end" and exits with 0 if all is as it should be, else what is not, and exits with 1.

const BAKED := {"expression": "happy"}
const OTHER := {"expression": "angry", "emotion": "angry", "animation": "shake"}
const PATIENCE_SECONDS := 20.0
## In which something done in vain would be told of.
const WATCHED_FRAMES := 60

var _heard: Array[String] = []
var _wrong: Array[String] = []


func _ready() -> void:
	$Developers.backend.set("url", OS.get_environment("NPC_VIDEO_HTTP"))
	for player: NpcVideoPlayer in get_children():
		_listen(player)
	_check(OS.has_feature("template"), "This is no exported game.")

	$Shipped.request(BAKED)
	await _until("Shipped clip happy")
	$Shipped.request(OTHER)
	_check("Shipped fallback placeholder" in _heard, "There is no fallback.")
	await _until("Shipped none")
	$Drawn.request(OTHER)
	await _until("Drawn clip angry")

	_check($Developers.react({"tool": "feather", "zone": "cheek"}), "It does not react.")
	_check("Developers reaction" in _heard, "The reaction is not told.")
	_check($Developers.hint_next(BAKED), "A hint is an error.")
	$Developers.pregenerate_common_states()
	for frame in WATCHED_FRAMES:
		await get_tree().process_frame
	_check("Developers fallback placeholder" in _heard, "It shows nothing.")
	_check("Developers none" in _heard, "It does not say that no clip comes.")
	for player: NpcVideoPlayer in [$Shipped, $Developers]:
		var stats := player.get_stats()
		_check(not stats.can_generate, "%s makes clips." % player.name)
		var lanes: Array = stats.timeline.map(func(span: Dictionary) -> String: return span.lane)
		_check("making" not in lanes, "%s waits for a clip." % player.name)
	_check($Drawn.get_stats().can_generate, "The embedded generator is off.")
	_check(not $Shipped.get_stats().queue.failed, "Something was tried in vain.")
	_end()


func _listen(player: NpcVideoPlayer) -> void:
	player.reaction_started.connect(
		func(_params: Dictionary) -> void: _heard.append("%s reaction" % player.name)
	)
	player.fallback_shown.connect(
		func(kind: String) -> void: _heard.append("%s fallback %s" % [player.name, kind])
	)
	player.clip_started.connect(
		func(info: Dictionary) -> void: _heard.append("%s clip %s" % [player.name, info.expression])
	)
	player.generation_failed.connect(
		func(reason: String) -> void:
			if reason.begins_with("No generator makes clips here"):
				_heard.append("%s none" % player.name)
			else:
				_wrong.append(reason)
	)


func _until(heard: String) -> void:
	var end := Time.get_ticks_msec() + PATIENCE_SECONDS * 1000.0
	while heard not in _heard and Time.get_ticks_msec() < end:
		await get_tree().process_frame
	_check(heard in _heard, "There was no %s." % heard)


func _check(is_so: bool, otherwise: String) -> void:
	if not is_so:
		_wrong.append(otherwise)


func _end() -> void:
	for text in _wrong:
		print(text)
	if _wrong.is_empty():
		print("@end")
	else:
		print(_heard)
	get_tree().quit(mini(_wrong.size(), 1))
