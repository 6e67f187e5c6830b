class_name Choice
extends GridContainer
## A row of buttons, one of which is pressed.

signal chosen(value: Variant)

## By value, Strings or numbers.
var _buttons := {}


## Shows a button for each of `titles`, which are keyed by value.
func fill(titles: Dictionary, present: Variant, variation := "") -> void:
	var group := ButtonGroup.new()
	for value: Variant in titles:
		var button := Button.new()
		button.text = titles[value]
		button.theme_type_variation = variation
		button.toggle_mode = true
		button.button_group = group
		button.button_pressed = value == present
		button.size_flags_horizontal = SIZE_EXPAND_FILL
		button.clip_text = true
		button.pressed.connect(func() -> void: chosen.emit(value))
		_buttons[value] = button
		add_child(button)


## Presses a button as a player would; past the last one, it begins again.
func choose(index: int) -> void:
	press(_buttons.keys()[index % _buttons.size()])


## Presses the button of `value` as a player would.
func press(value: Variant) -> void:
	_buttons[value].button_pressed = true
	_buttons[value].pressed.emit()


## Removes the button of `value`.
func disable(value: Variant) -> void:
	_buttons[value].disabled = true
	_buttons[value].focus_mode = Control.FOCUS_NONE
