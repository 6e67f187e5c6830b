extends DemoPage
## Six NPCs that share one generator and one cache. They are the same dragon, dyed.

## The hue shift of the dragon's colours by name, in turns.
const TRADERS: Dictionary[String, float] = {
	"Ember": 0.0,
	"Saffron": 0.07,
	"Moss": 0.27,
	"Tide": 0.5,
	"Plum": 0.76,
	"Rose": 0.92,
}
const STALL := preload("res://stall.tscn")
const DYE := preload("res://dye.gdshader")


func _ready() -> void:
	for trader in TRADERS:
		_add_stall(trader)


func take_turn(turn: int) -> void:
	super(turn)
	for index in range(turn % 2, players.size(), 2):
		touch(players[index], zone_of(turn + index))


func _add_stall(trader: String) -> void:
	var stall := STALL.instantiate()
	var player: NpcVideoPlayer = stall.get_node("%Player")
	player.npc_name = trader
	player.npc_id = trader.to_lower()
	%Stalls.add_child(stall)
	stall.get_node("%Name").text = trader
	add_player(player)
	# A player whose texture is used draws itself with it: in one piece, which a material can dye.
	player.get_video_texture()
	var dye := ShaderMaterial.new()
	dye.shader = DYE
	dye.set_shader_parameter("turns", TRADERS[trader])
	player.material = dye
	player.gui_input.connect(_on_stall_input.bind(player))
	player.reaction_started.connect(
		func(params: Dictionary) -> void: stall.get_node("%Mood").text = params.emotion
	)


func _on_stall_input(event: InputEvent, player: NpcVideoPlayer) -> void:
	if event.is_action_pressed("ui_accept"):
		touch(player, "cheek")
	elif is_press(event):
		var zone := zone_at(event.position / player.size)
		if zone:
			touch(player, zone)
