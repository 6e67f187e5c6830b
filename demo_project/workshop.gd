class_name Workshop
extends VBoxContainer
## Lists the clips that are being made and those that wait, and counts the finished ones.

const ROWS := 3
## Keyed by the reasons in `get_stats`.
const WHY: Dictionary[String, String] = {
	"wanted": "somebody waits for it",
	"better": "once more, and finer",
	"ahead": "made ahead",
}

@export var page: DemoPage

var _rows: Array[Array] = []
var _rest: Label
var _ready_clips: Label


func _ready() -> void:
	for index in ROWS:
		var swatch := FallbackCounts.swatch(Color.TRANSPARENT)
		var clip := Label.new()
		clip.theme_type_variation = "Small"
		clip.size_flags_horizontal = SIZE_EXPAND_FILL
		var why := Label.new()
		why.theme_type_variation = "SmallCaption"
		var row := HBoxContainer.new()
		row.theme_type_variation = "Tight"
		_rows.append([swatch, clip, why])
		for part: Control in _rows[-1]:
			row.add_child(part)
		add_child(row)
	_rest = Label.new()
	_ready_clips = Label.new()
	for label: Label in [_rest, _ready_clips]:
		label.theme_type_variation = "SmallCaption"
		add_child(label)
	_ready_clips.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART


func _process(_delta: float) -> void:
	var totals := page.totals()
	var jobs: Array = totals.queue.jobs
	for index in ROWS:
		var row := _rows[index]
		if index >= jobs.size():
			_fill(row, Color.TRANSPARENT, "", "")
			continue
		var job: Dictionary = jobs[index]
		var runs: bool = index < totals.queue.running
		_fill(
			row,
			FallbackCounts.colour(self, "making" if runs else ""),
			tr("%s, %s") % [String(job.npc_id).capitalize(), tr(job.emotion)],
			WHY[job.why]
		)
	if jobs.is_empty():
		_rows[0][1].text = "Nothing at the moment"
	_rest.visible = jobs.size() > ROWS
	_rest.text = tr("and %d more") % (jobs.size() - ROWS)
	var clips: int = totals.cache.memory.entries + totals.cache.baked.entries
	var ahead: Dictionary = totals.speculation
	_ready_clips.text = (
		tr("Ready: %d clips. Made ahead: %d, of these shown: %d.")
		% [clips, ahead.made, ahead.used]
	)


func _fill(row: Array, colour: Color, clip: String, why: String) -> void:
	row[0].color = colour
	row[1].text = clip
	row[2].text = why
