"""What a class written in Python is to the engine, seen from Python."""

import copy
import gc
import math
import pickle
import re

import godot
import pytest
from creatures import (
    Ball,
    Being,
    Buzz,
    Creature,
    Dragon,
    Flexible,
    HearingLast,
    Maker,
    Noted,
    Plant,
    RecipeLoader,
    ReversedText,
    Ruler,
    Tone,
    Widget,
)
from engine_tests import until
from godot import (
    CallError,
    ClassDB,
    Color,
    ConversionError,
    GodotError,
    InputEventKey,
    Node,
    Node2D,
    Object,
    PackedScene,
    PackedVector2Array,
    Resource,
    ResourceLoader,
    ResourceSaver,
    StringName,
    TypedArray,
    Vector2,
    export,
    exposed,
    python_only,
    signal,
)
from lives import Recipe

PROPERTIES = (
    *("speed", "turn", "title", "rank", "picture", "home", "story", "mood", "traits", "coat"),
    *("names", "targets", "scores", "numbers", "points", "anything", "texture", "friend", "tint"),
    *("secret", "level"),
)


def properties(obj):
    return {info["name"]: info for info in obj.get_property_list()}


def test_the_engine_knows_the_class(test):
    assert ClassDB.class_exists("Creature")
    assert ClassDB.get_parent_class("Dragon") == "Creature"
    assert ClassDB.can_instantiate("Creature")
    made = ClassDB.instantiate("Dragon")
    assert type(made) is Dragon
    assert made.get_class() == "Dragon"
    assert made.is_class("Creature")
    assert made.is_class("Node2D")
    made.free()


def test_an_abstract_class_is_not_made(test):
    assert not ClassDB.can_instantiate("Being")
    with pytest.raises(TypeError, match="Being is abstract"):
        Being()
    plant = Plant()
    assert plant.age == 1
    plant.free()


def test_constants_and_enums_are_the_engine_s_too(test):
    assert ClassDB.class_get_integer_constant("Creature", "MAX_LEVEL") == 9
    assert ClassDB.class_get_integer_constant("Creature", "WILD") == 5
    assert set(ClassDB.class_get_enum_list("Creature", True)) == {"Mood", "Traits", "Coat"}
    assert ClassDB.is_class_enum_bitfield("Creature", "Traits", True)
    assert not ClassDB.is_class_enum_bitfield("Creature", "Mood", True)


def test_properties_in_the_order_of_the_class(test):
    found = [p["name"] for p in ClassDB.class_get_property_list("Creature", True)]
    groups = ["Creature", "Movement", "Turning", "Looks"]
    assert [name for name in found if name not in groups] == list(PROPERTIES)
    assert found.index("Movement") < found.index("speed") < found.index("Turning")
    assert found.index("Turning") < found.index("turn") < found.index("Looks")


def test_hints(test):
    found = properties(autofreed(test, Creature))
    for name, hint, text in (
        ("speed", 1, "0,10,0.1,suffix:px/s"),
        ("turn", 0, "suffix:rad"),
        ("title", 2, "none,lord"),
        ("rank", 2, "low,high"),
        ("picture", 13, "*.png,*.jpg"),
        ("home", 14, ""),
        ("story", 18, ""),
        ("mood", 2, "Calm:0,Wild:5"),
        ("traits", 6, "Fast:1,Strong:2"),
        ("coat", 2, "Short Hair:1,Long Hair:2"),
        ("names", 23, "4/0:"),
        ("targets", 23, "24/34:Node2D"),
        ("scores", 23, "4/0:;2/0:"),
        ("texture", 17, "Texture2D"),
        ("friend", 34, "Node2D"),
    ):
        assert (found[name]["hint"], found[name]["hint_string"]) == (hint, text), name
    assert found["texture"]["class_name"] == "Texture2D"
    assert (found["mood"]["class_name"], found["mood"]["usage"]) == ("Creature.Mood", 6 | 1 << 16)
    assert (found["traits"]["class_name"], found["traits"]["usage"]) == (
        "Creature.Traits",
        6 | 1 << 9,
    )
    assert found["secret"]["usage"] == 2
    assert found["anything"]["usage"] & (1 << 17)


def autofreed(test, cls):
    made = cls()
    test.add_child(made)
    return made


