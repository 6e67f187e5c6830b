extends GridContainer
## A page's numbers, live.

@export var page: DemoPage

var _values: Dictionary[String, Label] = {}


func _ready() -> void:
	for title in ["Reactions", "First reaction", "Own clip after", "Frames shown", "Rungs"]:
		_add(title)


func _process(_delta: float) -> void:
	var total := Stats.summed(page.stats())
	_values["Reactions"].text = str(total.reactions)
	_values["First reaction"].text = tr("%d frames") % total.first_reaction_frames.max
	_values["Own clip after"].text = tr("%.1f s") % total.clip_seconds.p50
	_values["Frames shown"].text = str(total.frames_shown)
	var rungs: PackedStringArray = []
	for rung: String in total.rungs:
		rungs.append("%s %d" % [tr(rung), total.rungs[rung]])
	_values["Rungs"].text = ", ".join(rungs)


func _add(title: String) -> void:
	var caption := Label.new()
	caption.text = title
	caption.theme_type_variation = "Caption"
	add_child(caption)
	var value := Label.new()
	value.size_flags_horizontal = SIZE_EXPAND_FILL
	value.clip_text = true
	add_child(value)
	_values[title] = value
