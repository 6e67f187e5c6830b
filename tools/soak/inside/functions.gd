extends Node
## Functions that make clips, or fail to.

signal released

const MOST_FRAMES := 300
const CLIP := "res://soak/clip.bin"

var chance := RandomNumberGenerator.new()


func gives_bytes(_request: Dictionary) -> PackedByteArray:
	return FileAccess.get_file_as_bytes(CLIP)


func gives_path(_request: Dictionary) -> String:
	return CLIP


func gives_frames(request: Dictionary) -> Array[Image]:
	return _frames(request.frame_count)


func awaits(request: Dictionary) -> Array[Image]:
	var frames: Array[Image] = []
	for index: int in request.frame_count:
		await get_tree().process_frame
		frames.append_array(_frames(1))
	return frames


func awaits_long(request: Dictionary) -> Array[Image]:
	# Counts frames, because the engine never frees a timer whose waiter is freed.
	for count in chance.randi_range(1, MOST_FRAMES):
		await get_tree().process_frame
	return _frames(request.frame_count)


## Waits until the end of the play.
func never_returns(_request: Dictionary) -> PackedByteArray:
	await released
	return PackedByteArray()


func fails_on_purpose(request: Dictionary) -> PackedByteArray:
	var nothing: Variant = null
	return nothing.call("make", request)


func gives_garbage(_request: Dictionary) -> Variant:
	var small := Image.create_empty(32, 32, false, Image.FORMAT_RGB8)
	var large := Image.create_empty(64, 48, false, Image.FORMAT_RGB8)
	var things: Array = [
		null, 7, "user://nothing.webm", PackedByteArray([1, 2, 3]), [], [small, large], [small, 3]
	]
	return things[chance.randi() % things.size()]


func takes_nothing() -> void:
	pass


func _frames(count: int) -> Array[Image]:
	var frames: Array[Image] = []
	for index in count:
		var image := Image.create_empty(64, 64, false, Image.FORMAT_RGB8)
		image.fill(Color.from_hsv(float(index) / count, 0.6, 0.8))
		frames.append(image)
	return frames
