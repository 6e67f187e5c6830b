extends "user.gd"

var bruna: Guest
var walker: CharacterBody3D


func begin() -> void:
	bruna = main.get_node("Bruna")
	walker = main.get_node("%Walker")
	follow(bruna.player)


func walk(action: String, arrived: Callable) -> bool:
	Input.action_press(action)
	var came := await until(arrived)
	Input.action_release(action)
	return came


## Clicks a part of a guest's picture, (0, 0) to (1, 1).
func click_on(guest: Guest, part: Vector2) -> void:
	var picture: MeshInstance3D = guest.get_node("%Picture")
	var size: Vector2 = (picture.mesh as QuadMesh).size
	var point := Vector3((part.x - 0.5) * size.x, (0.5 - part.y) * size.y, 0.0)
	await click(root.get_camera_3d().unproject_position(picture.global_transform * point))


func first() -> void:
	begin()
	seen.warned = []
	for node in main.find_children("*", "", true, false):
		if node.has_method("_get_configuration_warnings"):
			seen.warned.append_array(node.call("_get_configuration_warnings"))
	await tap("touch")
	seen.from_afar = looks.size()
	seen.came = await walk("forward", func() -> bool: return bruna.is_met)
	seen.greeted = looks.size()
	var voice: AudioStreamPlayer3D = bruna.get_node("%Voice")
	seen.voice = [voice.playing, voice.stream.get_length() > 0.2]
	# After the answer to the greeting she rests.
	await create_timer(bruna.profile.cooldown + 0.2).timeout
	await tap("treat")
	await tap("touch")
	seen.after_treat = [looks.size(), main.get_node("Bruna/%Name").text.begins_with("Bruna · ")]
	var touched := []
	for guest: Guest in get_nodes_in_group("guests"):
		for zone: NpcInteractionZone3D in guest.find_children("*", "NpcInteractionZone3D"):
			zone.interaction.connect(
				func(told: Dictionary) -> void:
					touched.append([guest.name, told.zone, told.tool])
			)
	await click_on(bruna, Vector2(0.5, 0.4))
	seen.clicked = touched.back()
	seen.turned = await walk("turn_left", func() -> bool: return walker.rotation.y > 0.9)
	await click_on(main.get_node("Tam"), Vector2(0.5, 0.3))
	seen.clicked_after_turn = touched.back()


func second() -> void:
	begin()
	seen.came = await walk("forward", func() -> bool: return bruna.is_met)
	Input.action_press("forward")
	await create_timer(1.0).timeout
	Input.action_release("forward")
	seen.before_the_counter = walker.position.z > -2.2
	seen.went = await walk("back", func() -> bool: return not bruna.is_met)
	Input.action_press("back")
	await create_timer(1.5).timeout
	seen.within_the_room = walker.position.z < 4.0 and absf(walker.position.y - 0.9) < 0.1
	await tap("hand")
	await tap("song")
	await tap("song")
	seen.tools = main.get_node("%Tools").text
