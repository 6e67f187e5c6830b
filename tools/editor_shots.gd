@tool
extends EditorPlugin
## Shows the parts of the addon one after the other and saves pictures; see editor_shots.py.

const PATIENCE_SECONDS := 40.0
## The duration of the game whose monitors are shown.
const PLAY_SECONDS := 25.0
## Wide enough for all names and values.
const INSPECTOR_WIDTH := 400.0

var _folder := ""


func _enter_tree() -> void:
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with("--shots="):
			_folder = argument.trim_prefix("--shots=")
	_run.call_deferred()


func _run() -> void:
	await _until(
		func() -> bool: return not EditorInterface.get_resource_filesystem().is_scanning(), "files"
	)
	var inspector := EditorInterface.get_inspector()
	inspector.custom_minimum_size.x = INSPECTOR_WIDTH * EditorInterface.get_editor_scale()
	EditorInterface.set_main_screen_editor("2D")
	EditorInterface.open_scene_from_path("res://ember.tscn")
	await _until(func() -> bool: return EditorInterface.get_edited_scene_root() != null, "a scene")
	var player: NpcVideoPlayer = EditorInterface.get_edited_scene_root().find_child("Ember")
	await _inspect_player(player)
	await _create_node()
	await _help()
	await _preview()
	await _generator()
	await _bake()
	await _bake_in_vain(player)
	EditorInterface.edit_node(player)
	inspector.custom_minimum_size.x = 0.0
	await _monitors()
	get_tree().quit(0)


func _inspect_player(player: NpcVideoPlayer) -> void:
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(player)
	EditorInterface.edit_node(player)
	await _until(
		func() -> bool: return EditorInterface.get_inspector().get_edited_object() == player,
		"the inspector"
	)
	await _shoot("inspector_folded")
	for section: Node in EditorInterface.get_inspector().find_children(
		"*", "EditorInspectorSection", true, false
	):
		section.unfold()
	await _shoot("inspector")
	var inspector := EditorInterface.get_inspector()
	inspector.scroll_vertical = int(inspector.size.y * 0.8)  # to the end of the player's own properties
	await _shoot("inspector_below")
	inspector.scroll_vertical = 0


func _create_node() -> void:
	EditorInterface.popup_create_dialog(
		func(_type: StringName) -> void: pass, "Node", "NpcVideoPlayer", "Create New Node"
	)
	await _until(func() -> bool: return _window("Create New Node") != null, "the dialog")
	var dialog := _window("Create New Node")
	await _pause(0.5)  # it fills the search in itself at first
	var search: LineEdit = _find("LineEdit", "NpcVideoPlayer", dialog)
	search.text = "Npc"
	search.text_changed.emit("Npc")
	await _shoot("create_node")
	dialog.hide()


func _help() -> void:
	EditorInterface.set_main_screen_editor("Script")
	EditorInterface.get_script_editor().goto_help("class_name:NpcVideoPlayer")
	await _shoot("help")
	EditorInterface.set_main_screen_editor("2D")


func _preview() -> void:
	var profile := NpcProfile.new()
	profile.npc_name = "Ember"
	profile.portrait = load("res://ember.png")
	profile.graph = NpcResponseGraph.from_template("tickle_game")
	profile.base_prompt = "a small friendly dragon in a night forest, cartoon"
	profile.cooldown = 0.0
	EditorInterface.edit_resource(profile)
	await _press("React")
	for touch in 6:
		await _press("React")
	await _pause(1.5)
	await _shoot("preview")


func _generator() -> void:
	var backend := NpcProceduralBackend.new()
	EditorInterface.edit_resource(backend)
	await _press("Make a Test Clip")
	await _until(func() -> bool: return _find("Label", "It works.") != null, "the test clip")
	await _shoot("generator")


func _bake() -> void:
	var profile := NpcProfile.new()
	profile.npc_name = "Ember"
	profile.graph = NpcResponseGraph.from_template("guard")
	EditorInterface.edit_resource(profile)
	var dialog := await _ready_to_bake()
	dialog.get_ok_button().pressed.emit()
	await _until(func() -> bool: return _find("Label", "s left.", dialog) != null, "a clip")
	await _shoot("bake")
	dialog.hide()


