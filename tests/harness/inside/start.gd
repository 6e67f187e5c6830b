## The main loop of a test run: hands over to the runner in engine_tests.py, or ends at once where
## the extension, and with it the runner, is missing.
extends SceneTree

const NO_RUNNER := 66


func _initialize() -> void:
	if ClassDB.class_exists(&"EngineTestRunner"):
		root.add_child(ClassDB.instantiate(&"EngineTestRunner"))
	else:
		printerr("ERROR: the test runner is missing: the extension or its module did not load.")
		quit(NO_RUNNER)
