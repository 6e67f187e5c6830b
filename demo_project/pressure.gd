extends HBoxContainer
## How hard a touch is: a slider and what it says.


func _ready() -> void:
	%Pressure.value_changed.connect(_show)
	_show(%Pressure.value)


func _show(value: float) -> void:
	$Value.text = "%d %%" % roundi(value * 100.0)
