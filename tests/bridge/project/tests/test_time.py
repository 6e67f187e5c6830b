"""`_pass_time`: the engine's frames, and those of them that a node does without."""

import math

import pytest
from engine_tests import until
from godot import Engine, GDScript, Node, is_instance_valid, wake
from lives import Timed, TimedAndNotified


def processed(test, kind=Timed):
    node = kind()
    test.add_child(node)
    node.set_process(True)
    return node


def frames(count):
    end = Engine.get_process_frames() + count
    yield from until(lambda: Engine.get_process_frames() >= end)


def test_every_frame_is_told_with_its_seconds(test):
    node = processed(test)
    first = Engine.get_process_frames()
    yield from until(lambda: len(node._passed) >= 5)
    assert Engine.get_process_frames() - first in (4, 5, 6)
    assert node._passed[-1] == pytest.approx(node.get_process_delta_time(), abs=0.1)
    assert all(seconds > 0.0 for seconds in node._passed)


def test_nothing_is_told_before_processing_is_on(test):
    node = Timed()
    test.add_child(node)
    yield from frames(3)
    assert node._passed == []


def test_while_it_rests_time_adds_up(test):
    node = processed(test)
    rests = 5.5 * node.get_process_delta_time()
    node._rests = rests
    yield from until(lambda: len(node._passed) >= 4)
    assert all(seconds >= rests for seconds in node._passed[1:])


def test_a_rest_without_end_is_ended_by_waking(test):
    node = processed(test)
    node._rests = math.inf
    yield from until(lambda: node._passed)
    yield from frames(5)
    assert len(node._passed) == 1
    wake(node)
    yield from until(lambda: len(node._passed) == 2)
    # What passed meanwhile is not lost.
    assert node._passed[1] > 3 * node._passed[0]


def test_a_rest_is_none_while_the_game_s_time_stands_still(test):
    """Or a game that stops it, as for a menu, would hear of nothing until it goes on."""
    node = processed(test)
    node._rests = math.inf
    yield from until(lambda: node._passed)
    Engine.time_scale = 0.0
    try:
        yield from until(lambda: len(node._passed) >= 4)
    finally:
        Engine.time_scale = 1.0
    assert node._passed[-1] == 0.0


def test_waking_before_it_answers_counts_for_nothing(test):
    """Who is being told of time says itself, at the end, how long nothing else comes."""
    node = processed(test)
    node._rests, node._then = math.inf, lambda: wake(node)
    yield from until(lambda: node._passed)
    yield from frames(3)
    assert len(node._passed) == 1


def test_answers_that_are_no_time_mean_the_next_frame(test):
    for rests in (None, -1.0, math.nan, 0):
        node = processed(test)
        node._rests = rests
        yield from until(lambda node=node: len(node._passed) >= 3)


def test_an_error_is_told_and_the_next_frame_comes(test):
    test.expect_error("planted in _pass_time")
    node = processed(test)

    def fail():
        node._then = None
        raise ValueError("planted in _pass_time")

    node._then, node._rests = fail, math.inf
    yield from until(lambda: len(node._passed) == 2)


def test_a_node_may_be_freed_in_its_own_time(test):
    node = Timed()
    test.add_child(node)
    node._then = node.free
    node.set_process(True)
    yield from until(lambda: not is_instance_valid(node))


def test_a_paused_node_is_told_of_no_time(test):
    node = processed(test)
    node._rests = math.inf
    yield from until(lambda: node._passed)
    node.process_mode = Node.PROCESS_MODE_DISABLED
    yield from frames(5)
    node.process_mode = Node.PROCESS_MODE_INHERIT
    wake(node)
    yield from until(lambda: len(node._passed) == 2)
    assert node._passed[1] < 4 * node._passed[0]


def test_other_notifications_come_as_ever(test):
    node = processed(test, TimedAndNotified)
    yield from until(lambda: len(node._passed) >= 2)
    assert Node.NOTIFICATION_READY in node._heard
    assert Node.NOTIFICATION_PROCESS not in node._heard


def test_a_script_with_a_process_of_its_own_takes_nothing_away(test):
    script = GDScript()
    script.source_code = "extends Timed\nvar ticks := 0\nfunc _process(_delta):\n\tticks += 1\n"
    assert script.reload() == 0
    node = processed(test)
    node.set_script(script)
    node.set_process(True)
    yield from until(lambda: node.ticks >= 3 and len(node._passed) >= 3)