## Tests a generator that does not exist.
func _bake_in_vain(player: NpcVideoPlayer) -> void:
	var before := player.backend
	var nowhere := NpcHttpBackend.new()
	nowhere.url = "http://127.0.0.1:9"
	player.backend = nowhere
	EditorInterface.edit_node(player)
	var dialog := await _ready_to_bake()
	# The demo has clips that need not be made.
	(_find("CheckBox", "Also what is in the folder already", dialog) as CheckBox).button_pressed = true
	dialog.get_ok_button().pressed.emit()
	await _until(
		func() -> bool: return not dialog.get_ok_button().disabled and _find("Label", "failed", dialog),
		"the failures"
	)
	await _shoot("bake_in_vain")
	dialog.hide()
	player.backend = before


## Opens the dialog, and waits until it proposes clips.
func _ready_to_bake() -> ConfirmationDialog:
	await _press("Bake Common States…")
	await _until(func() -> bool: return _window("Bake Common States") != null, "the dialog")
	var dialog: ConfirmationDialog = _window("Bake Common States")
	await _until(func() -> bool: return not dialog.get_ok_button().disabled, "the proposal")
	return dialog


## Shows the monitors of a game that plays by itself.
func _monitors() -> void:
	EditorInterface.play_custom_scene("res://main.tscn")
	await _until(EditorInterface.is_playing_scene, "the game")
	var debugger := _one("EditorDebuggerNode", EditorInterface.get_base_control())
	debugger.make_visible()
	var profiler: Control = _one("EditorPerformanceProfiler", debugger)
	var tabs: TabContainer = profiler.get_parent()
	tabs.current_tab = tabs.get_tab_idx_from_control(profiler)
	var tree: Tree = _one("Tree", profiler)
	await _until(func() -> bool: return _custom(tree) != null, "the monitors")
	for section in tree.get_root().get_children():
		section.collapsed = section != _custom(tree)
	for item in _custom(tree).get_children():
		item.set_checked(0, true)
	tree.item_edited.emit()
	tree.scroll_to_item(_custom(tree).get_child(-1))
	await _pause(PLAY_SECONDS)
	await _shoot("monitors")
	EditorInterface.stop_playing_scene()


## Returns the addon's section in the list of monitors.
func _custom(tree: Tree) -> TreeItem:
	for section in tree.get_root().get_children() if tree.get_root() else []:
		if section.get_text(0).to_lower().begins_with("npc"):
			return section
	return null


func _press(text: String) -> void:
	await _until(func() -> bool: return _find("Button", text) != null, text)
	_find("Button", text).pressed.emit()


func _find(type: String, text: String, root: Node = EditorInterface.get_inspector()) -> Control:
	for found: Control in root.find_children("*", type, true, false):
		if found.is_visible_in_tree() and text in str(found.get("text")):
			return found
	return null


func _one(type: String, root: Node) -> Node:
	return root.find_children("*", type, true, false)[0]


func _window(title: String) -> Window:
	for found: Window in get_tree().root.find_children("*", "Window", true, false):
		if found.visible and found.title == title:
			return found
	return null


func _until(is_so: Callable, what: String) -> void:
	var deadline := Time.get_ticks_msec() + PATIENCE_SECONDS * 1000.0
	while not is_so.call():
		if Time.get_ticks_msec() > deadline:
			printerr("SCRIPT ERROR: waited in vain for " + what)
			get_tree().quit(1)
			await _pause(1e6)
		await get_tree().process_frame


func _pause(seconds: float) -> void:
	await get_tree().create_timer(seconds).timeout


func _shoot(title: String) -> void:
	await _pause(1.0)  # until slides and fades have ended and the help is loaded
	get_tree().root.get_texture().get_image().save_png(_folder.path_join("editor_%s.png" % title))
