extends Node
## Performs random actions on the demo and its players.

## The relative frequency of each action.
const ACTIONS: Dictionary[String, float] = {
	"_touch": 40.0,
	"_click": 6.0,
	"_request": 8.0,
	"_take_turn": 6.0,
	"_open_scene": 5.0,
	"_resize": 4.0,
	"_change_generator": 8.0,
	"_set_property": 8.0,
	"_hide_or_show": 3.0,
	"_move_out_or_in": 2.0,
	"_take_out_and_back": 2.0,
	"_free_player": 1.0,
	"_cancel": 2.0,
	"_hint": 2.0,
	"_pregenerate": 1.0,
	"_clear_cache": 0.4,
	"_use_texture": 1.0,
	"_change_language": 1.0,
	"_pause": 1.0,
	"_free_generator": 2.0,
}
const MADE_BY: Dictionary[String, Array] = {
	"preset": [
		NpcVideoPlayer.QUALITY_REALTIME,
		NpcVideoPlayer.QUALITY_REALTIME,
		NpcVideoPlayer.QUALITY_FAST,
		NpcVideoPlayer.QUALITY_FAST,
		NpcVideoPlayer.QUALITY_BALANCED,
	],
	"progressive": [true, false],
	"adaptive": [true, false],
	"predictive": [true, false],
	"look_ahead": [0, 1, 3],
	"fallback": [
		NpcVideoPlayer.FALLBACK_SIMILAR,
		NpcVideoPlayer.FALLBACK_PROCEDURAL,
		NpcVideoPlayer.FALLBACK_PLACEHOLDER,
		NpcVideoPlayer.FALLBACK_FREEZE,
	],
	"max_wait": [0.5, 5.0, 20.0],
	"cache_megabytes": [1.0, 16.0, 256.0],
	"cache_policy": [NpcVideoPlayer.CACHE_POLICY_LRU, NpcVideoPlayer.CACHE_POLICY_GDSF],
}
const SHOWN_BY: Dictionary[String, Array] = {
	"interpolation": [
		NpcVideoPlayer.INTERPOLATION_NONE,
		NpcVideoPlayer.INTERPOLATION_BLEND,
		NpcVideoPlayer.INTERPOLATION_MOTION,
	],
	"loop": [true, true, false],
	"crossfade": [0.0, 0.4, 2.0],
	"crossfade_at": [
		NpcVideoPlayer.CROSSFADE_AT_IMMEDIATELY,
		NpcVideoPlayer.CROSSFADE_AT_IMMEDIATELY,
		NpcVideoPlayer.CROSSFADE_AT_LOOP,
	],
	"stretch_mode": [
		NpcVideoPlayer.STRETCH_KEEP_ASPECT_COVERED,
		NpcVideoPlayer.STRETCH_SCALE,
		NpcVideoPlayer.STRETCH_TILE,
		NpcVideoPlayer.STRETCH_KEEP_ASPECT_CENTERED,
	],
	"overlay": [true, false],
	"progress_ring": [true, false],
	"simulated_input": [false, false, true],
	"placeholder_text": ["", "{name} is thinking…"],
	"crossfade_curve": [
		NpcVideoPlayer.CROSSFADE_CURVE_SMOOTH,
		NpcVideoPlayer.CROSSFADE_CURVE_LINEAR,
	],
}
const EXPRESSIONS: PackedStringArray = ["neutral", "happy", "amused", "curious", "sad", "surprised"]
const SIZES: Array[Vector2i] = [
	Vector2i(1280, 720),
	Vector2i(1280, 720),
	Vector2i(480, 900),
	Vector2i(1920, 1080),
	Vector2i(320, 240),
	Vector2i(64, 64),
]

@onready var _play := get_parent()


## Performs one action.
func act() -> void:
	var action: String = _play.drawn(ACTIONS)
	var players := page().players.filter(func(each: Node) -> bool: return each.is_inside_tree())
	if action in ["_touch", "_request", "_click"]:
		players = players.filter(%Players.may_be_asked)
	if players:
		call(action, _play.one_of(players))


func page() -> DemoPage:
	return _play.main.page


## Makes all players visible again.
func undo() -> void:
	get_tree().paused = false
	get_window().size = SIZES[0]
	for player in page().players:
		player.simulated_input = false
		player.show()
		_put_in_place(player)


func _touch(player: NpcVideoPlayer) -> void:
	var before: int = %Players.announced
	var tool: String = _play.one_of(page().get_node("%Tools").TOOLS.keys())
	var zone: String = _play.one_of(DemoPage.ZONES.keys())
	var reacts := player.react({"tool": tool, "zone": zone, "pressure": _play.chance.randf()})
	var announced: int = %Players.announced - before
	if announced != int(reacts):
		_play.tell({"e": "odd", "what": "react said %s, announced %d" % [reacts, announced]})


