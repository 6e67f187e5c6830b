extends DemoPage
## The player is hidden, and its picture is on a screen in a 3D world.

## Of the camera: how far it swings to each side, in radians, and how long one swing takes.
const SWING := 0.42
const SWING_SECONDS := 16.0

var _seconds := 0.0


func _ready() -> void:
	add_player(%Player)
	var texture: Texture2D = %Player.get_video_texture()
	for picture: MeshInstance3D in [%Picture, %Reflection]:
		picture.material_override.albedo_texture = texture
	%World.gui_input.connect(_on_world_input)


func _process(delta: float) -> void:
	_seconds += delta
	var phase := _seconds / SWING_SECONDS * TAU
	%Pivot.rotation.y = SWING * sin(phase)
	%Pivot.position.y = 1.45 + 0.12 * cos(phase * 0.5)


func take_turn(turn: int) -> void:
	super(turn)
	touch(%Player, zone_of(turn))


func _on_world_input(event: InputEvent) -> void:
	if event.is_action_pressed("ui_accept"):
		touch(%Player, "cheek")
	elif is_press(event):
		var zone := zone_at(_part_at(event.position))
		if zone:
			touch(%Player, zone)


## Where on the screen in the world a point of the container is, (0, 0) to (1, 1) on it.
func _part_at(point: Vector2) -> Vector2:
	var to_screen: Transform3D = %Picture.global_transform.affine_inverse()
	var from: Vector3 = to_screen * %Camera.project_ray_origin(point)
	var along: Vector3 = to_screen.basis * %Camera.project_ray_normal(point)
	var hit := from - along * from.z / along.z
	var picture: Vector2 = %Picture.mesh.size
	return Vector2(0.5 + hit.x / picture.x, 0.5 - hit.y / picture.y)
