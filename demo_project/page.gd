class_name DemoPage
extends BoxContainer
## The base of the playtest's scenes: players, tools to touch them with, a line of text that says what
## they feel, and statistics.

## The rectangle of each zone in the picture, from the top left corner, as parts of its size.
const ZONES: Dictionary[String, Rect2] = {
	"horns": Rect2(0.2, 0.0, 0.6, 0.28),
	"forehead": Rect2(0.25, 0.28, 0.5, 0.15),
	"nose": Rect2(0.35, 0.55, 0.3, 0.1),
	"cheek": Rect2(0.0, 0.28, 1.0, 0.5),
	"belly": Rect2(0.0, 0.78, 1.0, 0.22),
}

## The pressures of automatic touches, and the number of touches of one kind.
const PRESSURES: PackedFloat32Array = [0.5, 0.5, 0.8, 0.3]
const ALIKE := 3

## The rate at which players are asked for their statistics, per second.
const LOOKS_PER_SECOND := 4

## The stretch ratio of the picture beside the panel, whose ratio is 1.
@export var picture_share := 2.0

var players: Array[NpcVideoPlayer] = []

var _totals := {}
var _totals_of := -1


## Puts the panel below the picture in an upright window.
func lay_out(upright: bool) -> void:
	vertical = upright
	var picture: Control = get_child(0)
	picture.size_flags_stretch_ratio = 1.0 if upright else picture_share


## Touches automatically, like somebody who tries each tool a few times and comes back to it.
func take_turn(turn: int) -> void:
	%Tools.choose(_kind(turn))
	%Pressure.value = PRESSURES[_kind(turn) % PRESSURES.size()]


## Returns the zone of the touch in this `turn`: the same one for touches of one kind.
static func zone_of(turn: int) -> String:
	return ZONES.keys()[_kind(turn) % ZONES.size()]


## Returns the control that a keyboard or gamepad reaches first.
func first_focus() -> Control:
	return %Tools.get_child(0)


func stats() -> Array[Dictionary]:
	var all: Array[Dictionary] = []
	for player in players:
		all.append(player.get_stats())
	return all


## Returns the statistics of all players as one record, at most a quarter of a second old.
func totals() -> Dictionary:
	var look := int(Time.get_ticks_msec() * LOOKS_PER_SECOND * 0.001)
	if look != _totals_of:
		_totals_of = look
		_totals = Stats.summed(stats())
	return _totals


## Adds `player`, and shows its feelings and errors.
func add_player(player: NpcVideoPlayer) -> void:
	players.append(player)
	player.reaction_started.connect(
		func(params: Dictionary) -> void: tell(
			tr("%s feels %s.") % [player.npc_name, tr(params.emotion)]
		)
	)
	player.generation_failed.connect(tell)


func touch(player: NpcVideoPlayer, zone: String) -> void:
	player.react({"tool": %Tools.tool, "zone": zone, "pressure": %Pressure.value})


func tell(text: String) -> void:
	%Status.text = text


## Returns the zone at `part` of the picture, (0, 0) to (1, 1); empty if there is none.
static func zone_at(part: Vector2) -> String:
	for zone in ZONES:
		if ZONES[zone].has_point(part):
			return zone
	return ""


static func _kind(turn: int) -> int:
	return floori(float(turn) / ALIKE)


## Returns whether `event` is the press of a finger, of the left mouse button or of the pen.
static func is_press(event: InputEvent) -> bool:
	var click := event as InputEventMouseButton
	return click and click.pressed and click.button_index == MOUSE_BUTTON_LEFT
