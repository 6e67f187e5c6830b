class_name Balloon
extends PanelContainer
## Writes a line of dialogue letter by letter, then offers choices. It knows no NPC.

signal chosen(choice: Dictionary)

const LETTERS_PER_SECOND := 45.0

var _choices: Array = []
var _writing: Tween


## Shows a line. Each of `choices` has its `text`; the rest of it is the listener's own.
func show_line(speaker: String, text: String, choices: Array) -> void:
	_choices = choices
	%Speaker.text = speaker
	%Text.text = text
	%Text.visible_ratio = 0.0
	_remove_buttons()
	if _writing:
		_writing.kill()
	_writing = create_tween()
	_writing.tween_property(%Text, "visible_ratio", 1.0, text.length() / LETTERS_PER_SECOND)
	_writing.finished.connect(_offer)


func _gui_input(event: InputEvent) -> void:
	var click := event as InputEventMouseButton
	if click and click.pressed and click.button_index == MOUSE_BUTTON_LEFT:
		_hurry()


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed("ui_accept"):
		_hurry()


## Writes the rest at once.
func _hurry() -> void:
	if _writing and _writing.is_running():
		_writing.custom_step(INF)


func _offer() -> void:
	for choice: Dictionary in _choices:
		var button := Button.new()
		button.text = choice.text
		button.alignment = HORIZONTAL_ALIGNMENT_LEFT
		button.pressed.connect(_choose.bind(choice))
		%Choices.add_child(button)
	if _choices:
		%Choices.get_child(0).grab_focus()


func _choose(choice: Dictionary) -> void:
	# Before the signal, which may show the next line: so no choice is taken twice.
	_remove_buttons()
	chosen.emit(choice)


func _remove_buttons() -> void:
	for button: Button in %Choices.get_children():
		# It may be the one whose press is handled now, so it cannot be freed here.
		%Choices.remove_child(button)
		button.queue_free()
