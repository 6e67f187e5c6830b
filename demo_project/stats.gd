class_name Stats
## Adds up what players counted.

## What `NpcVideoPlayer.get_stats()` tells of all players of the game together.
const SHARED: PackedStringArray = ["hit_rate", "cache", "queue", "speculation"]


## One record of many of `NpcVideoPlayer.get_stats()`: counts are added, of the lists the median and
## the greatest stay, and `shown` is what is on screen now.
static func summed(all: Array[Dictionary]) -> Dictionary:
	var total := {"reactions": 0, "rungs": {}, "frames_shown": 0, "shown": []}
	var frames: Array = []
	var seconds: Array = []
	for stats in all:
		total.reactions += stats.reactions
		total.frames_shown += stats.frames_shown
		for rung: String in stats.rungs:
			total.rungs[rung] = total.rungs.get(rung, 0) + stats.rungs[rung]
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
