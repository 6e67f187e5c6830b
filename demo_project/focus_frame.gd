extends Panel
## Draws a frame around the control beside it while that has the focus.


func _ready() -> void:
	var framed: Control = get_parent().get_child(0)
	hide()
	framed.focus_entered.connect(show)
	framed.focus_exited.connect(hide)
