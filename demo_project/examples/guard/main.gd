extends Control
## A guard who remembers over several meetings, and in saved games, what was done to him.
##
## His graph, guard.npcgraph.json, decides how he feels about the player. This script tells him of
## deeds, reads his look and keeps his memory in a file. It knows no number of the graph, so you can
## change them there alone.

const FILE := "user://guard.json"
const COINS := 30
const BRIBE := 10
## His words for each deed, by his lasting feeling.
const WORDS: Dictionary[String, Dictionary] = {
	"greeting": {
		"neutral": "Halt! State your business.",
		"happy": "Ah, my friend! A quiet night so far.",
		"annoyed": "You again. Make it short.",
		"angry": "Not one step closer!",
	},
	"bribe": {
		"neutral": "Hm. I saw nothing, and you saw nothing.",
		"happy": "You know how to make a cold night warmer.",
		"annoyed": "That helps. It does not make us friends.",
		"angry": "You think coins make me forget?",
	},
	"favour": {
		"neutral": "You found my whistle? Well. Thank you.",
		"happy": "Hot soup! You are a good soul.",
		"annoyed": "Decent of you. Perhaps I was too hard on you.",
		"angry": "One good deed does not undo all that.",
	},
	"insult": {
		"neutral": "What did you say?",
		"happy": "From you, of all people?",
		"annoyed": "Watch your tongue.",
		"angry": "That is enough! I will not forget this.",
	},
	"ask": {
		"neutral": "Nobody passes after dark.",
		"happy": "For you, the gate is open. Go on through!",
		"annoyed": "You? Certainly not.",
		"angry": "Away from my gate!",
	},
	"night": {
		"neutral": "He nods, as he does to everyone.",
		"happy": "He waves at you from afar.",
		"annoyed": "He saw you, and folds his arms.",
		"angry": "He saw you, and reaches for his whistle.",
	},
}

var _meeting := 1
var _coins := COINS
## The look in which he was last seen; empty before the first deed.
var _look := {}

@onready var _guard: NpcVideoPlayer = %Guard


func _ready() -> void:
	_guard.reaction_started.connect(func(look: Dictionary) -> void: _look = look)
	for button: Button in %Deeds.get_children():
		# The buttons are named after deeds, which are the tools of the graph.
		button.pressed.connect(_do.bind(button.name.to_lower()))
	%Leave.pressed.connect(_leave)
	%Forget.pressed.connect(_begin_anew)
	_load()
	%Deeds.get_child(0).grab_focus()


func _do(deed: String) -> void:
	if deed == "bribe" and _coins < BRIBE:
		return
	# With the cooldown of 0 in his profile he answers every click, however quick.
	if not _guard.react({"tool": deed}):
		return
	if deed == "bribe":
		_coins -= BRIBE
	_show(WORDS[deed][_look.emotion])
	# After each deed, so that it cannot be undone by quitting.
	_save()


## Ends the meeting. The night is an event for his graph, too, in which he forgives a little.
func _leave() -> void:
	_meeting += 1
	_coins = mini(_coins + BRIBE, COINS)
	_do("night")


func _begin_anew() -> void:
	_guard.reset()
	_look = {}
	_meeting = 1
	_coins = COINS
	_show("A guard stands at the gate. He does not know you.")
	_save()


func _show(words: String) -> void:
	%Says.text = words
	%Meeting.text = "Meeting %d  ·  %d coins" % [_meeting, _coins]
	%Bribe.disabled = _coins < BRIBE


func _save() -> void:
	var saved := {
		"meeting": _meeting, "coins": _coins, "look": _look, "guard": _guard.save_state()
	}
	var file := FileAccess.open(FILE, FileAccess.WRITE)
	if file:
		file.store_string(JSON.stringify(saved))
	else:
		push_error("%s: %s" % [FILE, error_string(FileAccess.get_open_error())])


func _load() -> void:
	var saved := _read()
	# `load_state` refuses what is no state of this guard, for example after an edit of the file.
	if not saved or not _guard.load_state(saved.guard):
		_begin_anew()
		return
	_meeting = int(saved.meeting)
	_coins = int(saved.coins)
	_look = saved.look
	if _look:
		# In the same frame, so that he is seen as he was, not as he opens.
		_guard.request(_look)
	_show("The guard at the gate looks up.")


## Returns what was saved; empty if there is nothing, or if it is not of this game.
func _read() -> Dictionary:
	var json := JSON.new()
	if not FileAccess.file_exists(FILE) or json.parse(FileAccess.get_file_as_string(FILE)) != OK:
		return {}
	var saved: Variant = json.data
	if not saved is Dictionary or not saved.has_all(["meeting", "coins", "look", "guard"]):
		return {}
	return saved if saved.look is Dictionary and saved.guard is Dictionary else {}
