## What GDScript sees of values that Python hands over, and what Python gets of GDScript's own.
extends RefCounted

signal noted(what: String)

var note := "as it was"


func same(value: Variant) -> Variant:
	return value


func type_of(value: Variant) -> int:
	return typeof(value)


func written(value: Variant) -> String:
	return var_to_str(value)


func evaluate(text: String) -> Variant:
	var script := GDScript.new()
	script.source_code = "static func it():\n\treturn " + text
	script.reload()
	return script.it()


func typed_array() -> Array[int]:
	return [1, 2]


func typed_dictionary() -> Dictionary[String, Vector2]:
	return {"a": Vector2(1, 2)}


func sum_of(numbers: Array[int]) -> int:
	return numbers.reduce(func(total: int, number: int) -> int: return total + number, 0)


func names_of(nodes: Array[Node]) -> PackedStringArray:
	return nodes.map(func(node: Node) -> String: return node.name)


func keys_of(named: Dictionary[String, int]) -> Array[String]:
	return named.keys()


func takes_float(value: float) -> float:
	return value * 2


func joined(first: String, second := "b", third := "c") -> String:
	return first + second + third


func member(value: Variant, name: String) -> Variant:
	return _applied(value, "it." + name)


func called(value: Variant, method: String) -> Variant:
	return _applied(value, "it.%s()" % method)


func _applied(value: Variant, text: String) -> Variant:
	var expression := Expression.new()
	expression.parse(text, ["it"])
	return expression.execute([value])


func waiting(tree: SceneTree) -> int:
	await tree.process_frame
	return 3
