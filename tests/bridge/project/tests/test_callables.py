"""Functions and signals as values, in both directions."""

import gc
import weakref
from functools import partial

import pytest
from godot import (
    Callable,
    CallError,
    ConversionError,
    FreedObjectError,
    Node,
    Node2D,
    Object,
    ResourceLoader,
    Signal,
    Timer,
    Tween,
)
from helpers import mirror
from lives import Listener


def keeper():
    return ResourceLoader.load("res://keeper.gd").new()


def add(a, b=10):
    return a + b


kept_to_the_end = keeper().own_lambda()  # the run finds it, if it is not given back at the end


# ---- Python functions in the engine ----


def test_a_function_is_called_with_arguments_and_a_result(test):
    there = keeper()
    assert there.called(add, [1, 2]) == 3
    assert there.called(add, [1]) == 11
    assert there.called(lambda: "x") == "x"
    assert there.called(partial(add, 1), [5]) == 6
    assert there.called([].append, [1]) is None
    assert there.called(str, [1]) == "1"
    assert there.called(lambda *all_: list(all_), [1, "a", None]) == [1, "a", None]


def test_a_function_comes_back_as_itself(test):
    there = keeper()
    for function in (add, lambda: 1, partial(add, 1), [].append, str, there.called, test.get_name):
        assert there_and_back(there, function) == function
    assert there_and_back(there, add) is add


def there_and_back(there, function):
    there.keep(function)
    return there.kept


def test_a_bound_method_does_not_keep_its_object(test):
    there = keeper()
    listener = Listener()
    there.keep(listener.hear)
    assert there.is_valid(there.kept)
    listener.free()
    assert there_valid(there) is False


def there_valid(there):
    return there.call("is_kept_valid")


def test_a_method_of_a_node_that_python_keeps_no_more_is_called(test):
    test.add_child(node := Node2D())
    node.name = "Door"
    del node
    hide = test.get_node("Door").hide
    tree = test.get_tree()
    tree.create_timer(0.0).timeout.connect(hide)
    del hide
    gc.collect()
    assert tree.process_frame.connect(test.get_node("Door").show) == 0
    assert tree.process_frame.is_connected(test.get_node("Door").show)
    tree.process_frame.disconnect(test.get_node("Door").show)
    assert not tree.process_frame.is_connected(test.get_node("Door").show)
    while test.get_node("Door").visible:
        yield
    test.get_node("Door").free()


def test_a_bound_method_of_a_python_object_keeps_it(test):
    class Ear:
        def hear(self):
            return "heard"

    there = keeper()
    ear = Ear()
    watch = weakref.ref(ear)
    there.keep(ear.hear)
    del ear
    gc.collect()
    assert there.called(there.kept) == "heard"
    there.drop()
    gc.collect()
    assert watch() is None


def test_functions_that_the_engine_dropped_go(test):
    class Tool:
        def __call__(self):
            pass

    there = keeper()
    tool = Tool()
    watch = weakref.ref(tool)
    there.keep(tool)
    there.drop()
    del tool
    gc.collect()
    assert watch() is None


def test_equal_functions_are_equal_callables(test):
    there = keeper()
    first, second = Listener(), Listener()
    assert there.are_equal(add, add)
    assert not there.are_equal(add, there_and_back)
    assert there.are_equal(first.hear, first.hear)
    assert not there.are_equal(first.hear, second.hear)
    assert not there.are_equal(first.hear, first.hear_more)
    first.free()
    second.free()


def test_what_the_engine_knows_of_a_function(test):
    there = keeper()
    found = there.described(add)
    assert "add" in found["text"]
    assert found["arguments"] == 2
    assert found["is_custom"] is True
    assert there.described(lambda: 1)["arguments"] == 0
    assert there.described(lambda a, *, b=1: 1)["arguments"] == 1
    assert there.is_countable(lambda *_: 1) is False
    listener = Listener()
    found = there.described(listener.hear)
    assert found["object"] is listener
    assert found["arguments"] == 1
    listener.free()


def test_a_function_sorts(test):
    assert keeper().sorted_by([3, 1, 2], lambda a, b: a > b) == [3, 2, 1]


def test_an_error_in_a_function_is_logged_and_gives_nothing(test):
    def fail():
        raise ValueError("planted in a callable")

    test.expect_error("ValueError: planted in a callable")
    assert keeper().called(fail) is None


def test_a_result_that_godot_has_no_type_for_is_logged(test):
    test.expect_error("Godot has no type for a builtins.set")
    assert keeper().called(lambda: {1}) is None


def test_too_many_arguments_are_logged(test):
    test.expect_error("positional argument")
    assert keeper().called(lambda: 1, [1, 2]) is None


# ---- Callables of the engine in Python ----


def test_callables_of_scripts_are_called(test):
    there = keeper()
    method = there.own_method()
    assert type(method) is Callable
    assert method("a", "b") == "ab"
    assert there.own_lambda()(5) == 15


def test_wrong_arguments_of_callables_of_scripts(test):
    there = keeper()
    with pytest.raises(CallError, match="argument 1 must be a String, not 1"):
        there.own_method()(1, 2)
    with pytest.raises(CallError, match="at least 2 arguments"):
        there.own_method()("a")