def test_defaults_are_the_engine_s_too(test):
    for name, value in (
        ("speed", 2.5),
        ("title", "none"),
        ("names", []),
        ("numbers", [1, [2]]),
        ("tint", Color(1, 0, 0)),
        ("mood", 0),
        ("level", 1),
        ("points", PackedVector2Array()),
    ):
        assert ClassDB.class_get_property_default_value("Creature", name) == value, name
    assert ClassDB.class_get_property_default_value("Dragon", "speed") == 2.5


def test_values_that_can_change_are_not_shared(test):
    first, second = autofreed(test, Creature), autofreed(test, Creature)
    first.numbers.append(3)
    first.numbers[1].append(4)
    first.names.append("Ida")
    first.scores["a"] = 1
    first.points.append((1, 2))
    first.targets.append(test)
    assert first.numbers == [1, [2, 4], 3]
    assert first.points == PackedVector2Array([(1, 2)])
    assert len(first.targets) == 1
    assert (second.numbers, second.names, second.scores) == ([1, [2]], [], {})
    assert len(second.points) == 0
    assert second.targets == []


def test_a_change_is_told_once_it_has_been_made(test):
    creature = autofreed(test, Creature)
    creature.set("speed", 3)
    creature.speed = 4
    with pytest.raises(ConversionError):
        creature.speed = "fast"
    assert creature.speeds == [3.0, 4.0]


def test_what_the_engine_sets_python_gets(test):
    creature = autofreed(test, Creature)
    creature.set("speed", 3)
    assert (creature.speed, type(creature.speed)) == (3.0, float)
    creature.set("mood", 5)
    assert creature.mood is Creature.Mood.WILD
    creature.set("traits", 3)
    assert creature.traits == Creature.Traits.FAST | Creature.Traits.STRONG
    creature.set("level", 100)
    assert creature.level == 9
    creature.set("anything", {"a": 1})
    assert creature.anything == {"a": 1}
    creature.set("points", [(1, 2)])
    assert type(creature.points) is PackedVector2Array
    creature.set("friend", test.get_parent())
    assert creature.friend is None


def test_what_python_sets_the_engine_gets(test):
    creature = autofreed(test, Creature)
    creature.speed = 4
    creature.mood = Creature.Mood.WILD
    creature.friend = creature
    assert creature.get("speed") == 4.0
    assert creature.get("mood") == 5
    assert creature.get("friend") is creature


def test_values_of_another_type_are_not_set(test):
    creature = autofreed(test, Creature)
    test.expect_error("Creature.mood: wanted one of CALM, WILD, not 77")
    test.expect_error("Creature.mood: wanted one of CALM, WILD, not 'WILD'")
    for name, wrong in (
        ("speed", "fast"), ("mood", 77), ("mood", "WILD"), ("texture", test), ("names", "x"),
    ):  # fmt: skip
        before = creature.get(name)
        creature.set(name, wrong)
        assert creature.get(name) == before, name


def test_numbers_that_no_int_holds_are_not_set(test):
    creature = autofreed(test, Creature)
    for wrong in (math.inf, -math.inf, math.nan, 1e300, -1e300):
        creature.set("level", wrong)
        assert creature.get("level") == 1, wrong


def test_methods_by_way_of_the_engine(test):
    dragon = autofreed(test, Dragon)
    assert dragon.call("heal", 3) == 103
    assert dragon.call("heal", 3, True) == 106
    assert dragon.call("greet") == "hello you"
    assert dragon.call("greet", "a", "b", "c") == "hello a and b and c"
    assert dragon.call("nothing") is None
    assert dragon.call("whatever", [1]) == [1]
    assert dragon.call("same", dragon) is dragon
    assert dragon.call("same", None) is None
    assert dragon.call("mood_of", 5) == "WILD"
    assert dragon.call("sum_of", [1, 2]) == 3
    assert dragon.call("sum_of", TypedArray(int, [1, 2])) == 3
    assert dragon.call("many") == [1, 2]
    assert type(dragon.call("many")) is TypedArray
    assert dragon.call("amount_in", Recipe()) == 1
    assert type(dragon.call("recipe")) is Recipe
    assert dragon.call("recipe").get_reference_count() == 1
    assert dragon.call("call_with", lambda x: x * 2, 4) == 8


def test_wrong_arguments_are_refused_by_position(test):
    creature = autofreed(test, Creature)
    for arguments, message in (
        (("x",), "argument 1 must be an int, not 'x'"),
        ((1, "x"), "argument 2 must be a bool, not 'x'"),
        ((), "at least 1"),
        ((1, True, 3), "at most 2"),
    ):
        with pytest.raises(CallError, match=message):
            creature.call("heal", *arguments)
    with pytest.raises(CallError, match="argument 1 must be an Object"):
        creature.call("amount_in", test)


