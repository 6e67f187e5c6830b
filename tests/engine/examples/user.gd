extends SceneTree
## The base of the users of the example projects: opens the game, uses it in the session that the
## command line names, prints what was seen as JSON, and quits in the middle of it.

const SECONDS := 20.0

var main: Node
var seen := {}
## The looks of the NPC of `follow`, and the expressions of its clips, the latest last.
var looks: Array[Dictionary] = []
var clips: Array[String] = []


func _initialize() -> void:
	_play.call_deferred()


func _play() -> void:
	await open()
	await call(OS.get_cmdline_user_args()[0])
	print("@seen ", JSON.stringify(seen))
	quit()


func open() -> void:
	if main:
		main.free()
	main = load("res://main.tscn").instantiate()
	root.add_child(main)
	await frames(3)


func follow(player: NpcVideoPlayer) -> void:
	looks.clear()
	clips.clear()
	player.reaction_started.connect(func(look: Dictionary) -> void: looks.append(look))
	player.clip_started.connect(func(info: Dictionary) -> void: clips.append(info.expression))


func emotion() -> String:
	return looks[-1].emotion


func frames(count: int) -> void:
	for each in count:
		await process_frame


func until(condition: Callable) -> bool:
	var deadline := Time.get_ticks_msec() + int(SECONDS * 1000.0)
	while not condition.call():
		if Time.get_ticks_msec() > deadline:
			return false
		await process_frame
	return true


## Clicks the middle of a control, or a point of the window, as often as told, without a pause.
func click(target: Variant, times := 1) -> void:
	var at: Vector2 = target.get_global_rect().get_center() if target is Control else target
	for each in times:
		for pressed: bool in [true, false]:
			var event := InputEventMouseButton.new()
			event.button_index = MOUSE_BUTTON_LEFT
			event.pressed = pressed
			event.position = at
			root.push_input(event, true)
	await frames(2)


func tap(action: String) -> void:
	for pressed: bool in [true, false]:
		var event := InputEventAction.new()
		event.action = action
		event.pressed = pressed
		root.push_input(event, true)
	await frames(2)


func write(path: String, text: String) -> void:
	var file := FileAccess.open(path, FileAccess.WRITE)
	file.store_string(text)
	file.close()
