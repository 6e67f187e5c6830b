class_name Choice
extends GridContainer
## A row of buttons, of which one is pressed.

signal chosen(value: String)

var _values: Array[String] = []


## Shows one button for each of `titles`, by value.
func fill(titles: Dictionary, present: String, variation := "") -> void:
	var group := ButtonGroup.new()
	for value: String in titles:
		var button := Button.new()
		button.text = titles[value]
		button.theme_type_variation = variation
		button.toggle_mode = true
		button.button_group = group
		button.button_pressed = value == present
		button.size_flags_horizontal = SIZE_EXPAND_FILL
		button.clip_text = true
		button.pressed.connect(func() -> void: chosen.emit(value))
		_values.append(value)
		add_child(button)


## Presses a button as a player would; past the last one, it begins again.
func choose(index: int) -> void:
	var button: Button = get_child(index % get_child_count())
	button.button_pressed = true
	button.pressed.emit()
