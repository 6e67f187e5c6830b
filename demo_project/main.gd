extends Control
## The playtest's frame: a bar of tabs, and below it the chosen scene.
##
## As in a game, scenes are loaded when they are opened and freed when they are left. The clips and the
## generator, which all players share, stay. Upright windows, such as a phone's, get the panel below
## the picture.

const SCENES: Dictionary[String, PackedScene] = {
	"Ember": preload("res://ember.tscn"),
	"What happens": preload("res://happens.tscn"),
	"Market": preload("res://market.tscn"),
	"Screen": preload("res://stage_3d.tscn"),
}
## The size of a window in which one unit is one pixel.
const LYING := Vector2i(1280, 720)
const UPRIGHT := Vector2i(600, 1066)

var page: DemoPage
## The statistics of players in scenes that were left.
var _earlier_stats: Array[Dictionary] = []


func _ready() -> void:
	var group := ButtonGroup.new()
	for title in SCENES:
		var tab := Button.new()
		tab.name = title
		tab.text = title
		tab.theme_type_variation = "Tab"
		tab.toggle_mode = true
		tab.button_group = group
		tab.pressed.connect(open.bind(title))
		%Tabs.add_child(tab)
	get_window().size_changed.connect(_fit)
	_fit()
	open(SCENES.keys()[0])


func _unhandled_input(event: InputEvent) -> void:
	var button := event as InputEventJoypadButton
	if event.is_action_pressed("ui_page_down"):
		_open_beside(1)
	elif event.is_action_pressed("ui_page_up"):
		_open_beside(-1)
	elif button and button.pressed and button.button_index == JOY_BUTTON_RIGHT_SHOULDER:
		_open_beside(1)
	elif button and button.pressed and button.button_index == JOY_BUTTON_LEFT_SHOULDER:
		_open_beside(-1)


## Leaves the present scene for the one of this title.
func open(title: String) -> void:
	if page:
		if page.name == title:
			return
		_earlier_stats.append_array(page.stats())
		%Page.remove_child(page)
		page.queue_free()
	page = SCENES[title].instantiate()
	page.name = title
	page.lay_out(_is_upright())
	%Page.add_child(page)
	var tab := _tab(SCENES.keys().find(title))
	tab.button_pressed = true
	tab.grab_focus()
	_link_focus()


## Returns the statistics of all past and present players.
func stats() -> Array[Dictionary]:
	return _earlier_stats + page.stats()


func _open_beside(step: int) -> void:
	var titles := SCENES.keys()
	open(titles[posmod(titles.find(String(page.name)) + step, titles.size())])


func _tab(index: int) -> Button:
	return %Tabs.get_child(index)


## Sets the focus neighbours: down from the tabs into the scene, up from there to the scene's own tab,
## right from the tabs to the languages.
func _link_focus() -> void:
	var first := page.first_focus()
	for tab: Button in %Tabs.get_children():
		tab.focus_neighbor_bottom = tab.get_path_to(first)
	first.focus_neighbor_top = first.get_path_to(%Tabs.get_node(NodePath(page.name)))
	var last_tab := _tab(-1)
	var language: Button = %Languages.get_child(0)
	last_tab.focus_neighbor_right = last_tab.get_path_to(language)
	language.focus_neighbor_left = language.get_path_to(last_tab)


func _is_upright() -> bool:
	return get_window().size.x < get_window().size.y


func _fit() -> void:
	get_window().content_scale_size = UPRIGHT if _is_upright() else LYING
	if page:
		page.lay_out(_is_upright())
