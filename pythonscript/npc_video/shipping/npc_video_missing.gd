@tool
class_name NpcVideoMissing
extends ResourceFormatLoader
## Reports that the addon NPC Video Player is missing on this machine.
##
## `npc-video install` puts the addon onto each machine, and this file into the project's repository.
## A game that the editor runs shows placeholders. The editor itself has no replacement for unknown
## classes: it keeps their nodes and numbers, and drops their references when it saves.

const SENTENCE := (
	"NpcVideoPlayer cannot be found: this project needs the addon NPC Video Player on each machine."
	+ " Get it with `pip install npc-video-player`, then run `npc-video install` with the folder of"
	+ " this project."
)
const _WARNING := " Save no scene before that: the addon's nodes would lose their profiles and backends."
const _PLACEHOLDER := """extends Control

func _draw() -> void:
	var font := get_theme_default_font()
	draw_rect(Rect2(Vector2.ZERO, size), Color(0.15, 0.15, 0.2))
	draw_multiline_string(font, Vector2(8, 24), NpcVideoMissing.SENTENCE, 0, size.x - 16.0, 14)
"""
const _FOLDER := "user://npc_video_missing"

static var _is_told := false

var _is_needed := not ClassDB.class_exists(&"NpcVideoPlayer")


func _init() -> void:
	if not _is_needed or OS.has_feature("template"):
		_is_needed = false
		return
	if not _is_told:
		_is_told = true
		push_error(SENTENCE + (_WARNING if Engine.is_editor_hint() else ""))
	if not Engine.is_editor_hint():
		# Before the engine's own loader, which fails on a scene with an unknown resource.
		ResourceLoader.add_resource_format_loader(self, true)


func _get_recognized_extensions() -> PackedStringArray:
	return ["tscn", "tres"] if _is_needed and not Engine.is_editor_hint() else []


func _handles_type(_type: StringName) -> bool:
	return _is_needed


func _load(path: String, _original: String, _sub_threads: bool, _cache_mode: int) -> Variant:
	var text := "" if path.begins_with(_FOLDER) else FileAccess.get_file_as_string(path)
	var changed := _without_ours(text)
	if changed == text:
		return ERR_FILE_UNRECOGNIZED  # the engine's own loader is next
	var known := "%s/%d_%s" % [_FOLDER, path.hash(), path.get_file()]
	DirAccess.make_dir_recursive_absolute(_FOLDER)
	var file := FileAccess.open(known, FileAccess.WRITE)
	if file == null:
		return ERR_FILE_CANT_WRITE
	file.store_string(changed)
	file.close()
	return ResourceLoader.load(known, "", ResourceLoader.CACHE_MODE_IGNORE)


## Replaces the addon's classes by the engine's in the text of a scene or resource.
func _without_ours(text: String) -> String:
	var names := {}
	for found in RegEx.create_from_string("\\b(?:type=\"|Array\\[)(Npc\\w+)").search_all(text):
		if not ClassDB.class_exists(found.get_string(1)):
			names[found.get_string(1)] = true
	if names.has("NpcVideoPlayer"):
		text = _with_placeholders(text)
	for name: String in names:
		var stand_in := "Resource"
		if name == "NpcVideoPlayer":
			stand_in = "Control"
		elif name.begins_with("NpcInteractionZone"):
			stand_in = "Node" + name.right(2) if name.ends_with("D") else "Control"
		text = text.replace("type=\"%s\"" % name, "type=\"%s\"" % stand_in)
		text = text.replace("Array[%s]" % name, "Array[%s]" % stand_in)
	return text


func _with_placeholders(text: String) -> String:
	var lines: PackedStringArray = []
	var is_there := false
	for line in text.split("\n"):
		if line.begins_with("[node ") and not is_there:
			is_there = true
			lines.append("[sub_resource type=\"GDScript\" id=\"npc_video_missing\"]")
			lines.append("script/source = \"%s\"" % _PLACEHOLDER.c_escape())
		lines.append(line)
		if line.begins_with("[node ") and line.contains("type=\"NpcVideoPlayer\""):
			lines.append("script = SubResource(\"npc_video_missing\")")
	return "\n".join(lines)
