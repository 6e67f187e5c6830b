extends DemoPage
## One NPC, and every setting of its player that can be tried while it plays.

## The player's properties with several values, and their titles here.
const CHOICES: Dictionary[String, String] = {
	"preset": "Picture",
	"fallback": "Until then",
	"interpolation": "Movement",
}
## The titles of their values.
const VALUES: Dictionary[String, Dictionary] = {
	"preset":
	{
		NpcVideoPlayer.QUALITY_REALTIME: "Coarse",
		NpcVideoPlayer.QUALITY_FAST: "Fair",
		NpcVideoPlayer.QUALITY_BALANCED: "Fine",
		NpcVideoPlayer.QUALITY_QUALITY: "Finest",
	},
	"fallback":
	{
		NpcVideoPlayer.FALLBACK_PLACEHOLDER: "Portrait",
		NpcVideoPlayer.FALLBACK_PROCEDURAL: "Drawing",
		NpcVideoPlayer.FALLBACK_SIMILAR: "Like it",
		NpcVideoPlayer.FALLBACK_FREEZE: "Held",
	},
	"interpolation":
	{
		NpcVideoPlayer.INTERPOLATION_NONE: "As filmed",
		NpcVideoPlayer.INTERPOLATION_BLEND: "Smooth",
		NpcVideoPlayer.INTERPOLATION_MOTION: "Smoothest",
	},
}
## The properties that are on or off.
const SWITCHES: Dictionary[String, String] = {
	"progressive": "Quick one first",
	"predictive": "Think ahead",
	"overlay": "All numbers",
}
const BACKENDS: Dictionary[String, String] = {
	"embedded": "At once",
	"delayed": "Like AI",
	"http": "Web",
	"comfyui": "ComfyUI",
	"farm": "Farm",
}
## The environment variables with the addresses of servers.
const ADDRESSES: Dictionary[String, String] = {
	"http": "NPC_VIDEO_HTTP",
	"comfyui": "NPC_VIDEO_COMFYUI",
	"farm": "NPC_VIDEO_FARM",
}
## The environment variable with the token for the farm.
const FARM_TOKEN := "NPC_FARM_TOKEN"

var _choices: Dictionary[String, Choice] = {}
var _switches: Dictionary[String, Button] = {}


func _ready() -> void:
	add_player(%Ember)
	_add_zones()
	_add_backends()
	for property in CHOICES:
		_choices[property] = _add_choice(CHOICES[property], VALUES[property], %Ember.get(property))
		_choices[property].chosen.connect(_apply.bind(property))
	_add_switches()
	%Ember.gui_input.connect(_on_ember_input)


func lay_out(upright: bool) -> void:
	super(upright)
	%Zones.columns = 3 if upright else ZONES.size()
	%Settings.columns = 1 if upright else 2


## Sets a property of the player, as the panel does.
func adjust(property: String, value: Variant) -> void:
	if property in _choices:
		_choices[property].press(value)
	else:
		_switches[property].button_pressed = value


func take_turn(turn: int) -> void:
	super(turn)
	touch(%Ember, zone_of(turn))


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


func _add_backends() -> void:
	var choice := _add_choice("Clips come", BACKENDS, "delayed")
	choice.chosen.connect(_use_backend)
	var absent := PackedStringArray()
	for backend in ADDRESSES:
		if not OS.has_environment(ADDRESSES[backend]):
			choice.disable(backend)
			absent.append(ADDRESSES[backend])
	if absent:
		_add_note("No address in", ", ".join(absent))


func _add_switches() -> void:
	var switches := GridContainer.new()
	switches.columns = SWITCHES.size()
	_add_setting("Help", switches)
	for property in SWITCHES:
		var button := Button.new()
		button.text = SWITCHES[property]
		button.theme_type_variation = "Segment"
		button.toggle_mode = true
		button.button_pressed = %Ember.get(property)
		button.size_flags_horizontal = SIZE_EXPAND_FILL
		button.clip_text = true
		button.toggled.connect(_apply.bind(property))
		switches.add_child(button)
		_switches[property] = button


func _add_choice(title: String, values: Dictionary, present: Variant) -> Choice:
	var choice := Choice.new()
	choice.columns = values.size()
	choice.fill(values, present, "Segment")
	_add_setting(title, choice)
	return choice


## Adds a note below a setting: `text`, which is translated, and `names`.
func _add_note(text: String, names: String) -> void:
	var note := HFlowContainer.new()
	for part: String in [text, names]:
		var label := Label.new()
		label.text = part
		label.theme_type_variation = "SmallCaption"
		note.add_child(label)
	%Settings.add_child(Control.new())
	%Settings.add_child(note)


func _add_setting(title: String, control: Control) -> void:
	var caption := Label.new()
	caption.text = title
	caption.theme_type_variation = "Caption"
	%Settings.add_child(caption)
	control.size_flags_horizontal = SIZE_EXPAND_FILL
	%Settings.add_child(control)


func _apply(value: Variant, property: String) -> void:
	%Ember.set(property, value)


func _use_backend(kind: String) -> void:
	var backend: NpcBackend
	if kind == "http":
		backend = NpcHttpBackend.new()
	elif kind == "comfyui":
		backend = NpcComfyUiBackend.new()
	elif kind == "farm":
		backend = NpcFarmBackend.new()
		backend.set("token_env", FARM_TOKEN)
	else:
		backend = NpcProceduralBackend.new()
		backend.set("simulate_latency", kind == "delayed")
		backend.set("draws_ember", true)
	if kind in ADDRESSES:
		backend.set("url", OS.get_environment(ADDRESSES[kind]))
	%Ember.backend = backend
