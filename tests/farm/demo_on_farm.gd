extends SceneTree
## Plays the playtest's first scene with clips of a farm: presses the switch in the panel, touches
## Ember, and prints as JSON which clips came, and why others did not. No clip is a baked one.

const SECONDS := 40.0

var _told := {"switch": false, "started": 0, "failed": []}


func _initialize() -> void:
	_play.call_deferred()


func _play() -> void:
	var main: Control = load("res://main.tscn").instantiate()
	root.add_child(main)
	main.open("Ember")
	for count in 10:
		await process_frame
	var page: DemoPage = main.page
	var ember: NpcVideoPlayer = page.get_node("%Ember")
	ember.baked_folder = ""
	for button: Button in page.find_children("*", "Button", true, false):
		if button.text == "Farm" and not button.disabled:
			button.button_pressed = true
			button.pressed.emit()
			_told.switch = true
	ember.clip_started.connect(func(_info: Dictionary) -> void: _told.started += 1)
	ember.generation_failed.connect(func(reason: String) -> void: _told.failed.append(reason))
	page.touch(ember, "belly")
	var ends_at := Time.get_ticks_msec() + int(SECONDS * 1000)
	while not _told.started and not _told.failed and Time.get_ticks_msec() < ends_at:
		await process_frame
	print("@played ", JSON.stringify(_told))
	quit()