def test_private_methods_stay_in_python(test):
    creature = autofreed(test, Creature)
    assert not ClassDB.class_has_method("Creature", "_private")
    assert not creature.has_method("_private")
    assert ClassDB.class_has_method("Creature", "heal")


def test_signals_with_arguments(test):
    heard = []
    creature = autofreed(test, Creature)
    creature.died.connect(lambda reason, by: heard.append((reason, by)))
    creature.died.emit("fell", test)
    assert heard == [("fell", test)]
    info = ClassDB.class_get_signal("Creature", "died")
    assert [(a["name"], a["type"]) for a in info["args"]] == [("reason", 4), ("by", 24)]


def test_a_subclass_of_an_exposed_class(test):
    dragon = autofreed(test, Dragon)
    assert (dragon.fire, dragon.speed, dragon.level) == (3, 2.5, 1)
    dragon.set("speed", 1)
    assert dragon.speed == 1.0
    yield from until(lambda: dragon._frames > 2)


def test_bases_that_are_not_exposed_are_part_of_the_class(test):
    ball = autofreed(test, Ball)
    assert ClassDB.get_parent_class("Ball") == "Node"
    assert (ball.get("size"), ball.call("full_name")) == (2, "no name, a ball")
    heard = []
    ball.grown.connect(heard.append)
    ball.call("grow", 3)
    assert heard == [5]
    assert ClassDB.class_get_integer_constant("Ball", "KINDS") == 3


def test_a_subclass_that_is_not_exposed_says_so(test):
    class Wyvern(Dragon):
        pass

    with pytest.raises(TypeError, match="Wyvern extends an exposed class: expose it too"):
        Wyvern()


def test_a_subclass_of_an_engine_class_is_python_s_own(test):
    class Counter(Node):
        def __init__(self, first):
            self.count = first

        def get_count(self):
            return self.count

    counter = Counter(7)
    test.add_child(counter)
    assert counter.get_count() == 7
    assert counter.get_class() == "Node"
    assert test.get_child(0) is counter


def test_names_that_are_taken(test):
    for name in ("Creature", "Node2D"):
        with pytest.raises(GodotError, match=f"already a class named {name}"):
            exposed(type(Node)(name, (Node,), {}))


def test_public_names_that_stand_for_something_else(test):
    for base, label, member, refusal in (
        (Creature, "speed", 5.0, "Creature has a property of this name; set it in __init__"),
        (Dragon, "speed", 5.0, "Creature has a property of this name"),
        (Creature, "speed", signal(), "Creature has a property of this name"),
        (Creature, "speed", lambda self: 1, "Creature has a property of this name"),
        (Creature, "died", signal(x=int), "Creature has a signal of this name; choose another"),
        (Creature, "died", lambda self: 1, "Creature has a signal of this name"),
        (Creature, "heal", signal(), "Creature has a method of this name"),
        (Creature, "heal", export(int, 3), "Creature has a method of this name"),
        (Creature, "heal", 5.0, "Creature has a method of this name"),
        (Node, "name", export(str), "Node has a property of this name"),
        (Node2D, "name", "Pet", "Node has a property of this name"),
        (Node2D, "position", Vector2(), "Node2D has a property of this name"),
        (Node, "ready", signal(), "Node has a signal of this name"),
        (Node, "queue_free", export(int), "Node has a method of this name"),
    ):
        mixed = type("Mixed", (), {label: member})
        for bases, namespace in (((base,), {label: member}), ((mixed, base), {})):
            with pytest.raises(GodotError, match=rf"Twin\.{label}: {refusal}"):
                exposed(type(Node)("Twin", bases, {"__module__": __name__, **namespace}))


def test_public_names_that_a_class_may_have_again(test):
    for base, label, member in (
        (Creature, "heal", lambda self, amount: 1),
        (Creature, "MAX_LEVEL", 8),
        (Creature, "grown", 5.0),
        (Node, "get_name", lambda self: "none"),
    ):
        with pytest.raises(GodotError, match="comes too late"):
            exposed(type(Node)("Twin", (base,), {"__module__": __name__, label: member}))


