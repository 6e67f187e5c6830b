class_name FallbackCounts
extends HFlowContainer
## Counts how often each fallback and the clip itself came first, with their colours in timelines.

## The titles, keyed by the names in `get_stats`.
const NAMES: Dictionary[String, String] = {
	"exact": "own clip",
	"similar": "similar clip",
	"procedural": "drawn face",
	"placeholder": "portrait",
	"freeze": "held picture",
}

const SWATCH := Vector2(11, 11)

@export var page: DemoPage

var _counts: Dictionary[String, Label] = {}


func _ready() -> void:
	for fallback in NAMES:
		var label := Label.new()
		label.theme_type_variation = "Small"
		_counts[fallback] = label
		var row := HBoxContainer.new()
		row.theme_type_variation = "Tight"
		row.add_child(swatch(colour(self, fallback)))
		row.add_child(label)
		add_child(row)


func _process(_delta: float) -> void:
	var counts: Dictionary = page.totals().fallback_counts
	for fallback in NAMES:
		_counts[fallback].text = "%s %d" % [tr(NAMES[fallback]), counts.get(fallback, 0)]


## Returns the colour of `what` on a timeline of `control`; that of the background for "".
static func colour(control: Control, what: String) -> Color:
	return control.get_theme_color("timeline_" + what if what else "timeline", "NpcVideoPlayer")


## Makes a patch of `its_colour` for a row of text.
static func swatch(its_colour: Color) -> ColorRect:
	var patch := ColorRect.new()
	patch.color = its_colour
	patch.custom_minimum_size = SWATCH
	patch.size_flags_vertical = SIZE_SHRINK_CENTER
	return patch