func _click(player: NpcVideoPlayer) -> void:
	var click := InputEventMouseButton.new()
	var area := player.get_global_rect()
	click.button_index = MOUSE_BUTTON_LEFT
	click.position = area.position + area.size * Vector2(_play.chance.randf(), _play.chance.randf())
	for is_pressed: bool in [true, false]:
		click.pressed = is_pressed
		get_viewport().push_input(click.duplicate(), true)


func _request(player: NpcVideoPlayer) -> void:
	var params := {
		"expression": _play.one_of(EXPRESSIONS),
		"emotion": _play.one_of(EXPRESSIONS),
		"animation": "idle",
		"intensity": _play.chance.randf(),
		"seed": _play.chance.randi() % 4,
	}
	if player.request(params):
		%Players.asked(player, params.merged({"npc_id": player.npc_id}))
	else:
		_play.tell({"e": "odd", "what": "request refused %s" % params})


func _take_turn(_player: NpcVideoPlayer) -> void:
	for each: NpcVideoPlayer in page().players:
		if not each.is_inside_tree():
			return
	page().take_turn(_play.chance.randi() % 100)


func _open_scene(_player: NpcVideoPlayer) -> void:
	_play.main.open(_play.one_of(["Ember", "Market", "Market", "Screen"]))


func _resize(_player: NpcVideoPlayer) -> void:
	get_window().size = _play.one_of(SIZES)


func _hide_or_show(player: NpcVideoPlayer) -> void:
	player.visible = not player.visible


func _move_out_or_in(player: NpcVideoPlayer) -> void:
	if player.position.x > 5000.0:
		_put_in_place(player)
	else:
		player.position.x += 10000.0


func _put_in_place(player: NpcVideoPlayer) -> void:
	var container := player.get_parent() as Container
	if container:
		container.queue_sort()


func _take_out_and_back(player: NpcVideoPlayer) -> void:
	var parent := player.get_parent()
	var owned_by := player.owner
	var index := player.get_index()
	parent.remove_child(player)
	if _play.chance.randf() < 0.5:
		await _play.wait(_play.chance.randf_range(0.0, 2.0))
	if is_instance_valid(parent) and parent.is_inside_tree():
		parent.add_child(player)
		parent.move_child(player, index)
		player.owner = owned_by
	else:
		player.queue_free()


## Frees a trader of the market; another one comes to the same stall.
func _free_player(player: NpcVideoPlayer) -> void:
	if page().name != "Market":
		return
	var stall := player.owner
	var trader := player.npc_name
	page().players.erase(player)
	stall.queue_free()
	await get_tree().process_frame
	if page().name == "Market":
		page().call("_add_stall", trader)


func _cancel(player: NpcVideoPlayer) -> void:
	player.cancel()
	%Players.settled(player, {"e": "cancelled"})


func _hint(player: NpcVideoPlayer) -> void:
	if %Players.kind_of(player) not in %Kinds.REMOTE:
		player.hint_next({"expression": _play.one_of(EXPRESSIONS)}, _play.chance.randf())


func _pregenerate(player: NpcVideoPlayer) -> void:
	if %Players.kind_of(player) not in %Kinds.REMOTE:
		player.pregenerate_common_states()


func _clear_cache(player: NpcVideoPlayer) -> void:
	player.clear_cache()
	_play.tell({"e": "cleared"})


func _use_texture(player: NpcVideoPlayer) -> void:
	player.get_video_texture()


func _change_language(_player: NpcVideoPlayer) -> void:
	TranslationServer.set_locale(_play.one_of(["en", "de"]))


func _pause(_player: NpcVideoPlayer) -> void:
	get_tree().paused = true
	await _play.wait(_play.chance.randf_range(0.0, 1.0))
	get_tree().paused = false


func _set_property(player: NpcVideoPlayer) -> void:
	var properties := SHOWN_BY.duplicate()
	if %Players.kind_of(player) not in %Kinds.REMOTE:
		properties.merge(MADE_BY)
	var property: String = _play.one_of(properties.keys())
	player.set(property, _play.one_of(properties[property]))
	if _play.chance.randf() < 0.5:
		_touch(player)


func _change_generator(player: NpcVideoPlayer) -> void:
	var kind: String = %Kinds.drawn(_play.options.is_local)
	if _play.chance.randf() < 0.3:
		%Kinds.use(player, kind)
		return
	_play.kind = kind
	for each in page().players:
		%Kinds.use(each, kind)


func _free_generator(_player: NpcVideoPlayer) -> void:
	%Kinds.free_one()
