extends RefCounted
## A generator as a resource.


func generate(_request: Dictionary) -> PackedByteArray:
	return FileAccess.get_file_as_bytes("res://soak/clip.bin")
