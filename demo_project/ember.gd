extends DemoPage
## One NPC, and every setting of its player that can be tried while it plays.

## The player's properties, and what they are called here.
const SETTINGS: Dictionary[String, String] = {
	"preset": "Preset",
	"fallback": "Fallback",
	"interpolation": "Blending",
	"progressive": "Progressive",
}


func _ready() -> void:
	add_player(%Ember)
	_add_zones()
	for property in SETTINGS:
		_add_setting(property)
	%Ember.gui_input.connect(_on_ember_input)
	%Ember.fallback_shown.connect(func(_kind: String) -> void: %Progress.value = 0.0)
	%Ember.generation_progress.connect(func(part: float) -> void: %Progress.value = part)
	%Ember.clip_started.connect(func(_info: Dictionary) -> void: %Progress.value = 1.0)


func take_turn(turn: int) -> void:
	super(turn)
	touch(%Ember, ZONES.keys()[turn % ZONES.size()])


func _on_ember_input(event: InputEvent) -> void:
	if is_press(event):
		var zone := zone_at(event.position / %Ember.size)
		if zone:
			touch(%Ember, zone)


func _add_zones() -> void:
	for zone in ZONES:
		var button := Button.new()
		button.text = zone.capitalize()
		button.size_flags_horizontal = SIZE_EXPAND_FILL
		button.clip_text = true
		button.pressed.connect(touch.bind(%Ember, zone))
		%Zones.add_child(button)


func _add_setting(property: String) -> void:
	var caption := Label.new()
	caption.text = SETTINGS[property]
	caption.theme_type_variation = "Caption"
	%Settings.add_child(caption)
	var titles := _titles(property)
	var choice := Choice.new()
	choice.columns = titles.size()
	choice.size_flags_horizontal = SIZE_EXPAND_FILL
	choice.fill(titles, str(%Ember.get(property)), "Segment")
	choice.chosen.connect(_apply.bind(property))
	%Settings.add_child(choice)


## The inspector's own list of the property's values.
func _titles(property: String) -> Dictionary:
	var titles := {}
	for entry: Dictionary in %Ember.get_property_list():
		if entry.name == property and entry.type == TYPE_BOOL:
			titles = {"true": "On", "false": "Off"}
		elif entry.name == property:
			for value: String in entry.hint_string.split(","):
				titles[value] = value.capitalize()
	return titles


## The player goes by it at once; what it generates, from the next reaction on.
func _apply(value: String, property: String) -> void:
	%Ember.set(property, value == "true" if %Ember.get(property) is bool else value)
	%Ember.queue_redraw()
