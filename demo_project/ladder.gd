class_name Ladder
extends VBoxContainer
## Lists the possible answers to a touch, the best first. The one on screen is lit, and each shows how
## often it came first.

## Keyed by the names in `get_stats`.
const FALLBACKS: Dictionary[String, String] = {
	"exact": "Its own clip, if that is ready",
	"similar": "else a clip that is like it",
	"procedural": "else a face that is drawn at once",
	"placeholder": "else its portrait",
	"freeze": "else the picture before, held",
}
## The better version of a clip counts as its own clip.
const SAME: Dictionary[String, String] = {"upgrade": "exact"}
const LIT_SWATCH := Vector2(22, 11)

@export var page: DemoPage

var _swatches: Dictionary[String, ColorRect] = {}
var _texts: Dictionary[String, Label] = {}
var _counts: Dictionary[String, Label] = {}


func _ready() -> void:
	for fallback in FALLBACKS:
		var swatch := FallbackCounts.swatch(FallbackCounts.colour(self, fallback))
		_swatches[fallback] = swatch
		var space := Control.new()
		space.custom_minimum_size.x = LIT_SWATCH.x
		space.size_flags_vertical = SIZE_SHRINK_CENTER
		space.add_child(swatch)
		swatch.position.y = -0.5 * FallbackCounts.SWATCH.y
		var text := Label.new()
		text.text = FALLBACKS[fallback]
		text.size_flags_horizontal = SIZE_EXPAND_FILL
		_texts[fallback] = text
		var count := Label.new()
		count.theme_type_variation = "Small"
		_counts[fallback] = count
		var row := HBoxContainer.new()
		row.theme_type_variation = "Tight"
		for part: Control in [space, text, count]:
			row.add_child(part)
		add_child(row)


func _process(_delta: float) -> void:
	var totals := page.totals()
	var lit := {}
	for shown: String in totals.shown:
		lit[SAME.get(shown, shown)] = true
	for fallback in FALLBACKS:
		var is_lit: bool = fallback in lit
		_swatches[fallback].size = LIT_SWATCH if is_lit else FallbackCounts.SWATCH
		_texts[fallback].theme_type_variation = "Small" if is_lit else "SmallCaption"
		_counts[fallback].text = str(totals.fallback_counts.get(fallback, 0))
