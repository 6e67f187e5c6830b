"""Python functions as steps of an undo history."""

import gc
import weakref
from functools import partial

from creatures import Creature
from godot import Callable, Node, UndoRedo
from lives import Recipe


class Seen:
    """What steps did; each of its functions can be watched by a weak reference."""

    def __init__(self):
        self.steps = []

    def note(self, *step):
        self.steps.append(step)


def make_action(history, do, undo, name="Step", *, executes=True):
    history.create_action(name)
    history.add_do_method(*do)
    history.add_undo_method(*undo)
    history.commit_action(executes)


def history_of(test):
    made = UndoRedo()
    test.tree_exited.connect(made.free)
    return made


def test_functions_are_done_undone_and_done_again(test):
    history, steps = history_of(test), []
    make_action(history, (lambda: steps.append("do"),), (lambda: steps.append("undo"),))
    assert steps == ["do"]
    assert history.undo() is True
    assert history.redo() is True
    assert steps == ["do", "undo", "do"]


def test_they_get_their_arguments_of_any_type(test):
    history, seen, anything = history_of(test), Seen(), {1, 2}
    make_action(history, (seen.note, 1, anything), (partial(seen.note, "undo"), (1, 2)))
    history.undo()
    assert seen.steps == [(1, {1, 2}), ("undo", (1, 2))]
    assert seen.steps[0][1] is anything


def test_an_action_that_is_not_executed_waits_for_redo(test):
    history, steps = history_of(test), []
    make_action(history, (steps.append, 1), (steps.append, 2), executes=False)
    assert steps == []
    history.undo()
    history.redo()
    assert steps == [2, 1]


def watched(history):
    """Makes an action; returns a weak reference to the object of its functions."""
    seen = Seen()
    make_action(history, (seen.note,), (seen.note,))
    return weakref.ref(seen)


def test_a_function_lives_as_long_as_its_action(test):
    history = history_of(test)
    kept = watched(history)
    gc.collect()
    history.undo()
    assert len(kept().steps) == 2
    history.redo()
    history.clear_history()
    assert kept() is None


def test_a_redo_that_is_dropped_lets_its_functions_go(test):
    history = history_of(test)
    kept = watched(history)
    history.undo()
    assert kept() is not None
    make_action(history, (lambda: None,), (lambda: None,))
    assert kept() is None


def test_a_history_that_is_freed_lets_its_functions_go(test):
    history = UndoRedo()
    kept = watched(history)
    history.free()
    assert kept() is None


def test_the_oldest_of_too_many_steps_lets_its_functions_go(test):
    history = history_of(test)
    history.max_steps = 1
    kept = watched(history)
    make_action(history, (lambda: None,), (lambda: None,))
    assert kept() is None


def test_merged_actions_keep_the_first_undo_and_the_last_do(test):
    history, steps = history_of(test), []
    for number in range(3):
        history.create_action("Drag", UndoRedo.MERGE_ENDS)
        history.add_do_method(steps.append, f"do {number}")
        history.add_undo_method(steps.append, f"undo {number}")
        history.commit_action()
    assert history.get_history_count() == 1
    steps.clear()
    history.undo()
    history.redo()
    assert steps == ["undo 0", "do 2"]


def test_an_exception_in_a_step_is_logged_and_the_history_goes_on(test):
    history, steps = history_of(test), []

    def fail():
        raise ValueError("planted in a step")

    test.expect_error("ValueError: planted in a step")
    make_action(history, (fail,), (steps.append, "undo"))
    history.undo()
    assert steps == ["undo"]


def test_a_method_of_a_freed_node_is_passed_over(test):
    history, creature = history_of(test), Creature()
    make_action(history, (creature.set_speed, 7.0), (creature.set_speed, 1.0))
    assert creature.speed == 7.0
    creature.free()
    history.undo()


def test_a_method_keeps_its_resource_alive(test):
    history, steps = history_of(test), []

    def add():
        recipe = Recipe()
        make_action(history, (recipe.set_name, "soup"), (lambda: steps.append(recipe.get_name()),))
        return weakref.ref(recipe)

    kept = add()
    gc.collect()
    history.undo()
    assert steps == ["soup"]
    history.clear_history()
    gc.collect()
    assert kept() is None


def test_callables_of_the_engine_are_steps_too(test):
    history, node = history_of(test), Node()
    test.add_child(node)
    make_action(history, (Callable(node, "set_name"), "done"), (Callable(node, "set_name"), "old"))
    assert node.name == "done"
    history.undo()
    assert node.name == "old"
    make_action(history, (Callable(node, "set_name").bind("again"),), (Callable(lambda: None),))
    assert node.name == "again"


def test_a_step_may_make_an_action_of_another_history(test):
    outer, inner, steps = history_of(test), history_of(test), []
    make_action(
        outer,
        (lambda: make_action(inner, (steps.append, 1), (steps.append, 2)),),
        (inner.undo,),
    )
    outer.undo()
    assert steps == [1, 2]
