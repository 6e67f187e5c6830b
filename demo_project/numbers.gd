extends GridContainer
## A page's numbers, live.

const TITLES: PackedStringArray = [
	"Reactions", "Own clip after", "First reaction", "Hit rate", "Waiting", "Made ahead"
]

@export var page: DemoPage

var _values: Dictionary[String, Label] = {}


func _ready() -> void:
	for title in TITLES:
		_add(title)


func _process(_delta: float) -> void:
	var total := page.totals()
	_values["Reactions"].text = str(total.reactions)
	_values["Own clip after"].text = tr("%.1f s") % total.clip_seconds.p50
	_values["First reaction"].text = tr("frame %d") % total.first_reaction_frames.max
	_values["Hit rate"].text = "%d %%" % roundi(100.0 * total.hit_rate)
	_values["Waiting"].text = str(total.queue.waiting + total.queue.running)
	_values["Made ahead"].text = tr("%d, %d used") % [total.speculation.made, total.speculation.used]


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