def test_an_init_that_leaves_out_that_of_its_base(test):
    def leaves_out(self):
        self.fed = 0

    def calls(self):
        Creature.__init__(self)

    with pytest.raises(
        GodotError, match=r"Twin\.__init__ has to call super\(\)\.__init__\(\) first"
    ):
        exposed(type(Node)("Twin", (Creature,), {"__module__": __name__, "__init__": leaves_out}))
    for base, function in ((Creature, calls), (Node2D, leaves_out)):
        with pytest.raises(GodotError, match="comes too late"):
            exposed(type(Node)("Twin", (base,), {"__module__": __name__, "__init__": function}))


def test_what_nobody_would_await(test):
    async def member(self, *arguments):
        pass

    async def steps(self):
        yield 1

    for base, label, function in (
        (Node, "_physics_process", member),
        (Node, "_ready", member),
        (Creature, "_process", member),
        (Node, "_notification", member),
        (Node, "_get_property_list", steps),
        (Node, "fetch", member),
        (Node, "fetch", staticmethod(member)),
    ):
        with pytest.raises(
            GodotError, match=rf"Waiter\.{label} is an `async def`, which the engine"
        ):
            exposed(type(Node)("Waiter", (base,), {"__module__": __name__, label: function}))
    for label, function in (("_fetch", member), ("fetch", python_only(member))):
        with pytest.raises(GodotError, match="comes too late"):
            exposed(type(Node)("Waiter", (Node,), {"__module__": __name__, label: function}))


def test_classes_that_come_too_late(test):
    with pytest.raises(GodotError, match="comes too late"):

        @exposed
        class Straggler(Node):
            pass


def test_what_cannot_be_exposed(test):
    with pytest.raises(GodotError, match="must extend a class of Godot"):

        @exposed
        class Plain:
            pass

    with pytest.raises(GodotError, match=r"Strange.*argue: Godot has no type for <class 'set'>"):

        @exposed
        class Strange(Node):
            def argue(self, what: set) -> None:
                pass

    with pytest.raises(GodotError, match=r"Doubled.get_size has the name of an accessor"):

        @exposed
        class Doubled(Node):
            size = export(int, 1)

            def get_size(self) -> int:
                return 1

    with pytest.raises(GodotError, match="name 'Unheard' is not defined"):

        @exposed
        class Unnamed(Node):
            def meet(self, who: "Unheard") -> None:  # noqa: F821
                pass


# ---- Scenes and resources ----


def test_a_scene_keeps_what_differs_from_the_defaults(test):
    root, friend = Creature(), Node2D()
    friend.name = "Friend"
    root.add_child(friend)
    friend.owner = root
    root.speed = 7
    root.names = ["Ida"]
    root.mood = Creature.Mood.WILD
    root.friend = friend
    root.level = 4
    scene = PackedScene()
    assert scene.pack(root) == 0
    assert ResourceSaver.save(scene, "user://creature.tscn") == 0
    root.free()

    text = ResourceLoader.load("user://creature.tscn", "", 0)
    made = text.instantiate()
    assert type(made) is Creature
    assert (made.speed, made.names, made.mood, made.level) == (7.0, ["Ida"], 5, 4)
    assert made.friend is made.get_node("Friend")
    assert made.title == "none"
    made.free()

    from godot import FileAccess

    written = FileAccess.get_file_as_string("user://creature.tscn")
    assert 'type="Creature"' in written
    for name in ("speed", "names", "mood", "friend", "level"):
        assert f"\n{name} = " in written, name
    for name in ("title", "numbers", "tint", "points", "turn", "traits", "texture"):
        assert f"\n{name} = " not in written, name


def test_a_resource_keeps_its_values(test):
    recipe = Recipe()
    recipe.amount = 12
    recipe.next = Recipe()
    recipe.next.amount = 13
    assert ResourceSaver.save(recipe, "user://recipe.tres") == 0
    found = ResourceLoader.load("user://recipe.tres", "", 0)
    assert type(found) is Recipe
    assert found is not recipe
    assert (found.amount, found.next.amount) == (12, 13)


def test_a_duplicate_has_the_same_values(test):
    first = autofreed(test, Creature)
    first.speed, first.names = 3, ["Ida"]
    second = first.duplicate()
    test.add_child(second)
    assert type(second) is Creature
    assert (second.speed, second.names) == (3.0, ["Ida"])
    second.names.append("Bob")
    assert first.names == ["Ida"]


# ---- What the engine asks ----


