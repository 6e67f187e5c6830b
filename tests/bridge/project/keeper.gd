## The engine's side of lives: what only GDScript holds.
extends RefCounted

signal happened(what: Variant)

var kept: Variant


func keep(value: Variant) -> void:
	kept = value


func drop() -> void:
	kept = null


func count() -> int:
	return kept.get_reference_count()


func make(kind: String) -> Variant:
	return ClassDB.instantiate(kind)


func make_and_drop(kind: String, times: int) -> void:
	for index in times:
		var made: Object = ClassDB.instantiate(kind)
		if not made is RefCounted:
			made.free()


func make_and_mark() -> void:
	kept = Counted.new()
	kept.set_mark("made by GDScript")


func mark() -> String:
	return kept.get_mark()


func called(function: Callable, arguments: Array = []) -> Variant:
	return function.callv(arguments)


func is_valid(function: Callable) -> bool:
	return function.is_valid()


func described(function: Callable) -> Dictionary:
	return {
		"text": str(function),
		"arguments": function.get_argument_count(),
		"object": function.get_object(),
		"is_custom": function.is_custom(),
		"method": function.get_method(),
	}


## Whether the engine would check a number of arguments before it calls `function`.
func is_countable(function: Callable) -> bool:
	return function.get_argument_count() == function.bind(1).get_argument_count() + 1


func own_method() -> Callable:
	return joined


func own_lambda() -> Callable:
	var base := 10
	return func(number: int) -> int: return base + number


func joined(first: String, second: String) -> String:
	return first + second


func own_signal() -> Signal:
	return happened


func are_equal(first: Callable, second: Callable) -> bool:
	return first == second


func sorted_by(values: Array, function: Callable) -> Array:
	values.sort_custom(function)
	return values


func is_kept_valid() -> bool:
	return kept.is_valid()
