"""Exceptions of Python code that the engine called: in its log, and nowhere else."""

import gc
import importlib
import threading

import pytest
from engine_tests import until
from godot import Node, ResourceLoader, run_on_main_thread
from godot._ffi import report
from godot._runtime import boot
from lives import Faulty, Recording

SCRIPT_ERROR = 2  # of Logger.ErrorType


def keeper():
    return ResourceLoader.load("res://keeper.gd").new()


def faulty(test, where):
    made = Faulty()
    made._raises_in = where
    test.add_child(made)
    return made


def line_of(function, text):
    """The number of the line in `function` that holds `text`."""
    import inspect

    lines, first = inspect.getsourcelines(function)
    return first + next(i for i, line in enumerate(lines) if text in line)


def test_an_exception_is_logged_with_its_file_and_line(test):
    test.expect_error("ValueError: planted in a function")

    def fail():
        raise ValueError("planted in a function")

    with Recording() as log:
        assert keeper().called(fail) is None
    (error,) = log._errors
    assert error.text == "ValueError: planted in a function"
    assert error.file == __file__
    assert error.line == line_of(fail, "raise")
    assert error.function == "fail"
    assert error.kind == SCRIPT_ERROR


def test_the_calls_that_led_there_are_logged(test):
    test.expect_error("ZeroDivisionError")

    def outer():
        inner()

    def inner():
        return 1 / 0

    with Recording() as log:
        keeper().called(outer)
    (error,) = log._errors
    assert error.line == line_of(inner, "1 / 0")
    assert "in outer" in error.text
    assert "in inner" in error.text
    assert "callables.py" not in error.text


def test_the_cause_of_an_exception_is_logged(test):
    test.expect_error("KeyError: 'the effect'")

    def fail():
        try:
            raise ValueError("the cause")
        except ValueError as error:
            raise KeyError("the effect") from error

    with Recording() as log:
        keeper().called(fail)
    (error,) = log._errors
    assert "ValueError: the cause" in error.text


def test_an_exception_through_the_engine_and_back(test):
    test.expect_error("planted deep")

    def fail():
        raise ValueError("planted deep")

    # Python, the engine, Python again: the outer call gets nothing, and goes on.
    assert keeper().called(keeper().called, [fail, []]) is None


def test_in_process(test):
    test.expect_error("planted in _process")
    node = faulty(test, "_process")
    with Recording() as log:
        yield from until(lambda: node._calls >= 30)
        node.set_process(False)
    shown = [error.text for error in log._errors]
    assert len(shown) == 4
    assert shown[0].startswith("ValueError: planted in _process")
    assert "(2 times)" in shown[1]
    assert "(3 times)" in shown[2]
    assert "(10 times)" in shown[3]


def test_in_ready(test):
    test.expect_error("planted in _ready")
    node = faulty(test, "_ready")
    assert node.is_node_ready()


def test_in_a_notification(test):
    test.expect_error("planted in _notification")
    node = faulty(test, "_notification")
    node._raises_in = ""


def test_in_a_signal_handler_the_others_are_still_called(test):
    test.expect_error("planted in a handler")
    heard = []

    def fail():
        raise ValueError("planted in a handler")

    node = faulty(test, "")
    node.happened.connect(fail)
    node.happened.connect(lambda: heard.append(1))
    node.happened.emit()
    assert heard == [1]


def test_in_a_setter_and_a_getter(test):
    test.expect_error("planted in setter")
    test.expect_error("planted in getter")
    node = faulty(test, "setter")
    node.set("value", 3)
    with pytest.raises(ValueError, match="planted in setter"):
        node.value = 3
    node._raises_in = "getter"
    assert not node.get("computed")
    with pytest.raises(ValueError, match="planted in getter"):
        node.computed  # noqa: B018


def test_in_a_method_that_gdscript_calls(test):
    test.expect_error("planted in method")
    node = faulty(test, "method")
    assert keeper().called(node.method) is None
    assert node.call("method") == 0  # as a function of GDScript that promises an int


def test_in_to_string(test):
    test.expect_error("planted in _to_string")
    node = faulty(test, "_to_string")
    assert node.to_string()
    node._raises_in = ""
    assert node.to_string() == "Faulty!"


def test_in_a_deferred_call(test):
    test.expect_error("planted in method")
    node = faulty(test, "method")
    node.call_deferred("method")
    yield


def test_in_work_for_the_main_thread(test):
    test.expect_error("planted for the main thread")

    def fail():
        raise ValueError("planted for the main thread")

    future = run_on_main_thread(fail)
    yield from until(future.done)
    assert isinstance(future.exception(), ValueError)


def test_in_a_thread(test):
    test.expect_error("planted in a thread")

    def fail():
        raise ValueError("planted in a thread")

    with Recording() as log:
        thread = threading.Thread(target=fail)
        thread.start()
        yield from until(lambda: not thread.is_alive())
    (error,) = log._errors
    assert (error.file, error.line) == (__file__, line_of(fail, "raise"))


def test_in_a_finaliser(test):
    test.expect_error("planted in __del__")

    class Failing:
        def __del__(self):
            raise ValueError("planted in __del__")

    Failing()
    gc.collect()


def test_a_result_of_another_type(test):
    test.expect_error("wanted an int, not 'not a number'")
    node = faulty(test, "")
    assert keeper().called(node.call, ["wrong_result"]) == 0


def test_even_system_exit_stays_in_python(test):
    test.expect_error("SystemExit: 3")

    def leave():
        raise SystemExit(3)

    assert keeper().called(leave) is None


def test_a_text_that_no_log_can_hold(test):
    test.expect_error("odd ?")

    def fail():
        raise ValueError("odd \ud800")

    keeper().called(fail)


def test_nodes_outlive_their_exceptions(test):
    test.expect_error("planted in _ready")
    node = faulty(test, "_ready")
    node._raises_in = ""
    assert node.method() == 1
    assert isinstance(node, Node)


def test_a_package_that_an_exported_game_lacks_is_told_with_its_option(test):
    def lack():
        importlib.import_module("nowhere_at_all")

    test.expect_error("No module named 'nowhere_at_all'")
    with Recording() as log:
        keeper().called(lack)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(report._advice, ModuleNotFoundError, boot._LEFT_OUT)
            keeper().called(lack)
    here, exported = (error.text for error in log._errors)
    assert "extra_packages" not in here
    assert "python/extra_packages of its export preset" in exported
