extends "user.gd"

var balloon: Control
var choices: Control


func begin() -> void:
	balloon = main.get_node("%Balloon")
	choices = balloon.get_node("%Choices")
	follow(main.get_node("%Mira"))


## Lets the line be written at once, and takes the choice of this number with quick clicks.
func choose(number: int) -> void:
	await click(balloon.get_global_rect().position + Vector2(12.0, 12.0), 2)
	await click(choices.get_child(number), 3)


func text() -> String:
	return balloon.get_node("%Text").text.get_slice(".", 0)


func press(name: String) -> void:
	await click(main.get_node("%" + name))


func first() -> void:
	begin()
	seen.can_load = not main.get_node("%Load").disabled
	await choose(0)
	seen.after_kind_words = [text(), emotion(), looks.size()]
	await press("Save")
	await choose(1)
	seen.after_gift = [text(), looks[-1].expression, emotion()]
	await press("Load")
	seen.loaded = [text(), main.get_node("%Told").text]
	await choose(2)
	await choose(0)
	seen.after_lie = [text(), looks[-1].expression]
	await tap("ui_accept")
	await tap("ui_accept")
	seen.by_keyboard = [text(), emotion()]
	seen.choices_at_the_end = choices.get_child_count()


func second() -> void:
	begin()
	await press("Load")
	seen.loaded = text()
	seen.seen_as_it_was = await until(func() -> bool: return "happy" in clips)
	await choose(1)
	await choose(1)
	seen.ending = [text(), emotion()]
	await press("Again")
	await choose(1)
	seen.again = emotion()
	write("user://visual_novel.json", "{\"page\": \"nowhere\"}")
	await press("Load")
	seen.damaged = [text(), main.get_node("%Told").text]
