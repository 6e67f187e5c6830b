## What a class written in Python is to GDScript.
extends RefCounted


class Pet:
	extends Creature

	var readied := 0
	var base := heal(1)

	func _ready() -> void:
		readied += 1

	func heal_more(amount: int) -> int:
		return super.heal(amount, true) + 1


class LoudDragon:
	extends Dragon

	func _process(_delta: float) -> void:
		set_meta("processed", true)


func _freed(test: Node, node: Node) -> Node:
	test.add_child(node)
	return node


func test_typed_variables_properties_and_methods(test: Node) -> void:
	var creature: Creature = Creature.new()
	_freed(test, creature)
	var speed: float = creature.speed
	assert(speed == 2.5)
	creature.speed = 3.0
	assert(creature.speed == 3.0)
	assert(creature.heal(3) == 3)
	assert(creature.heal(3, true) == 6)
	assert(creature.greet() == "hello you")
	assert(creature.greet("a", "b") == "hello a and b")
	creature.nothing()
	assert(creature is Node2D)


func test_static_methods(test: Node) -> void:
	var spawned: Creature = _freed(test, Creature.spawn(4))
	assert(spawned.level == 4)


func test_enums_and_constants(test: Node) -> void:
	var creature: Creature = _freed(test, Creature.new())
	assert(Creature.MAX_LEVEL == 9)
	assert(Creature.Mood.WILD == 5)
	assert(Creature.WILD == 5)
	creature.mood = Creature.Mood.WILD
	assert(creature.mood == Creature.WILD)
	creature.traits = Creature.FAST | Creature.STRONG
	assert(creature.traits == 3)
	assert(creature.mood_of(Creature.Mood.CALM) == "CALM")
	var mood: Creature.Mood = creature.mood_at(1)
	assert(mood == Creature.WILD)
	creature.set("coat", "long")
	assert(creature.coat == Creature.COAT_LONG_HAIR)


func test_typed_arrays_and_dictionaries(test: Node) -> void:
	var creature: Creature = _freed(test, Creature.new())
	var names: Array[String] = creature.names
	assert(names.is_empty())
	creature.names = ["a", "b"] as Array[String]
	names = creature.names
	assert(names == ["a", "b"])
	var targets: Array[Node2D] = creature.targets
	assert(targets.is_empty())
	var scores: Dictionary[String, int] = creature.scores
	assert(scores.is_empty())
	var many: Array[int] = creature.many()
	assert(many == [1, 2])
	var named: Dictionary[String, Vector2] = creature.named()
	assert(named.a == Vector2(1, 2))
	assert(creature.sum_of([1, 2, 3]) == 6)
	var anything: Dictionary = {"a": 1}
	assert(creature.with_more(anything, [2, "b"]) == {"a": 1, "more": [2, "b"]})


func test_objects_as_arguments_and_results(test: Node) -> void:
	var creature: Creature = _freed(test, Creature.new())
	var same: Creature = creature.same(creature)
	assert(same == creature)
	assert(creature.same(null) == null)
	var recipe: Recipe = creature.recipe()
	recipe.amount = 5
	assert(creature.amount_in(recipe) == 5)
	assert(recipe.get_reference_count() == 2)


func test_callables_as_arguments(test: Node) -> void:
	var creature: Creature = _freed(test, Creature.new())
	assert(creature.call_with(func(x: int) -> int: return x * 3, 2) == 6)


func test_signals_are_typed_and_awaited(test: Node) -> void:
	var creature: Creature = _freed(test, Creature.new())
	creature.died.emit.call_deferred("fell", test)
	var told: Array = await creature.died
	assert(told == ["fell", test])


func test_a_script_that_extends_an_exposed_class(test: Node) -> void:
	var pet: Pet = _freed(test, Pet.new())
	assert(pet.base == 1)
	assert(pet.readied == 1)
	assert(pet.heal_more(2) == 5)
	assert(pet.heal(2) == 2)
	assert(pet is Creature)
	pet.level = 50
	assert(pet.level == 9)


func test_a_script_s_own_virtual_method_comes_in_place_of_python_s(test: Node) -> void:
	var dragon: LoudDragon = _freed(test, LoudDragon.new())
	await test.get_tree().process_frame
	await test.get_tree().process_frame
	assert(dragon.has_meta("processed"))
	assert(dragon.heal(1) == 101)


func test_a_wrong_argument_is_an_error_at_the_script_s_line(test: EngineTest) -> void:
	var creature: Creature = _freed(test, Creature.new())
	test.expect_error("Invalid type in function 'heal' in base 'Creature'. Cannot convert argument 1")
	var wrong: Variant = "x"
	assert(creature.heal(wrong) == null)


func test_objects_of_another_class_are_errors_too(test: EngineTest) -> void:
	var creature: Creature = _freed(test, Creature.new())
	test.expect_error("Invalid type in function 'amount_in' in base 'Creature'")
	var wrong: Variant = test
	creature.amount_in(wrong)


func test_duplicates_and_groups(test: Node) -> void:
	var dragon: Dragon = _freed(test, Dragon.new())
	dragon.fire = 8
	dragon.add_to_group("hot")
	var twin: Dragon = _freed(test, dragon.duplicate())
	assert(twin.fire == 8)
	assert(twin.is_in_group("hot"))
	assert(twin != dragon)


func test_loose_properties(test: Node) -> void:
	var node: Flexible = _freed(test, Flexible.new())
	assert(node["loose/one"] == 1)
	node["loose/one"] = 2
	assert(node["loose/one"] == 2)
	assert(str(node) == "a flexible node")
