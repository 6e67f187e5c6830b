extends "user.gd"

const FILE := "user://pet.json"

var pet: NpcVideoPlayer
var patterns: Array[String] = []


func begin() -> void:
	pet = main.get_node("%Pet")
	follow(pet)
	for zone: NpcInteractionZone in pet.find_children("*", "NpcInteractionZone"):
		zone.interaction.connect(func(told: Dictionary) -> void: patterns.append(told.pattern))


func hearts() -> int:
	var all := main.get_node("%Hearts").get_children()
	return all.filter(func(heart: CanvasItem) -> bool: return heart.modulate.a > 0.5).size()


func finger(at: Vector2, pressed: bool) -> void:
	var event := InputEventScreenTouch.new()
	event.position = at
	event.pressed = pressed
	root.push_input(event, true)


func drag(from: Vector2, to: Vector2) -> void:
	var event := InputEventScreenDrag.new()
	event.position = to
	event.relative = to - from
	root.push_input(event, true)


func cheek() -> Vector2:
	return pet.get_global_rect().position + pet.size * Vector2(0.1, 0.5)


## Moves a finger slowly from one side to the other, again and again, until it is so.
func stroke(done: Callable) -> bool:
	var deadline := Time.get_ticks_msec() + int(SECONDS * 1000.0)
	while not done.call() and Time.get_ticks_msec() < deadline:
		var at := cheek()
		finger(at, true)
		var began := Time.get_ticks_msec()
		while at.x < cheek().x + pet.size.x * 0.8 and not done.call():
			await process_frame
			# By the clock, so that a slow machine does not make a swipe of it.
			var next := cheek() + Vector2((Time.get_ticks_msec() - began) * 0.1, 0.0)
			drag(at, next)
			at = next
		finger(at, false)
		await process_frame
	return done.call()


func poke() -> void:
	finger(cheek(), true)
	finger(cheek(), false)
	await process_frame


func first() -> void:
	begin()
	seen.hearts = [hearts()]
	finger(cheek(), true)
	seen.held = await until(func() -> bool: return "hold" in patterns)
	finger(cheek(), false)
	seen.asleep = looks[-1].expression
	seen.stroked = await stroke(func() -> bool: return hearts() == 4)
	seen.patterns = "stroke" in patterns
	seen.hearts.append(hearts())
	await click(main.find_child("Treat", true, false), 2)
	seen.treat = [looks[-1].expression, looks[-2].expression]


func second() -> void:
	begin()
	seen.hearts = [hearts()]
	# A zone tells of a finger twice in a second at most.
	var deadline := Time.get_ticks_msec() + int(SECONDS * 1000.0)
	var faces := []
	while faces.count("annoyed") == 0 and Time.get_ticks_msec() < deadline:
		await poke()
		if looks and not faces.has(looks[-1].expression):
			faces.append(looks[-1].expression)
	seen.poked = faces

	var saved: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(FILE))
	for hours: float in [7.0, 10.0, -5.0]:
		saved.at = Time.get_unix_time_from_system() - hours * 3600.0
		write(FILE, JSON.stringify(saved))
		await open()
		begin()
		seen.hearts.append(hearts())
	write(FILE, "{\"at\": 0}")
	await open()
	begin()
	await click(main.find_child("Ball", true, false))
	seen.damaged = looks[-1].expression
