extends Choice
## The languages of the playtest; English is that of its source.

const NAMES: Dictionary[String, String] = {"en": "EN", "de": "DE"}


func _ready() -> void:
	var present := TranslationServer.get_locale().get_slice("_", 0)
	fill(NAMES, present if present in NAMES else "en", "Segment")
	for button: Button in get_children():
		button.custom_minimum_size.x = 48.0
	chosen.connect(TranslationServer.set_locale)
