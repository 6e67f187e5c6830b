extends DemoPage
## Shows what happens after a touch: the possible answers, the jobs, and a timeline of the screen.


func _ready() -> void:
	add_player(%Ember)
	%Ember.gui_input.connect(_on_ember_input)


func lay_out(upright: bool) -> void:
	super(upright)
	%Numbers.columns = 4 if upright else 8


func take_turn(turn: int) -> void:
	super(turn)
	touch(%Ember, zone_of(turn))


func _on_ember_input(event: InputEvent) -> void:
	if event.is_action_pressed("ui_accept"):
		touch(%Ember, "cheek")
	elif is_press(event):
		var zone := zone_at(event.position / %Ember.size)
		if zone:
			touch(%Ember, zone)
