extends Control
## Leads through the story: tells Mira what was said, and turns to the next page by how she feels.

const FILE := "user://visual_novel.json"

var _page := Story.FIRST
## Mira's last look; empty until something was said to her.
var _look := {}

@onready var _mira: NpcVideoPlayer = %Mira
@onready var _balloon: Balloon = %Balloon


func _ready() -> void:
	_mira.reaction_started.connect(func(look: Dictionary) -> void: _look = look)
	_balloon.chosen.connect(_on_chosen)
	%Save.pressed.connect(_save)
	%Load.pressed.connect(_load)
	%Again.pressed.connect(_begin)
	%Load.disabled = not FileAccess.file_exists(FILE)
	_begin()


func _begin() -> void:
	# She would remember an earlier round as long as the game runs.
	_mira.reset()
	_look = {}
	_open(Story.FIRST)


func _open(page: String) -> void:
	_page = page
	_balloon.show_line("Mira", Story.PAGES[page].text, Story.PAGES[page].choices)


## The signal of a dialogue addon does the same: see README.md.
func _on_chosen(choice: Dictionary) -> void:
	# She answers in this frame, so `_look` is the one after these words.
	_mira.react({"tool": choice.said})
	_open(Story.after(choice, _look.emotion))


func _save() -> void:
	var file := FileAccess.open(FILE, FileAccess.WRITE)
	if not file:
		%Told.text = "Not saved: %s." % error_string(FileAccess.get_open_error())
		return
	var saved := {"page": _page, "look": _look, "mira": _mira.save_state()}
	file.store_string(JSON.stringify(saved))
	%Load.disabled = false
	%Told.text = "Saved."


func _load() -> void:
	var saved := _read()
	# `load_state` refuses what is no state of Mira's, for example after an edit of the file.
	if not saved or not _mira.load_state(saved.mira):
		%Told.text = "This file cannot be loaded."
		return
	_look = saved.look
	if _look:
		# In the same frame, so that she is seen as she was, not as she opens.
		_mira.request(_look)
	_open(saved.page)
	%Told.text = "Loaded."


## Returns what was saved; empty if it is not of this game.
func _read() -> Dictionary:
	var json := JSON.new()
	if json.parse(FileAccess.get_file_as_string(FILE)) != OK or not json.data is Dictionary:
		return {}
	var saved: Dictionary = json.data
	var is_whole := (
		Story.PAGES.has(saved.get("page"))
		and saved.get("look") is Dictionary
		and saved.get("mira") is Dictionary
	)
	return saved if is_whole else {}
