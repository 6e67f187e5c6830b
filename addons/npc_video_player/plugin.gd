@tool
extends EditorPlugin
## Reports that the extension is not loaded when somebody enables the plugin.
##
## Everything else is in the extension, which the editor loads by itself.


func _enter_tree() -> void:
	if not ClassDB.class_exists(&"NpcVideoPlayer"):
		push_error(
			"NPC Video Player: its Python part did not start. The first lines of the Output panel"
			+ " and of the terminal say why. Fix that, then restart the editor."
		)
