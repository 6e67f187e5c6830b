extends "user.gd"


func deed(name: String, times := 1) -> String:
	await click(main.find_child(name, true, false), times)
	return emotion() if looks else ""


func begin() -> void:
	follow(main.get_node("%Guard"))


func says() -> String:
	return main.get_node("%Says").text


func first() -> void:
	begin()
	seen.asked = await deed("Ask")
	seen.insulted = [await deed("Insult"), await deed("Insult"), await deed("Insult")]
	seen.said = says()


func second() -> void:
	begin()
	seen.clip_came = await until(func() -> bool: return not clips.is_empty())
	seen.first_clip = clips[0]
	seen.asked = await deed("Ask")
	seen.quickly_bribed = await deed("Bribe", 5)
	seen.coins = main.get_node("%Meeting").text
	seen.bribes = looks.size() - 1
	seen.favours = [await deed("Favour"), await deed("Favour")]
	seen.insulted_friend = [await deed("Insult"), looks[-1].expression]
	await deed("Leave")
	await deed("Ask")
	seen.said = says()

	seen.damaged = []
	for text: String in ["", "{", "[]", "{\"meeting\": 1}"]:
		write("user://guard.json", text)
		await open()
		begin()
		seen.damaged.append(await deed("Ask"))
