extends SceneTree
## Clicks on each zone of the screen in the playtest's 3D world, then beside it, and prints as JSON
## which zones told of it, and whether the NPC reacted.

const FRAMES := 3

var _told := {"zones": [], "beside": [], "reactions": 0}


func _initialize() -> void:
	_play.call_deferred()


func _play() -> void:
	var main: Control = load("res://main.tscn").instantiate()
	root.add_child(main)
	main.open("Screen")
	for count in FRAMES:
		await process_frame
	var page: DemoPage = main.page
	page.get_node("%Player").reaction_started.connect(
		func(_params: Dictionary) -> void: _told.reactions += 1
	)
	var heard := []
	for zone: NpcInteractionZone3D in page.find_children("*", "NpcInteractionZone3D", true, false):
		zone.interaction.connect(func(told: Dictionary) -> void: heard.append(told.zone))
	for zone: String in DemoPage.ZONES:
		await _click(page, DemoPage.ZONES[zone].get_center())
		# On a slow machine it is a touch that lasts, which is told of again and again.
		_told.zones.append(heard.pop_back())
		heard.clear()
	await _click(page, Vector2(1.5, 0.5))
	_told.beside = heard
	print("@touched ", JSON.stringify(_told))
	quit()


## Presses and lets go at a `part` of the picture, (0, 0) to (1, 1) on it.
func _click(page: DemoPage, part: Vector2) -> void:
	var picture: MeshInstance3D = page.get_node("%Picture")
	var camera: Camera3D = page.get_node("%Camera")
	var size: Vector2 = picture.mesh.size
	var point := Vector3((part.x - 0.5) * size.x, (0.5 - part.y) * size.y, 0.0)
	var event := InputEventMouseButton.new()
	event.button_index = MOUSE_BUTTON_LEFT
	for pressed: bool in [true, false]:
		event = event.duplicate()
		event.pressed = pressed
		# The camera moves meanwhile.
		var at := camera.unproject_position(picture.global_transform * point)
		event.position = page.get_node("%World").get_global_transform() * at
		root.push_input(event, true)
		for count in FRAMES:
			await process_frame