def test_properties_known_only_while_the_game_runs(test):
    node = autofreed(test, Flexible)
    found = properties(node)
    assert (found["loose/one"]["type"], found["loose/one"]["hint_string"]) == (2, "0,10")
    choices = found["process_mode"]["hint_string"].split(",")
    assert (choices[0], choices[-1]) == ("Inherit", "Änderung")
    assert node.get("loose/one") == 1
    node.set("loose/two", "y")
    assert node._values["loose/two"] == "y"
    assert node.get("loose/three") is None
    node.set("loose/three", 3)
    assert "loose/three" not in node._values


def test_reverting_properties(test):
    node = autofreed(test, Flexible)
    assert node.property_can_revert("loose/one") is True
    assert node.property_get_revert("loose/one") == 1
    assert node.property_can_revert("loose/two") is False


def test_validating_properties(test):
    node = autofreed(test, Flexible)
    assert properties(node)["process_priority"]["usage"] == 0
    assert properties(node)["process_mode"]["usage"] != 0


def test_notifications_and_texts(test):
    node = autofreed(test, Flexible)
    assert node._log[0] == Object.NOTIFICATION_POSTINITIALIZE
    for what in (Node.NOTIFICATION_PARENTED, Node.NOTIFICATION_ENTER_TREE, Node.NOTIFICATION_READY):
        assert node._log.count(what) == 1
    assert node.to_string() == "a flexible node"
    engine_made = ClassDB.instantiate("Flexible")
    assert engine_made._log == [Object.NOTIFICATION_POSTINITIALIZE]
    engine_made.free()


def test_virtual_methods_with_results(test):
    widget = autofreed(test, Widget)
    assert widget.get_minimum_size() == Vector2(30, 40)
    assert widget.get_combined_minimum_size() == Vector2(30, 40)
    assert widget.get_tooltip(Vector2(5, 6)) == "at 5"


def test_virtual_methods_with_objects(test):
    widget = autofreed(test, Widget)
    event = InputEventKey()
    event.keycode = 65
    test.get_viewport().push_input(event)
    assert len(widget._events) == 1
    assert widget._events[0].keycode == 65
    widget._events.clear()
    assert event.get_reference_count() == 1


def test_virtual_methods_that_return_counted_objects(test):
    tone = Tone()
    assert tone.get_length() == 2.5
    assert tone.is_monophonic() is True
    playback = tone.instantiate_playback()
    assert playback.get_class() == "AudioStreamPlaybackWAV"
    assert playback.get_reference_count() == 1


def test_virtual_methods_with_addresses(test):
    samples = Buzz().mix_audio(1.0, 8)
    assert list(samples) == [Vector2(2 * n, 2 * n + 1) for n in range(8)]


def test_virtual_methods_with_arrays(test):
    label = autofreed(test, ReversedText)
    label.structured_text_bidi_override_options = ["x"]
    label.structured_text_bidi_override = godot.TextServer.STRUCTURED_TEXT_CUSTOM
    label.text = "hello"
    label.get_character_bounds(0)
    ((arguments, text),) = label._given
    assert arguments == ["x"]
    assert text.startswith("hello")


def test_virtual_methods_with_texts_and_any_result(test):
    loader = RecipeLoader()
    ResourceLoader.add_resource_format_loader(loader, True)
    try:
        with_file("user://12.soup")
        found = ResourceLoader.load("user://12.soup", "", ResourceLoader.CACHE_MODE_IGNORE)
        assert type(found) is Recipe
        assert found.amount == 12
        yield
        yield
        assert found.get_reference_count() == 1
    finally:
        ResourceLoader.remove_resource_format_loader(loader)
    yield
    yield
    assert loader.get_reference_count() == 1


def with_file(path):
    godot.FileAccess.open(path, godot.FileAccess.WRITE).close()


def test_the_last_notification(test):
    node = Flexible()
    log = node._log
    node.free()
    assert Object.NOTIFICATION_PREDELETE in log
    Noted.log.clear()
    Noted()
    gc.collect()
    # The Python half of a counted object goes first, and misses it.
    assert Noted.log == [Object.NOTIFICATION_POSTINITIALIZE]


def test_engine_objects_are_not_copied_by_python(test):
    for made in (test, Recipe()):
        for way in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="see duplicate"):
                way(made)


