class_name Stats
## Adds up the statistics of players.

## The entries of `NpcVideoPlayer.get_stats()` that all players of the game share.
const SHARED: PackedStringArray = ["hit_rate", "cache", "queue", "speculation"]


## Merges records of `NpcVideoPlayer.get_stats()`: counts are added, lists become their median and
## maximum, and `shown` is what is on screen now.
static func summed(all: Array[Dictionary]) -> Dictionary:
	var total := {"reactions": 0, "fallback_counts": {}, "frames_shown": 0, "shown": []}
	var frames: Array = []
	var seconds: Array = []
	for stats in all:
		total.reactions += stats.reactions
		total.frames_shown += stats.frames_shown
		for fallback: String in stats.fallback_counts:
			var before: int = total.fallback_counts.get(fallback, 0)
			total.fallback_counts[fallback] = before + stats.fallback_counts[fallback]
		for span: Dictionary in stats.timeline:
			if span.lane == "screen" and span.ended == 0.0:
				total.shown.append(span.what)
		frames.append_array(stats.first_reaction_frames)
		seconds.append_array(stats.clip_seconds)
		for shared in SHARED:
			total[shared] = stats[shared]
	total.first_reaction_frames = _spread(frames)
	total.clip_seconds = _spread(seconds)
	return total


static func _spread(values: Array) -> Dictionary:
	if values.is_empty():
		return {"p50": 0.0, "max": 0.0}
	values.sort()
	return {"p50": values[int(values.size() * 0.5)], "max": values[-1]}
