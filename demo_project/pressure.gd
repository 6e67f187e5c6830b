extends HBoxContainer
## The pressure of a touch: a slider and its value.


func _ready() -> void:
	%Pressure.value_changed.connect(_show)
	_show(%Pressure.value)


func _show(value: float) -> void:
	$Value.text = "%d %%" % roundi(value * 100.0)