def test_a_resource_is_one_to_the_engine(test):
    recipe = Recipe()
    assert isinstance(recipe, Resource)
    heard = []
    recipe.changed.connect(lambda: heard.append(1))
    recipe.emit_changed()
    assert heard == [1]
    recipe.resource_name = "soup"
    assert recipe.resource_name == "soup"


def test_a_public_method_may_be_python_s_alone(test):
    ruler = Ruler()
    test.add_child(ruler)
    assert ruler.set_length(7 + 0j) == 7
    assert ruler.longer_than(6 + 1j)
    assert "no type for" in Ruler.set_length.__doc__
    assert not ruler.has_method("longer_than")
    ruler.call("set_length", 3)  # GDScript's accessor
    assert ruler.length == 3


def test_public_methods_may_have_any_name(test):
    for made in (Maker(), ClassDB.instantiate("Maker")):
        test.add_child(made)
        assert made.call("make", "cake") == made.make("cake") == "a cake"
        assert (made.notification(), made.connect(), made.emit_signal()) == (
            "a note",
            "a line",
            "a flare",
        )
        heard = []
        made.done.connect(heard.append)
        assert made.done.is_connected(heard.append)
        made.done.emit("all")
        assert heard == ["all"]
        made.done.disconnect(heard.append)
        made.done.emit("more")
        assert heard == ["all"]


def test_every_class_of_an_object_is_notified_once(test):
    node = HearingLast()
    test.add_child(node)
    ready = [who for who, what in node._heard if what == Node.NOTIFICATION_READY]
    assert ready == ["mixed in", "first", "last"]
    node._heard.clear()
    test.remove_child(node)
    gone = [who for who, what in node._heard if what == Node.NOTIFICATION_EXIT_TREE]
    assert gone == ["last", "first", "mixed in"]
    node._heard.clear()
    test.expect_error("planted in the middle")
    node.notification(Node.NOTIFICATION_PAUSED)
    assert [who for who, _ in node._heard] == ["mixed in", "first", "last"]
    found = properties(node)
    assert (found["shown"]["usage"], found["also_shown"]["usage"]) == (2, 2)
    node.free()


def test_values_that_python_sets_are_converted(test):
    for name, given, kept in (
        ("speed", 3, 3.0),
        ("rank", 1.0, 1),
        ("title", StringName("lord"), "lord"),
        ("mood", 5, Creature.Mood.WILD),
        ("coat", "long", Creature.Coat.COAT_LONG_HAIR),
        ("traits", 3, Creature.Traits.FAST | Creature.Traits.STRONG),
        ("names", ("a", "b"), ["a", "b"]),
        ("scores", {StringName("a"): 1.0}, {"a": 1}),
        ("tint", (0, 1, 0), Color(0, 1, 0)),
        ("points", [(1, 2)], PackedVector2Array([(1, 2)])),
        ("friend", None, None),
        ("anything", {1, 2}, {1, 2}),
    ):
        creature = autofreed(test, Creature)
        setattr(creature, name, given)
        found = getattr(creature, name)
        assert found == kept
        assert isinstance(found, type(kept))


def test_values_of_another_type_are_refused_in_python_too(test):
    for name, given, words in (
        ("speed", "fast", "Creature.speed: wanted a float, not 'fast'"),
        ("speed", None, "Creature.speed: wanted a float, not None"),
        ("title", 3, "Creature.title: wanted a String, not 3"),
        ("mood", 4, "Creature.mood: wanted one of CALM, WILD, not 4"),
        ("coat", "curly", "Creature.coat: wanted one of COAT_SHORT_HAIR, COAT_LONG_HAIR, not"),
        ("traits", "strong", "Creature.traits: wanted an int, not 'strong'"),
        ("names", ["a", 1], "Creature.names: wanted a String, not 1"),
        ("names", "ab", "Creature.names: wanted an Array, not 'ab'"),
        ("scores", {"a": "b"}, "Creature.scores: wanted an int, not 'b'"),
        ("tint", object, "Creature.tint: wanted a Color or its 3 or 4 numbers"),
        ("texture", Recipe, "Creature.texture: wanted a Texture2D"),
        ("friend", 3, "Creature.friend: wanted a Node2D, not 3"),
        ("level", "high", "Creature.level: wanted an int, not 'high'"),
    ):
        creature = autofreed(test, Creature)
        before = getattr(creature, name)
        with pytest.raises(ConversionError, match=re.escape(words)):
            setattr(creature, name, given)
        assert getattr(creature, name) == before
