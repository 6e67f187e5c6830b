extends RefCounted
## What tests of a game in GDScript have in common.

const SECONDS := 20.0


## Hears what the engine logs as an error: `OS.add_logger`.
class Ear:
	extends Logger
	var errors: Array[String] = []

	func _log_error(
		_function: String, _file: String, _line: int, code: String, _rationale: String,
		_editor_notify: bool, _error_type: int, _backtraces: Array[ScriptBacktrace]
	) -> void:
		errors.append(code)


## Whether `condition` holds within `SECONDS`; frames pass meanwhile.
func _comes_true(test: Node, condition: Callable) -> bool:
	var deadline := Time.get_ticks_msec() + int(SECONDS * 1000.0)
	while not condition.call():
		if Time.get_ticks_msec() > deadline:
			return false
		await test.get_tree().process_frame
	return true


func _until(test: Node, condition: Callable) -> void:
	if not await _comes_true(test, condition):
		push_error("not true within %d s%s" % [SECONDS, _more()])


## What else the message of `_until` says.
func _more() -> String:
	return ""


func _expect(condition: bool, what: String) -> void:
	if not condition:
		push_error(what)
