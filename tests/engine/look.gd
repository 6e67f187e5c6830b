extends SceneTree
## Looks at the playtest in every layout and language, and prints what it saw as JSON.

const SIZES: Dictionary[String, Vector2i] = {
	"lying": Vector2i(1280, 720),
	"upright": Vector2i(480, 900),
}
const LANGUAGES: PackedStringArray = ["en", "de"]
const FRAMES := 20


func _initialize() -> void:
	_look.call_deferred()


func _look() -> void:
	var seen := {}
	var main: Control = load("res://main.tscn").instantiate()
	root.add_child(main)
	for layout in SIZES:
		root.size = SIZES[layout]
		for language in LANGUAGES:
			main.get_node("%Languages").press(language)
			for title: String in main.SCENES:
				main.open(title)
				for count in FRAMES:
					await process_frame
				seen["%s %s %s" % [layout, language, title]] = _seen_in(main)
	print("@seen ", JSON.stringify(seen))
	quit()


func _seen_in(main: Control) -> Dictionary:
	var seen := {"missed": [], "cut": [], "outside": [], "texts": [], "scrolls": false}
	var reached := _reached()
	for control: Control in main.find_children("*", "Control", true, false):
		if not control.is_visible_in_tree():
			continue
		var named := "%s %s" % [control.get_path(), _text(control)]
		seen.texts.append(_text(control))
		if control.focus_mode == Control.FOCUS_ALL and control not in reached:
			seen.missed.append(named)
		if _is_cut(control):
			seen.cut.append(named)
		if control is Button and not _is_within_window(control):
			seen.outside.append(named)
		if control is ScrollContainer:
			seen.scrolls = control.get_v_scroll_bar().visible
	return seen


## What arrow keys and gamepads lead to from where the focus is.
func _reached() -> Dictionary:
	var reached := {}
	var waiting: Array[Control] = [root.gui_get_focus_owner()]
	while waiting:
		var control: Control = waiting.pop_back()
		if control and control not in reached:
			reached[control] = true
			for side: Side in [SIDE_LEFT, SIDE_TOP, SIDE_RIGHT, SIDE_BOTTOM]:
				waiting.append(control.find_valid_focus_neighbor(side))
	return reached


func _is_cut(control: Control) -> bool:
	var room := control.size.x + 0.5
	if control is Button:
		room -= control.get_theme_stylebox("normal").get_minimum_size().x
	elif not control is Label or control.autowrap_mode != TextServer.AUTOWRAP_OFF:
		return false
	var font := control.get_theme_font("font")
	var size := control.get_theme_font_size("font_size")
	return font.get_string_size(_text(control), HORIZONTAL_ALIGNMENT_LEFT, -1, size).x > room


func _is_within_window(control: Control) -> bool:
	var box := control.get_global_rect()
	return box.position.x >= 0.0 and box.end.x <= root.get_visible_rect().end.x


func _text(control: Control) -> String:
	return control.atr(control.get("text")) if control is Button or control is Label else ""
