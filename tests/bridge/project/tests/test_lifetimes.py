"""Who keeps whom alive, on both sides of the border."""

import gc
import weakref

import pytest
from godot import (
    FreedObjectError,
    Image,
    Node,
    Object,
    Performance,
    RefCounted,
    Resource,
    ResourceLoader,
    instance_from_id,
    is_instance_valid,
)
from lives import Counted, Failing, FailingNode, Recipe, SelfGiving, Thing
from memory import peak_kib

TIMES = 10_000


def keeper():
    return ResourceLoader.load("res://keeper.gd").new()


def is_alive(id_):
    return instance_from_id(id_) is not None


def objects():
    return int(Performance.get_monitor(Performance.OBJECT_COUNT))


def a_frame():
    """Lets what was let go inside a call of the engine go."""
    yield
    yield


# ---- Plain objects ----


def test_an_object_lives_until_it_is_freed(test):
    made = Object()
    id_ = made.get_instance_id()
    del made
    gc.collect()
    found = instance_from_id(id_)
    assert type(found) is Object
    found.free()
    assert not is_alive(id_)


def test_one_object_has_one_python_object(test):
    node = Node()
    test.add_child(node)
    assert test.get_child(0) is node
    assert node.get_parent() is test
    assert instance_from_id(node.get_instance_id()) is node


def test_a_forgotten_wrapper_is_made_again(test):
    test.add_child(Node())
    gc.collect()
    first = weakref.ref(test.get_child(0))
    assert first() is None
    assert type(test.get_child(0)) is Node


def test_the_engine_frees_a_node_with_its_parent(test):
    parent, child = Node(), Node()
    parent.add_child(child)
    parent.free()
    assert not is_instance_valid(child)
    with pytest.raises(FreedObjectError):
        child.get_name()


def test_queue_free_frees_in_the_next_frame(test):
    node = Node()
    test.add_child(node)
    node.queue_free()
    assert is_instance_valid(node)
    yield from a_frame()
    assert not is_instance_valid(node)


def test_a_new_object_at_the_address_of_a_freed_one_is_another(test):
    old = [Node() for _ in range(50)]
    for node in old:
        node.free()
    new = [Node() for _ in range(50)]
    assert not any(is_instance_valid(node) for node in old)
    assert all(is_instance_valid(node) for node in new)
    for node in new:
        node.free()


def test_is_instance_valid_of_anything_else_is_false(test):
    for value in (None, 3, "x", Node):
        assert is_instance_valid(value) is False


# ---- Counted objects ----


def test_python_holds_one_count(test):
    made = RefCounted()
    assert made.get_reference_count() == 1
    there = keeper()
    there.keep(made)
    assert made.get_reference_count() == 2
    there.drop()
    assert made.get_reference_count() == 1


def test_several_names_are_one_count(test):
    made = again = RefCounted()
    there = keeper()
    there.keep(made)
    third = there.kept
    assert third is again
    assert made.get_reference_count() == 2


def test_a_counted_object_goes_with_its_last_holder(test):
    made = RefCounted()
    id_ = made.get_instance_id()
    there = keeper()
    there.keep(made)
    del made
    assert is_alive(id_)
    assert there.count() == 1
    there.drop()
    assert not is_alive(id_)


def test_counts_of_results_and_arguments_are_given_back(test):
    image = Image.create_empty(1, 1, False, Image.FORMAT_L8)
    assert image.get_reference_count() == 1
    there = keeper()
    for _ in range(10):
        there.keep([image, {"k": image}])
        there.drop()
        Image.create_empty(1, 1, False, Image.FORMAT_L8)
        image.get_region((0, 0, 1, 1))
        image.duplicate()
    assert image.get_reference_count() == 1


def test_a_counted_object_is_not_freed_by_hand(test):
    with pytest.raises(TypeError, match="frees itself"):
        RefCounted().free()


# ---- Exposed classes ----


def test_an_exposed_node_lives_in_the_tree_without_python_s_help(test):
    test.add_child(Thing())
    gc.collect()
    again = test.get_child(0)
    assert type(again) is Thing
    assert len(again._payload) == 1000


def test_an_exposed_node_made_by_the_engine_is_the_python_object(test):
    there = keeper()
    made = there.make("Thing")
    assert type(made) is Thing
    assert len(made._payload) == 1000
    made.free()
    assert not is_instance_valid(made)


def test_a_freed_exposed_node_keeps_its_python_half(test):
    made = Thing()
    made.free()
    assert len(made._payload) == 1000
    with pytest.raises(FreedObjectError):
        made.get_name()


def test_the_python_half_of_a_freed_node_goes(test):
    made = Thing()
    watch = weakref.ref(made)
    made.free()
    del made
    gc.collect()
    assert watch() is None


def test_an_exposed_counted_object_held_by_python_only(test):
    made = Counted()
    id_, watch = made.get_instance_id(), weakref.ref(made)
    assert made.get_reference_count() == 1
    del made
    assert watch() is None
    assert not is_alive(id_)


