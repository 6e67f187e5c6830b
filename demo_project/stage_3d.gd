extends DemoPage
## The player is hidden, and its picture is on a screen in a 3D world.

## The camera's swing to each side in radians, and the seconds of one swing.
const SWING := 0.42
const SWING_SECONDS := 16.0

var _seconds := 0.0


func _ready() -> void:
	add_player(%Player)
	var texture: Texture2D = %Player.get_video_texture()
	for picture: MeshInstance3D in [%Picture, %Reflection]:
		picture.material_override.albedo_texture = texture
	%World.gui_input.connect(_on_world_input)
	_add_zones()


func _process(delta: float) -> void:
	_seconds += delta
	var phase := _seconds / SWING_SECONDS * TAU
	%Pivot.rotation.y = SWING * sin(phase)
	%Pivot.position.y = 1.45 + 0.12 * cos(phase * 0.5)


func take_turn(turn: int) -> void:
	super(turn)
	touch(%Player, zone_of(turn))


## Where zones overlap, the last one is touched: the first in the list is the foremost.
func _add_zones() -> void:
	var names := ZONES.keys()
	names.reverse()
	for zone_name: String in names:
		var zone := NpcInteractionZone3D.new()
		zone.zone = zone_name
		zone.area = ZONES[zone_name]
		zone.interaction.connect(_on_interaction)
		%Picture.add_child(zone)


## Touches with the page's tool and pressure, at the zone's place and with its movement.
func _on_interaction(interaction: Dictionary) -> void:
	var chosen := {"tool": %Tools.tool, "pressure": %Pressure.value}
	%Player.react(interaction.merged(chosen, true))


func _on_world_input(event: InputEvent) -> void:
	if event.is_action_pressed("ui_accept"):
		touch(%Player, "cheek")
