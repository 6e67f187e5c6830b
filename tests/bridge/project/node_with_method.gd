extends Node


func hello() -> String:
	return "hello"


func make_callable() -> Callable:
	return hello
