class_name DemoPage
extends BoxContainer
## What the scenes of the playtest have in common: players, tools to touch them with, a line of
## text that tells what they feel, and numbers.

## Where each zone is in the picture, from the top left corner, as parts of its size.
const ZONES: Dictionary[String, Rect2] = {
	"horns": Rect2(0.2, 0.0, 0.6, 0.28),
	"forehead": Rect2(0.25, 0.28, 0.5, 0.15),
	"nose": Rect2(0.35, 0.55, 0.3, 0.1),
	"cheek": Rect2(0.0, 0.28, 1.0, 0.5),
	"belly": Rect2(0.0, 0.78, 1.0, 0.22),
}

## How hard touches are that come by themselves, and how many of them are of one kind.
const PRESSURES: PackedFloat32Array = [0.5, 0.5, 0.8, 0.3]
const ALIKE := 3

## How often in a second the players are asked for their numbers.
const LOOKS_PER_SECOND := 4

## How much of the width the picture takes beside the panel, whose share is 1.
@export var picture_share := 2.0

var players: Array[NpcVideoPlayer] = []

var _totals := {}
var _totals_of := -1


## An upright window has the panel below the picture.
func lay_out(upright: bool) -> void:
	vertical = upright
	var picture: Control = get_child(0)
	picture.size_flags_stretch_ratio = 1.0 if upright else picture_share


## Touches by itself, as somebody does who tries each tool a few times, and comes back to it.
func take_turn(turn: int) -> void:
	%Tools.choose(_kind(turn))
	%Pressure.value = PRESSURES[_kind(turn) % PRESSURES.size()]


## Where the touch of this `turn` is: on the same spot as those before that are alike.
static func zone_of(turn: int) -> String:
	return ZONES.keys()[_kind(turn) % ZONES.size()]


## What a keyboard or gamepad reaches first.
func first_focus() -> Control:
	return %Tools.get_child(0)


func stats() -> Array[Dictionary]:
	var all: Array[Dictionary] = []
	for player in players:
		all.append(player.get_stats())
	return all


## The numbers of all players as one record, of this moment or a quarter of a second ago.
func totals() -> Dictionary:
	var look := int(Time.get_ticks_msec() * LOOKS_PER_SECOND * 0.001)
	if look != _totals_of:
		_totals_of = look
		_totals = Stats.summed(stats())
	return _totals


## Takes care of `player`: what it feels and what goes wrong is told.
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


## The zone at `part` of the picture, (0, 0) to (1, 1); empty where there is none.
static func zone_at(part: Vector2) -> String:
	for zone in ZONES:
		if ZONES[zone].has_point(part):
			return zone
	return ""


static func _kind(turn: int) -> int:
	return floori(float(turn) / ALIKE)


## Whether `event` is the press of a finger, of the left mouse button or of the pen.
static func is_press(event: InputEvent) -> bool:
	var click := event as InputEventMouseButton
	return click and click.pressed and click.button_index == MOUSE_BUTTON_LEFT
