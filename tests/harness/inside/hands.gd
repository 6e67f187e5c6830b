@tool
extends "res://addons/probe/probe.gd"
## Moves the mouse and presses keys in the editor; see tests/harness/editor.py.

var _held := {}


func key(code: Key, letter := "") -> void:
	_send(code, true, letter)
	_send(code, false, letter)
	await frames(2)


## Presses keys one after the other, and releases them in the opposite order.
func chord(codes: Array) -> void:
	for code: Key in codes:
		await hold(code, true)
	codes.reverse()
	for code: Key in codes:
		await hold(code, false)


func hold(code: Key, is_pressed: bool) -> void:
	_send(code, is_pressed)
	await frames(2)


func _send(code: Key, is_pressed: bool, letter := "") -> void:
	_held[code] = is_pressed
	var event := InputEventKey.new()
	event.keycode = code
	event.physical_keycode = code
	event.unicode = letter.unicode_at(0) if letter else 0
	_add_modifiers(event)
	event.pressed = is_pressed
	Input.parse_input_event(event)


func type(words: String) -> void:
	for letter in words:
		await key(KEY_NONE, letter)


## How far this leads is told by the screen. It knows no buttons, so a step is told, too, where a
## drag of data has to begin.
func point(place: Vector2, buttons := 0, step := Vector2.ZERO) -> void:
	Input.warp_mouse(place)
	await frames(2)
	var event := InputEventMouseMotion.new()
	event.position = place
	event.global_position = place
	event.relative = step
	event.button_mask = buttons
	Input.parse_input_event(event)
	await frames(2)


func click(place: Vector2, button := MOUSE_BUTTON_LEFT, is_double := false) -> void:
	await point(place)
	await _press_button(place, button, true, is_double)
	await _press_button(place, button, false)


func double_click(place: Vector2) -> void:
	await click(place)
	await click(place, MOUSE_BUTTON_LEFT, true)


func drag(from: Vector2, to: Vector2, is_of_data := false) -> void:
	await point(from)
	await _press_button(from, MOUSE_BUTTON_LEFT, true)
	for step in 4:
		var way := (to - from) / 4.0
		var told := way if is_of_data else Vector2.ZERO
		await point(from + way * (step + 1), MOUSE_BUTTON_MASK_LEFT, told)
	await _press_button(to, MOUSE_BUTTON_LEFT, false)
	await frames(3)


func _press_button(place: Vector2, button: MouseButton, is_pressed: bool, is_double := false) -> void:
	var event := InputEventMouseButton.new()
	event.button_index = button
	event.button_mask = (1 << (button - 1)) if is_pressed else 0
	event.position = place
	event.global_position = place
	event.pressed = is_pressed
	event.double_click = is_double
	_add_modifiers(event)
	Input.parse_input_event(event)
	await frames(2)


func _add_modifiers(event: InputEventWithModifiers) -> void:
	event.ctrl_pressed = _held.get(KEY_CTRL, false)
	event.alt_pressed = _held.get(KEY_ALT, false)
	event.shift_pressed = _held.get(KEY_SHIFT, false)