def test_callables_have_the_engine_s_methods(test):
    there = keeper()
    method = there.own_method()
    assert method.get_object() is there
    assert method.get_method() == "joined"
    assert method.is_valid() is True
    assert method.get_argument_count() == 2
    assert method.bind("z")("a") == "az"
    assert there.own_method() == method
    assert hash(there.own_method()) == hash(method)
    assert there.own_lambda() != method
    assert "joined" in repr(method)


def test_callables_made_in_python(test):
    node = Node()
    test.add_child(node)
    assert Callable(node, "get_child_count")() == 0
    assert Callable(node, "get_child_count") == Callable(node, "get_child_count")
    assert Callable(add).bind(5)(1) == 6
    with pytest.raises(CallError, match="Callable"):
        Callable("x", "y")
    with pytest.raises(CallError, match="Callable"):
        Callable(3)


def test_callables_go_back_to_the_engine(test):
    there = keeper()
    assert there.called(there.own_lambda(), [1]) == 11
    assert there.called(there.own_method(), ["x", "y"]) == "xy"


def test_a_callable_of_a_freed_object_is_invalid(test):
    node = Node()
    node.set_script(ResourceLoader.load("res://node_with_method.gd"))
    method = node.make_callable()
    assert method() == "hello"
    node.free()
    assert method.is_valid() is False


# ---- Signals ----


def test_connect_emit_disconnect(test):
    heard = []
    node = Listener()
    node.told.connect(heard.append)
    node.told.emit("a")
    node.emit_signal("told", "b")
    assert node.told.is_connected(heard.append)
    node.told.disconnect(heard.append)
    assert not node.told.is_connected(heard.append)
    node.told.emit("c")
    assert heard == ["a", "b"]
    node.free()


def test_signals_of_engine_classes(test):
    heard = []
    node = Node()
    node.renamed.connect(lambda: heard.append(node.name))
    test.add_child(node)
    node.name = "Ida"
    assert heard == ["Ida"]
    assert repr(node.renamed).startswith("<signal renamed of <Node#")


def test_signals_of_scripts(test):
    heard = []
    there = keeper()
    there.happened.connect(heard.append)
    there.happened.emit({"a": 1})
    assert heard == [{"a": 1}]


def test_signals_are_values(test):
    node = Listener()
    there = keeper()
    back = there_and_back(there, node.told)
    assert type(back) is Signal
    assert back == node.told
    assert hash(back) == hash(node.told)
    assert back.object is node
    assert there.own_signal() == there.happened
    assert there.own_signal() != node.told
    there.drop()
    node.free()


def test_a_method_is_disconnected_when_its_object_goes(test):
    source, listener = Listener(), Listener()
    source.told.connect(listener.hear)
    listener.free()
    source.told.emit("nobody hears")
    assert source.get_signal_connection_list("told") == []
    source.free()


def test_a_signal_goes_with_its_object(test):
    heard = []
    source = Listener()
    source.told.connect(heard.append)
    told = source.told
    source.free()
    with pytest.raises(FreedObjectError):
        told.emit("x")
    with pytest.raises(FreedObjectError):
        told.connect(heard.append)


def test_one_shot_and_deferred(test):
    heard = []
    source = Listener()
    source.told.connect(heard.append, Object.CONNECT_ONE_SHOT)
    source.told.connect(lambda x: heard.append(x * 2), Object.CONNECT_DEFERRED)
    source.told.emit("a")
    source.told.emit("b")
    assert heard == ["a"]
    yield
    assert heard == ["a", "aa", "bb"]
    source.free()


def test_connecting_twice_is_an_error_of_the_engine(test):
    source = Listener()
    test.expect_error("already connected")
    source.told.connect(add)
    source.told.connect(add)
    source.free()


def test_call_deferred(test):
    node = Node()
    test.add_child(node)
    node.call_deferred("set_name", "later")
    node.set_name("now")
    assert node.name == "now"
    yield
    assert node.name == "later"


def test_a_deferred_call_of_a_freed_object_does_nothing(test):
    listener = Listener()
    Callable(listener.hear).call_deferred("x")
    listener.free()
    yield


def test_a_timer_and_a_tween_call_python(test):
    heard = []
    timer = Timer()
    timer.one_shot = True
    test.add_child(timer)
    timer.timeout.connect(lambda: heard.append("timer"))
    timer.start(0.001)
    tween = test.create_tween()
    assert isinstance(tween, Tween)
    tween.tween_callback(lambda: heard.append("tween"))
    while set(heard) != {"timer", "tween"}:
        yield


def test_exposed_methods_are_callables_of_their_object(test):
    node = Listener()
    test.add_child(node)
    assert mirror().same(node.hear) == node.hear
    source = Listener()
    source.told.connect(node.hear)
    source.told.emit("x")
    assert node._heard == ["x"]
    source.free()


def test_a_callable_called_wrongly_from_python(test):
    with pytest.raises(CallError):
        keeper().called()


def test_what_nobody_would_await_is_refused(test):
    async def hear():
        pass

    with pytest.raises(ConversionError, match="hear is an `async def`, which the engine cannot"):
        test.tree_exited.connect(hear)
    with pytest.raises(ConversionError, match="hear is an `async def`"):
        Callable(hear)


def test_one_of_nothing(test):
    assert Callable().is_null()
    assert not Callable().is_valid()
