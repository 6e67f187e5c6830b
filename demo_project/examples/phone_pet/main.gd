extends Control
## A pet for a touch screen: zones over the picture tell strokes, pokes and holds apart.
##
## This script has what zones cannot know: treats and the ball, and the time between two sessions.

const FILE := "user://pet.json"
## The time away after which the pet has missed the player.
const LONELY_HOURS := 8.0
## The number of hearts, by the pet's lasting feeling.
const HEARTS: Dictionary[String, int] = {"sad": 1, "neutral": 2, "happy": 3, "love": 4}
const FULL := Color.WHITE
const EMPTY := Color(1.0, 1.0, 1.0, 0.2)

var _look := {"emotion": "happy"}

@onready var _pet: NpcVideoPlayer = %Pet


func _ready() -> void:
	_pet.reaction_started.connect(_on_reaction_started)
	for button: Button in %Deeds.get_children():
		# The buttons are named after the tools of the graph.
		button.pressed.connect(func() -> void: _pet.react({"tool": button.name.to_lower()}))
	_load()
	_show()


func _on_reaction_started(look: Dictionary) -> void:
	_look = look
	_show()
	# Now, because a phone ends games in the background without a word.
	_save()


func _show() -> void:
	var hearts := HEARTS[_look.emotion]
	for heart: CanvasItem in %Hearts.get_children():
		heart.modulate = FULL if heart.get_index() < hearts else EMPTY


func _save() -> void:
	var file := FileAccess.open(FILE, FileAccess.WRITE)
	if not file:
		push_error("%s: %s" % [FILE, error_string(FileAccess.get_open_error())])
		return
	var saved := {
		"at": Time.get_unix_time_from_system(), "look": _look, "pet": _pet.save_state()
	}
	file.store_string(JSON.stringify(saved))


func _load() -> void:
	var saved := _read()
	# `load_state` refuses what is no state of this pet.
	if not saved or not _pet.load_state(saved.pet):
		return
	_look = saved.look
	# Its state goes on as if no time had passed, so the game tells it if that was long. A clock that
	# was put back makes a negative number.
	var hours: float = (Time.get_unix_time_from_system() - saved.at) / 3600.0
	if hours >= LONELY_HOURS:
		_pet.react({"tool": "away"})
	else:
		# In the same frame, so that it is seen as it was, not as it opens.
		_pet.request(_look)


## Returns what was saved; empty if there is nothing, or if it is not of this game.
func _read() -> Dictionary:
	var json := JSON.new()
	if not FileAccess.file_exists(FILE) or json.parse(FileAccess.get_file_as_string(FILE)) != OK:
		return {}
	var saved: Variant = json.data
	if not saved is Dictionary or not saved.has_all(["at", "look", "pet"]):
		return {}
	return saved if saved.look is Dictionary and saved.pet is Dictionary else {}
