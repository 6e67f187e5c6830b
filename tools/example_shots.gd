extends SceneTree
## Plays an example and saves a picture of it: `--shot=FILE` after `--` on the engine's command
## line, then what a user does, one after the other: names of buttons and of input actions, the
## latter with the seconds for which they are held if that matters, as `forward=0.9`.

const PATIENCE_SECONDS := 20.0
## Seconds until fades have ended and texts are written.
const SETTLING_SECONDS := 1.5


func _initialize() -> void:
	_take.call_deferred()


func _take() -> void:
	var main: Node = load(ProjectSettings.get_setting("application/run/main_scene")).instantiate()
	root.add_child(main)
	var file := ""
	await _settle(main)
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--shot="):
			file = argument.trim_prefix("--shot=")
			continue
		var action := argument.get_slice("=", 0)
		if InputMap.has_action(action):
			await _hold(action, argument.trim_prefix(action).trim_prefix("=").to_float())
		else:
			(main.find_child(argument, true, false) as Button).pressed.emit()
		await _settle(main)
	await RenderingServer.frame_post_draw
	var error := root.get_texture().get_image().save_png(file)
	if error != OK:
		push_error("The picture %s cannot be saved: %s." % [file, error_string(error)])
	quit()


func _hold(action: String, seconds: float) -> void:
	for pressed: bool in [true, false]:
		var event := InputEventAction.new()
		event.action = action
		event.pressed = pressed
		Input.parse_input_event(event)
		await create_timer(seconds).timeout


## Waits until the clips that are wanted are on screen.
func _settle(main: Node) -> void:
	await create_timer(SETTLING_SECONDS).timeout
	var deadline := Time.get_ticks_msec() + int(PATIENCE_SECONDS * 1000.0)
	while _is_awaited(main) and Time.get_ticks_msec() < deadline:
		await process_frame
	await create_timer(SETTLING_SECONDS).timeout


func _is_awaited(main: Node) -> bool:
	var players := main.find_children("*", "NpcVideoPlayer", true, false)
	var jobs: Array = players[0].get_stats().queue.jobs  # of all players together
	return jobs.any(func(job: Dictionary) -> bool: return job.why != "ahead")