def test_an_exposed_counted_object_held_by_the_engine_only(test):
    there = keeper()
    made = Counted()
    made._mark = "mine"
    there.keep(made)
    id_, watch = made.get_instance_id(), weakref.ref(made)
    del made
    gc.collect()
    assert watch() is not None
    assert there.kept._mark == "mine"
    there.drop()
    yield from a_frame()
    assert watch() is None
    assert not is_alive(id_)


def test_an_exposed_counted_object_held_by_both(test):
    there = keeper()
    made = Counted()
    made._mark = "mine"
    for _ in range(3):
        there.keep(made)
        assert there.kept is made
        assert there.count() == 2
        there.drop()
        yield from a_frame()
        assert made.get_reference_count() == 1
        assert made._mark == "mine"


def test_an_exposed_counted_object_made_by_gdscript(test):
    there = keeper()
    there.make_and_mark()
    gc.collect()
    yield from a_frame()
    assert there.mark() == "made by GDScript"
    assert there.count() == 2  # GDScript's and Python's own
    made = there.kept
    there.drop()
    yield from a_frame()
    assert made._mark == "made by GDScript"
    watch = weakref.ref(made)
    del made
    assert watch() is None


def test_resources_that_hold_each_other_through_the_engine(test):
    first, second = Recipe(), Recipe()
    first.next = second
    second.next = first
    ids = first.get_instance_id(), second.get_instance_id()
    first.next = None  # as in any counted world, a circle has to be broken
    del first, second
    yield from a_frame()
    gc.collect()
    assert not any(map(is_alive, ids))


def test_a_circle_of_python_references_is_collected(test):
    first, second = Recipe(), Recipe()
    first._peer, second._peer = second, first
    ids = first.get_instance_id(), second.get_instance_id()
    del first, second
    gc.collect()
    assert not any(map(is_alive, ids))


def test_an_object_that_refers_to_itself_is_collected(test):
    made = Counted()
    made._mark = made
    id_ = made.get_instance_id()
    del made
    gc.collect()
    assert not is_alive(id_)


def test_duplicates_are_objects_of_their_own(test):
    first = Recipe()
    first.amount = 7
    second = first.duplicate()
    assert type(second) is Recipe
    assert second is not first
    assert second.amount == 7
    second.amount = 8
    assert first.amount == 7


def test_a_failing_init_leaves_nothing(test):
    before = objects()
    for cls in (Failing, FailingNode):
        cls.fails = True
        with pytest.raises(ValueError, match=f"planted in {cls.__name__}"):
            cls()
        cls.fails = False
    gc.collect()
    assert objects() == before


def test_a_failing_init_makes_nothing_for_the_engine(test):
    for cls in (Failing, FailingNode):
        test.expect_error(f"planted in {cls.__name__}")
    before = objects()
    there = keeper()
    Failing.fails = FailingNode.fails = True
    try:
        assert there.make("Failing") is None
        assert there.make("FailingNode") is None
    finally:
        Failing.fails = FailingNode.fails = False
    del there
    gc.collect()
    assert objects() == before


def test_an_object_that_the_engine_keeps_from_its_init_on(test):
    there = keeper()
    SelfGiving.keeper = there
    SelfGiving()
    SelfGiving.keeper = None
    gc.collect()
    yield from a_frame()
    assert there.kept.answer() == 42
    there.drop()


# ---- Many ----


def test_many_lives_leave_nothing(test):
    there = keeper()

    def engine_makes(kind):
        there.make_and_drop(kind, 1)

    def kept_by_turns(cls):
        made = cls()
        there.keep(made)
        del made
        there.drop()

    ways = {
        "Node": lambda: Node().free(),
        "RefCounted": RefCounted,
        "Resource": Resource,
        "Thing": lambda: Thing().free(),
        "Counted": Counted,
        "Recipe": Recipe,
        "Thing by the engine": lambda: engine_makes("Thing"),
        "Counted by the engine": lambda: engine_makes("Counted"),
        "Recipe by the engine": lambda: engine_makes("Recipe"),
        "Counted by turns": lambda: kept_by_turns(Counted),
    }
    for name, live in ways.items():
        for _ in range(TIMES // 10):  # caches fill, memory pools grow
            live()
        yield from a_frame()
        gc.collect()
        objects_before, memory_before = objects(), _memory()
        blocks_before = len(gc.get_objects())
        for index in range(TIMES):
            live()
            if index % 1000 == 0:
                yield
        yield from a_frame()
        gc.collect()
        assert objects() == objects_before, name
        assert len(gc.get_objects()) - blocks_before < 100, name
        assert _memory() - memory_before < 1 << 20, name


def _memory():
    """Bytes that the engine has allocated."""
    return int(Performance.get_monitor(Performance.MEMORY_STATIC))


def test_the_process_does_not_grow(test):
    def cycle():
        for _ in range(2000):
            Thing().free()
            Counted()
            test.set_meta("m", {"a": [1, "text", bytes(100)]})
            test.get_meta("m")
            test.get_children()

    for _ in range(3):
        cycle()
        yield
    gc.collect()
    before = peak_kib()
    for _ in range(5):
        cycle()
        yield
    test.remove_meta("m")
    grown = peak_kib() - before
    assert grown < 4096, f"{grown} KiB"
