@tool
extends "res://addons/probe/probe.gd"
## Opens a large graph in the editor, builds it in GDScript too, and pans.

const TURNS := 5
const FRAMES := 60
const STEP := Vector2(40, 15)

var _clock := GraphClock.new()


func visit() -> void:
	var graph: NpcResponseGraph = load("res://large.npcgraph.json")
	var small := NpcResponseGraph.from_template("mood_meter")
	EditorInterface.edit_resource(small)
	await frames(20)
	seen = {"open": [], "python": [], "gdscript": [], "pan with map": [], "pan without": []}
	var canvas: GraphEdit
	for turn in TURNS:
		EditorInterface.edit_resource(small)
		await frames(5)
		seen.open.append(await _timed(func() -> void: EditorInterface.edit_resource(graph)))
		await frames(5)
		canvas = _canvas()
		var elements := canvas.get_children().filter(func(node: Node) -> bool: return node is GraphNode)
		var plans := elements.map(_plan_of)
		var wires := canvas.get_connection_list()
		seen.nodes = elements.size()
		seen.wires = wires.size()
		seen.gdscript.append(await _timed(_build_graph.bind(plans, wires, canvas)))
		seen.python.append(seen.open.back())
	var dock: Control = get_tree().root.find_child("NpcGraph", true, false)
	var map: Control = dock.find_child("Overview", true, false)
	for turn in TURNS:
		for has_map: bool in [true, false]:
			map.visible = has_map
			await frames(5)
			var began := _clock.milliseconds()
			for frame in FRAMES:
				canvas.scroll_offset += STEP if turn % 2 == 0 else -STEP
				await get_tree().process_frame
			var name := "pan with map" if has_map else "pan without"
			seen[name].append((_clock.milliseconds() - began) / FRAMES)


## The processor time of what is done now, and of the frame in which it is laid out.
func _timed(act: Callable) -> float:
	var began := _clock.milliseconds()
	act.call()
	await frames(2)
	return _clock.milliseconds() - began


func _canvas() -> GraphEdit:
	return get_tree().root.find_children("*", "GraphEdit", true, false).filter(
		func(found: GraphEdit) -> bool: return found.is_visible_in_tree()
	)[0]


## What is needed to make a control anew, and those below it.
func _plan_of(control: Control) -> Array:
	var children := control.get_children().filter(
		func(child: Node) -> bool: return child is Control
	).map(_plan_of)
	var slots := []
	if control is GraphNode:
		for index in children.size():
			slots.append([
				control.is_slot_enabled_left(index), control.get_slot_color_left(index),
				control.is_slot_enabled_right(index), control.get_slot_color_right(index),
			])
	var texts := {}
	for property in ["title", "text", "tooltip_text", "size_flags_horizontal", "mouse_filter"]:
		if property in control:
			texts[property] = control.get(property)
	var styles := {}
	for style in ["titlebar", "titlebar_selected"]:
		if control.has_theme_stylebox_override(style):
			styles[style] = control.get_theme_stylebox(style)
	var at: Vector2 = control.position_offset if control is GraphElement else Vector2()
	return [control.get_class(), control.name, at, texts, styles, slots, children]


func _build_graph(plans: Array, wires: Array, like: GraphEdit) -> void:
	var graph := GraphEdit.new()
	graph.minimap_enabled = false
	graph.size = like.size
	for plan: Array in plans:
		graph.add_child(_made(plan))
	for wire: Dictionary in wires:
		graph.connect_node(wire.from_node, wire.from_port, wire.to_node, wire.to_port)
	like.get_parent().get_parent().add_child(graph)
	graph.queue_free.call_deferred()


func _made(plan: Array) -> Control:
	var control: Control = ClassDB.instantiate(plan[0])
	control.name = plan[1]
	for property: String in plan[3]:
		control.set(property, plan[3][property])
	for style: String in plan[4]:
		control.add_theme_stylebox_override(style, plan[4][style])
	for child: Array in plan[6]:
		control.add_child(_made(child))
	if control is GraphNode:
		control.position_offset = plan[2]
		for index in plan[5].size():
			var slot: Array = plan[5][index]
			control.set_slot(index, slot[0], 0, slot[1], slot[2], 0, slot[3])
	return control
