"""Python threads beside the engine's main one, and the engine's threads in Python."""

import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest
from creatures import Creature
from engine_tests import until
from godot import (
    Engine,
    Image,
    Node,
    PackedScene,
    RefCounted,
    ResourceLoader,
    ResourceSaver,
    Vector2,
    WorkerThreadPool,
    is_main_thread,
    run_on_main_thread,
)
from godot._runtime.boot import switch_interval
from lives import Recipe


def in_thread(function):
    """Runs `function` in a thread while frames go on, and raises what it raised."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(function)
        yield from until(future.done)
        return future.result()


def test_who_waits_for_the_interpreter_sleeps_meanwhile(test):
    assert sys.getswitchinterval() == pytest.approx(switch_interval(sys.platform))
    for platform, unit in (("win32", 1e-3), ("linux", 1e-6), ("darwin", 1e-6)):
        assert switch_interval(platform) >= unit  # what the system's clock of waiting counts in
        assert round(switch_interval(platform) / unit) == pytest.approx(
            switch_interval(platform) / unit
        )


def test_which_thread_it_is(test):
    assert is_main_thread()
    assert (yield from in_thread(is_main_thread)) is False


def test_work_for_the_main_thread_comes_back_with_its_result(test):
    def work(a, b):
        assert is_main_thread()
        return a + b

    def ask():
        return run_on_main_thread(work, 1, 2).result(timeout=10)

    assert (yield from in_thread(ask)) == 3


def test_work_is_done_in_order_and_once(test):
    done = []
    for number in range(100):
        run_on_main_thread(done.append, number)
    assert done == []
    yield from until(lambda: len(done) >= 100)
    yield
    assert done == list(range(100))


def test_work_that_hands_over_work_does_not_stop_the_frame(test):
    frames = []

    def again():
        frames.append(Engine.get_process_frames())
        if len(frames) < 3:
            run_on_main_thread(again)

    run_on_main_thread(again)
    yield from until(lambda: len(frames) == 3)
    assert len(set(frames)) == 3


def test_cancelled_work_is_not_done(test):
    done = []
    future = run_on_main_thread(done.append, 1)
    assert future.cancel()
    yield
    yield
    assert done == []
    with pytest.raises(CancelledError):
        future.result()


def test_an_error_of_the_work_reaches_who_asked(test):
    test.expect_error("planted for another thread")

    def fail():
        raise ValueError("planted for another thread")

    def ask():
        with pytest.raises(ValueError, match="planted"):
            run_on_main_thread(fail).result(timeout=10)
        return "raised"

    assert (yield from in_thread(ask)) == "raised"


def test_frames_go_on_beside_a_busy_python_thread(test):
    stop = threading.Event()
    turns = [0]

    def compute():
        while not stop.is_set():
            turns[0] += 1

    thread = threading.Thread(target=compute)
    thread.start()
    try:
        first = Engine.get_process_frames()
        yield from until(lambda: Engine.get_process_frames() - first >= 60)
        assert turns[0] > 1000
    finally:
        stop.set()
    yield from until(lambda: not thread.is_alive())


def test_a_thread_runs_while_the_main_one_waits_for_it(test):
    results = []

    def work():
        image = Image.create_empty(64, 64, False, Image.FORMAT_RGBA8)
        image.fill((1, 0, 0, 1))
        results.append(image.get_pixel(1, 1).r)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert results == [1.0]


def test_calls_from_many_threads_at_once(test):
    def work(number):
        held = [RefCounted() for _ in range(20)]
        for turn in range(200):
            image = Image.create_empty(4, 4, False, Image.FORMAT_RGBA8)
            image.set_pixel(1, 1, (number / 8, 0, 0, 1))
            assert image.get_data()[20] == int(number / 8 * 255)
            held[0].set_meta("turn", {"n": [turn, "text", Vector2(turn, number)]})
            assert held[0].get_meta("turn")["n"] == [turn, "text", Vector2(turn, number)]
            assert Vector2(3, 4).length() == 5
        return [made.get_reference_count() for made in held]

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(work, number) for number in range(8)]
        yield from until(lambda: all(future.done() for future in futures), seconds=25)
        for future in futures:
            assert future.result() == [1] * 20


def test_objects_may_be_made_in_one_thread_and_dropped_in_another(test):
    def make():
        return [Node(), RefCounted(), Image.create_empty(1, 1, False, Image.FORMAT_L8)]

    node, counted, image = yield from in_thread(make)
    assert counted.get_reference_count() == 1
    assert image.get_reference_count() == 1
    node.free()


def test_threads_of_the_engine_call_python(test):
    seen = []

    def work(index):
        seen.append((index, is_main_thread()))

    group = WorkerThreadPool.add_group_task(work, 50)
    yield from until(lambda: WorkerThreadPool.is_group_task_completed(group))
    WorkerThreadPool.wait_for_group_task_completion(group)
    assert sorted(index for index, _ in seen) == list(range(50))
    assert not any(is_main for _, is_main in seen)


def test_the_main_thread_waits_for_a_thread_of_the_engine_that_calls_python(test):
    done = []
    task = WorkerThreadPool.add_task(lambda: done.append(time.sleep(0.01)))
    WorkerThreadPool.wait_for_task_completion(task)
    assert done == [None]


def test_an_exception_in_a_thread_of_the_engine(test):
    test.expect_error("planted in the engine's thread")

    def fail():
        raise ValueError("planted in the engine's thread")

    task = WorkerThreadPool.add_task(fail)
    WorkerThreadPool.wait_for_task_completion(task)


def test_what_threads_print_stays_in_whole_lines(test):
    def talk(number):
        for _ in range(50):
            print(f"<{number}", end="")
            time.sleep(0)
            print(f"{number}>")

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(talk, number) for number in range(4)]
        yield from until(lambda: all(future.done() for future in futures))


def test_signals_of_a_node_in_the_tree_are_for_the_main_thread(test):
    test.expect_error("The caller thread can")

    def emit():
        test.emit_signal("renamed")

    yield from in_thread(emit)


def test_scenes_and_resources_load_in_threads_of_the_engine(test):
    root = Creature()
    root.names = ["Ida"]
    scene = PackedScene()
    scene.pack(root)
    root.free()
    recipe = Recipe()
    recipe.amount = 5
    assert ResourceSaver.save(scene, "user://threaded.tscn") == 0
    assert ResourceSaver.save(recipe, "user://threaded.tres") == 0
    paths = ("user://threaded.tscn", "user://threaded.tres")
    for path in paths:
        ResourceLoader.load_threaded_request(path, "", True, ResourceLoader.CACHE_MODE_IGNORE)
    # The main thread waits for threads that need the interpreter.
    loaded, soup = map(ResourceLoader.load_threaded_get, paths)
    assert soup.amount == 5
    made = loaded.instantiate()
    assert (type(made), made.names) == (Creature, ["Ida"])
    made.free()
    yield


def test_counts_change_in_many_threads_at_once(test):
    keepers = [ResourceLoader.load("res://keeper.gd").new() for _ in range(4)]
    recipe = Recipe()
    recipe.amount = 9

    def work(keeper):
        for _ in range(300):
            keeper.keep(recipe)
            assert keeper.kept.amount == 9
            keeper.drop()
            keeper.keep(Recipe())
            keeper.drop()

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(work, keeper) for keeper in keepers]
        yield from until(lambda: all(future.done() for future in futures), seconds=25)
        for future in futures:
            future.result()
    yield
    yield
    assert recipe.get_reference_count() == 1
