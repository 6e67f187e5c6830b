extends GridContainer
## Shows a page's statistics, live.

const TITLES: PackedStringArray = ["Touches", "Answered in", "At once", "Own clip after"]

@export var page: DemoPage

var _values: Dictionary[String, Label] = {}


func _ready() -> void:
	for title in TITLES:
		_add(title)


func _process(_delta: float) -> void:
	var total := page.totals()
	_values["Touches"].text = str(total.reactions)
	_values["Answered in"].text = tr("frame %d") % total.first_reaction_frames.max
	_values["At once"].text = "%d %%" % roundi(100.0 * total.hit_rate)
	_values["Own clip after"].text = tr("%.1f s") % total.clip_seconds.p50


func _add(title: String) -> void:
	var caption := Label.new()
	caption.text = title
	caption.theme_type_variation = "SmallCaption"
	add_child(caption)
	var value := Label.new()
	value.theme_type_variation = "Small"
	value.size_flags_horizontal = SIZE_EXPAND_FILL
	add_child(value)
	_values[title] = value
