@tool
extends EditorPlugin
## Tells whoever enables the plugin when its native part is not at work.
##
## Everything else is in the extension, which the editor loads by itself.


func _enter_tree() -> void:
	if not ClassDB.class_exists(&"NpcVideoPlayer"):
		push_error(
			"NPC Video Player: its Python part did not start. The first lines of the Output panel"
			+ " and of the terminal say why; restart the editor when that is mended."
		)
