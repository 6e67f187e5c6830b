@tool
extends EditorPlugin
## Looks around in the editor for a test; see tests/harness/editor.py.

const PATIENCE_SECONDS := 40.0

var seen := {}


func _enter_tree() -> void:
	_run.call_deferred()


## What a test does in the editor.
func visit() -> void:
	pass


## Waits for what `is_so` tells; a test that waits in vain ends, and says for what.
func until(is_so: Callable, what: String) -> void:
	var deadline := Time.get_ticks_msec() + PATIENCE_SECONDS * 1000.0
	while not is_so.call():
		if Time.get_ticks_msec() > deadline:
			printerr("waited in vain for " + what)
			get_tree().quit(1)
			await get_tree().create_timer(1e6).timeout
		await get_tree().process_frame


func inspect(edited: Object) -> void:
	EditorInterface.inspect_object(edited)
	await until(func() -> bool: return EditorInterface.get_inspector().get_edited_object() == edited,
		"the inspector")
	await frames(3)


func frames(count: int) -> void:
	for frame in count:
		await get_tree().process_frame


## The visible control in the inspector, or below `root`, that has this text, if it has to.
func control(type: String, text: String, root: Node = EditorInterface.get_inspector()) -> Control:
	for found: Control in root.find_children("*", type, true, false):
		if found.is_visible_in_tree() and (not text or text in str(found.get("text"))):
			return found
	return null


func has(type: String, text: String, root: Node = EditorInterface.get_inspector()) -> bool:
	return control(type, text, root) != null


func press(text: String, root: Node = EditorInterface.get_inspector()) -> void:
	await until(func() -> bool: return has("Button", text, root), "the button " + text)
	control("Button", text, root).pressed.emit()


## The fact that stands beside this caption.
func fact(caption: String) -> String:
	for label: Label in EditorInterface.get_inspector().find_children("*", "Label", true, false):
		if label.text == caption and label.is_visible_in_tree():
			return label.get_parent().get_child(label.get_index() + 1).get("text")
	return ""


func window(title: String) -> Window:
	for found: Window in get_tree().root.find_children("*", "Window", true, false):
		if found.visible and found.title == title:
			return found
	return null


func _run() -> void:
	while EditorInterface.get_resource_filesystem().is_scanning():
		await get_tree().process_frame
	await visit()
	EditorInterface.edit_resource(null)
	await frames(2)
	print("@seen " + JSON.stringify(seen))
	get_tree().quit(0)
