"""Threads of the engine in Python: each kind of them, and how the game ends around them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import run_project

from tests.harness.projects import NAME, make_project
from tests.harness.suite import SuiteRun, run_suite

_SETTINGS = "[physics]\n2d/run_on_separate_thread=true\n"
_LOADED = '[gd_resource type="Loaded" format=3]\n\n[resource]\nnumber = 3\n'
_KINDS = """
import threading, time, weakref
from godot import (
    AudioEffect, AudioEffectInstance, AudioServer, AudioStream, AudioStreamPlayback,
    AudioStreamPlayer, Node, RefCounted, Resource, ResourceLoader, RigidBody2D, Thread,
    WorkerThreadPool, exposed, export, is_main_thread,
)
seen, playbacks = {}, weakref.WeakSet()
def seen_by(kind):
    seen.setdefault(kind, set()).add(is_main_thread())
@exposed
class Called(RefCounted):
    def task(self): seen_by("task")
    def group(self, index: int): seen_by("group")
    def thread(self): seen_by("thread")
@exposed
class Loaded(Resource):
    number = export(int, 1)
    def __init__(self): seen_by("load")
@exposed
class Body(RigidBody2D):
    def _integrate_forces(self, state): seen_by("physics")
@exposed
class Grouped(Node):
    def _process(self, delta): seen_by("nodes")
@exposed
class Playback(AudioStreamPlayback):
    def _mix(self, buffer, rate_scale, frames):
        seen_by("audio")
        return frames
    def _start(self, from_pos): pass
    def _stop(self): pass
    def _is_playing(self): return True
    def _get_loop_count(self): return 0
    def _get_playback_position(self): return 0.0
@exposed
class Stream(AudioStream):
    def _instantiate_playback(self):
        made = Playback()
        playbacks.add(made)
        return made
@exposed
class EffectInstance(AudioEffectInstance):
    def _process(self, source, target, count): seen_by("effect")
    def _process_silence(self): return True
@exposed
class Effect(AudioEffect):
    def _instantiate(self): return EffectInstance()

called = []
def method(name):
    called.append(Called())
    return getattr(called[-1], name)
def task(test):
    number = WorkerThreadPool.add_task(method("task"))
    yield lambda: WorkerThreadPool.is_task_completed(number)
    WorkerThreadPool.wait_for_task_completion(number)
def group(test):
    number = WorkerThreadPool.add_group_task(method("group"), 100)
    yield lambda: WorkerThreadPool.is_group_task_completed(number)
    WorkerThreadPool.wait_for_group_task_completion(number)
def thread(test):
    made = Thread()
    made.start(method("thread"))
    yield lambda: not made.is_alive()
    made.wait_to_finish()
def load(test):
    ResourceLoader.load_threaded_request("res://loaded.tres", "", True)
    done = ResourceLoader.THREAD_LOAD_LOADED
    yield lambda: ResourceLoader.load_threaded_get_status("res://loaded.tres") == done
    assert ResourceLoader.load_threaded_get("res://loaded.tres").number == 3
def physics(test):
    body = Body()
    body.custom_integrator = True
    test.get_tree().root.add_child(body)
    yield lambda: "physics" in seen
def nodes(test):
    node = Grouped()
    node.process_thread_group = Node.PROCESS_THREAD_GROUP_SUB_THREAD
    test.get_tree().root.add_child(node)
    yield lambda: "nodes" in seen
def playing(test):
    player = AudioStreamPlayer()
    player.stream = Stream()
    test.get_tree().root.add_child(player)
    seen.pop("audio", None)
    player.play()
    yield lambda: "audio" in seen
    called.append(player)
def audio(test):
    yield from playing(test)
    called[-1].stop()
    yield lambda: not playbacks  # the engine leaks what it plays while it ends
def effect(test):
    AudioServer.add_bus_effect(0, Effect())
    yield lambda: "effect" in seen
"""
_KIND_NAMES = ("task", "group", "thread", "load", "physics", "nodes", "audio", "effect")
# The engine itself keeps these to the frames of the main thread, whatever steps the physics.
_ON_MAIN_THREAD = ("physics",)


@pytest.fixture
def end(engine: Engine, tmp_path: Path) -> Callable[[str], SuiteRun]:
    """The run of a game whose one test is this."""

    def run(text: str) -> SuiteRun:
        files = {"kinds.py": _KINDS, "loaded.tres": _LOADED, "tests/test_it.py": text}
        project = make_project(tmp_path / "project", files, _SETTINGS)
        suite = (project / "suite.py").read_text("utf-8")
        (project / "suite.py").write_text(f"{suite}import kinds\n", "utf-8")
        ended = run_suite(engine, project, [NAME], seconds=60.0)
        assert ended.outcomes[NAME].problem == ""
        return ended

    return run


@pytest.mark.parametrize("kind", _KIND_NAMES)
def test_a_kind_of_thread_calls_python_and_the_game_ends(end, kind: str) -> None:
    run = end(f"""
