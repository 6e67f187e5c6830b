@tool
extends "res://addons/probe/hands.gd"
## Uses the graph editor by mouse and keyboard; see tests/harness/editor.py.

var graph: NpcResponseGraph
var dock: Control
var canvas: GraphEdit
var panel: ScrollContainer


func open_graph(opened: NpcResponseGraph) -> void:
	graph = opened
	EditorInterface.edit_resource(graph)
	dock = get_tree().root.find_child("NpcGraph", true, false)
	canvas = dock.find_children("*", "GraphEdit", true, false)[0]
	panel = dock.find_child("NodePanel", true, false)
	await until(func() -> bool: return canvas.is_visible_in_tree(), "the canvas")
	await frames(10)


func undo() -> void:
	canvas.grab_focus()
	await chord([KEY_CTRL, KEY_Z])
	await frames(3)


func elements() -> Array:
	return canvas.get_children().filter(func(child: Node) -> bool: return child is GraphNode)


func element(title: String) -> GraphNode:
	for found: GraphNode in elements():
		if found.title == title:
			return found
	return null


func select(chosen: GraphNode) -> void:
	canvas.set_selected(chosen)
	await frames(3)


func title_of(chosen: GraphNode) -> Vector2:
	var bar := chosen.get_titlebar_hbox()
	return bar.get_global_transform() * (bar.size / 2.0)


func output_of(title: String, port := 0) -> Vector2:
	var chosen := element(title)
	return chosen.get_global_transform() * chosen.get_output_port_position(port)


func input_of(title: String, port := 0) -> Vector2:
	var chosen := element(title)
	return chosen.get_global_transform() * chosen.get_input_port_position(port)


## Chooses what is found for these words in the search that is opening.
func search_for(words: String) -> void:
	await until(func() -> bool: return _search() != null, "the search for " + words)
	await type(words)
	await key(KEY_ENTER)
	await until(func() -> bool: return _search() == null, "the choice")
	await frames(3)


## The middle of a row of the palette.
func row_of(family: String, type_name: String) -> Vector2:
	var tree: Tree = dock.find_children("*", "Tree", true, false)[0]
	for group in tree.get_root().get_children():
		for row in group.get_children():
			if group.get_text(0) == family and row.get_text(0) == type_name:
				tree.scroll_to_item(row, true)
				await frames(3)
				return tree.get_global_transform() * tree.get_item_area_rect(row).get_center()
	return Vector2.ZERO


## The settings in the panel by name: the control below each caption.
func settings() -> Dictionary:
	var found := {}
	for caption: Label in panel.find_children("*", "Label", true, false):
		var column := caption.get_parent()
		var is_of_setting := column is VBoxContainer and column.name != "Outputs"
		if caption.theme_type_variation == "HeaderSmall" and is_of_setting:
			found[caption.text] = column.get_child(caption.get_index() + 1)
	return found


func part(setting: String, type_name: String, index := 0) -> Control:
	var found: Array = settings()[setting].find_children("*", type_name, true, false).filter(
		func(each: Control) -> bool:
			return each.get_class() == type_name and each.is_visible_in_tree()
	)
	return found[index] if index < found.size() else null


## Scrolls the panel to a control, whose place changes while what was just built is laid out.
func click_part(chosen: Control) -> void:
	var place := Rect2()
	while place != chosen.get_global_rect():
		place = chosen.get_global_rect()
		panel.ensure_control_visible(chosen)
		await frames(2)
	await click(place.get_center())


func pick(button: OptionButton, item: String) -> void:
	await click_part(button)
	await pick_by_keys(button, item)


## Chooses from a list that is opening.
func pick_by_keys(button: OptionButton, item: String) -> void:
	var popup := button.get_popup()
	await until(func() -> bool: return popup.visible, "the list")
	for step in popup.item_count:
		if popup.get_focused_item() >= 0 and popup.get_item_text(popup.get_focused_item()) == item:
			break
		await key(KEY_DOWN)
	await key(KEY_ENTER)
	await until(func() -> bool: return not popup.visible, "the end of the list")


func _search() -> PopupPanel:
	for found: PopupPanel in dock.find_children("*", "PopupPanel", true, false):
		if found.visible:
			return found
	return null