import kinds
from engine_tests import until
def test_it(test):
    for is_done in kinds.{kind}(test):
        yield from until(is_done)
    assert kinds.seen["{kind}"] == {{{kind in _ON_MAIN_THREAD}}}
""")
    assert run.faults == ()


def test_the_game_ends_though_a_thread_of_its_own_does_not(end) -> None:
    run = end(f"""
import threading, time
import kinds
from engine_tests import until
def test_it(test):
    threading.Thread(target=time.sleep, args=(1000.0,), daemon=True).start()
    for begin in ({", ".join(f"kinds.{kind}" for kind in _KIND_NAMES)}, kinds.playing):
        for is_done in begin(test):
            yield from until(is_done)
""")
    # The engine leaks what it plays while it ends.
    assert [fault for fault in run.faults if "ObjectDB instances leaked" not in fault] == []


def test_a_task_that_is_in_python_is_waited_for(end) -> None:
    run = end("""
import threading, time
from godot import Node, RefCounted, WorkerThreadPool, at_exit, exposed
ending = threading.Event()
held = RefCounted()
at_exit(ending.set)
def work():
    ending.wait()
    time.sleep(0.3)
    Node().free()
    print("done with", held.get_reference_count())
def test_it(test):
    WorkerThreadPool.add_task(work)
""")
    assert "done with 1" in run.log
    assert run.faults == ()


def test_a_task_that_never_ends_is_told_of_and_stopped(end) -> None:
    run = end("""
import time
from godot import WorkerThreadPool
def work():
    try:
        while True:
            time.sleep(0.01)
    finally:
        print("cleaned up")
def test_it(test):
    WorkerThreadPool.add_task(work)
""")
    assert "a thread of the engine is still in Python at the end of the game" in run.log
    assert "cleaned up" in run.log
    assert run.faults == ("SCRIPT ERROR: SystemExit",)


_CALLED = """
from godot import RefCounted, Resource, exposed, export
@exposed
class Called(RefCounted):
    def work(self, number: int) -> int: return number
@exposed
class Loaded(Resource):
    number = export(int, 1)
"""
_GAME = """
extends Node
class Holder:
    var called := Called.new()
static func spin(msec: int) -> void:
    var end := Time.get_ticks_msec() + msec
    while Time.get_ticks_msec() < end: OS.delay_msec(5)
var ids := []
func _ready() -> void:
    var called := Called.new()
    {begin}
    await get_tree().create_timer(0.5).timeout
    print("the game ends")
    get_tree().quit()
func _exit_tree() -> void:
    for id in ids: WorkerThreadPool.wait_for_task_completion(id)
"""
_SCENE = """[gd_scene format=3]
[ext_resource type="Script" path="res://game.gd" id="1"]
[node name="Game" type="Node"]
script = ExtResource("1")
"""
_LEFT_ALONE = {
    "ended": "for i in 5: WorkerThreadPool.add_task(func(): called.work(i))",
    "urgent": "for i in 5: WorkerThreadPool.add_task(func(): called.work(i), true)",
    "holding": "var held := Holder.new()\n"
    "    for i in 5: WorkerThreadPool.add_task(func(): held.called.work(i))",
    "running": "WorkerThreadPool.add_task(func(): called.work(1); spin(1500); called.work(2))",
    "waiting": "for i in 4: WorkerThreadPool.add_task(func(): called.work(i); spin(400))",
    "many": "for i in 500: WorkerThreadPool.add_task(func(): called.work(i))",
}
_RIGHT = {
    "waited for": "var all := range(50).map(func(i):"
    " return WorkerThreadPool.add_task(func(): called.work(i)))\n"
    "    for id in all: WorkerThreadPool.wait_for_task_completion(id)",
    "waited for last": "ids.append(WorkerThreadPool.add_task(func(): called.work(1); spin(900)))",
    "loading": 'ResourceLoader.load_threaded_request("res://loaded.tres", "", true)',
}


@pytest.mark.parametrize("kind", [*_LEFT_ALONE, *_RIGHT])
def test_tasks_of_a_script_end_the_game_well_and_in_silence(
    engine: Engine, tmp_path: Path, kind: str
) -> None:
    begin = {**_LEFT_ALONE, **_RIGHT}[kind]
    files = {
        "suite.py": "import called\n",
        "called.py": _CALLED,
        "game.gd": _GAME.format(begin=begin),
        "game.tscn": _SCENE,
        "loaded.tres": _LOADED,
    }
    settings = '[application]\nrun/main_scene="res://game.tscn"\n'
    run = run_project(engine, make_project(tmp_path, files, settings), "--headless", seconds=60.0)
    assert "the game ends" in run.log
    assert "ERROR" not in run.log
    # The engine leaks what was loaded and never fetched.
    assert [fault for fault in run.faults if "ObjectDB instances leaked" not in fault] == []
    assert run.exit_code == 0
