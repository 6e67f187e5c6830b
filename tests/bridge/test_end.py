"""How the engine ends with Python in it: handlers, threads, and what they leave."""

from pathlib import Path

import pytest
from npc_video.shipping.engine import Engine

from tests.harness.projects import NAME, make_project
from tests.harness.suite import SuiteRun, run_suite


@pytest.fixture
def end(play):
    """The run of a game whose one test is this."""

    def run(text: str) -> SuiteRun:
        run: SuiteRun = play(text)
        assert run.outcomes[NAME].problem == ""
        return run

    return run


def test_exit_handlers_run_last_in_first_out_while_the_engine_is_whole(end) -> None:
    run = end("""
from godot import at_exit, Engine, Image
@at_exit
def first():
    print("first", Engine.get_process_frames() > 0)
@at_exit
def second():
    print("second", Image.create_empty(1, 1, False, Image.FORMAT_L8).get_width())
def test_it(test):
    at_exit(lambda: print("third"))
""")
    assert run.log.splitlines()[-3:] == ["third", "second 1", "first True"]
    assert run.faults == ()


def test_an_exit_handler_that_fails_does_not_stop_the_others(end) -> None:
    run = end("""
from godot import at_exit
at_exit(lambda: print("still here"))
at_exit(lambda: 1 / 0)
def test_it(test): pass
""")
    assert "still here" in run.log
    assert run.faults == ("SCRIPT ERROR: ZeroDivisionError: division by zero",)


def test_python_s_own_exit_handlers_run_too(end) -> None:
    run = end("""
import atexit, tempfile
atexit.register(print, "goodbye")
def test_it(test): pass
""")
    assert run.log.splitlines()[-1] == "goodbye"
    assert run.faults == ()


def test_an_idle_thread_pool_ends(end) -> None:
    run = end("""
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(2)
def test_it(test):
    assert pool.submit(lambda: 3).result() == 3
""")
    assert run.faults == ()


def test_a_thread_that_waits_for_the_main_thread_is_let_go_before_handlers_wait_for_it(end) -> None:
    run = end("""
import threading
from concurrent.futures import CancelledError
from godot import at_exit, run_on_main_thread
ended = threading.Event()
def work():
    ended.wait()
    try:
        run_on_main_thread(print, "too late").result()
    except CancelledError:
        print("let go")
thread = threading.Thread(target=work)
def stop():
    ended.set()
    thread.join(4.0)
    print("joined", not thread.is_alive())
at_exit(stop)
def test_it(test):
    thread.start()
""")
    assert run.log.splitlines()[-2:] == ["let go", "joined True"]
    assert run.faults == ()


def test_a_thread_that_is_told_to_stop_is_waited_for(end) -> None:
    run = end("""
import threading, time
from godot import at_exit
stop = threading.Event()
def work():
    while not stop.wait(0.01): pass
    time.sleep(0.2)
    print("work is done")
at_exit(stop.set)
def test_it(test):
    threading.Thread(target=work).start()
""")
    assert "work is done" in run.log
    assert run.faults == ()


def test_who_waits_for_the_main_thread_is_let_go(end) -> None:
    run = end("""
import threading
from concurrent.futures import CancelledError
from godot import at_exit, run_on_main_thread
ending = threading.Event()
at_exit(ending.set)
def work():
    ending.wait()
    try:
        run_on_main_thread(print, "too late").result()
    except CancelledError:
        print("cancelled")
def test_it(test):
    threading.Thread(target=work).start()
""")
    assert "cancelled" in run.log
    assert "too late" not in run.log
    assert run.faults == ()


@pytest.mark.parametrize(
    "work",
    [
        "time.sleep(0.01)",
        "pass",
        "Vector2(1, 2).length(); Image.create_empty(8, 8, False, 0).fill((1, 0, 0, 1))",
        "print('x' * 100, end='')",
        """try:
            for n in range(1000): Image.create_empty(8, 8, False, 0)
        except BaseException: pass""",
    ],
    ids=["sleeps", "computes", "calls the engine", "prints", "catches whatever ends it"],
)
def test_a_thread_that_never_ends_is_named_and_left_behind(end, work: str) -> None:
    # Where a file is closed, the interpreter lets its lock go at the very end.
    run = end(f"""
import atexit, threading, time
from godot import Image, Vector2
class Litter:
    def __init__(self): self.me, self.file = self, open(__file__)
def work():
    while True:
        {work}
def test_it(test):
    atexit.register(lambda: [Litter() for index in range(50)])
    threading.Thread(target=work, name="Sisyphus").start()
""")
    assert "these threads did not end with the game: Sisyphus" in run.log
    # What such a thread holds at the very end cannot be given back; nothing worse may happen.
    assert [fault for fault in run.faults if "ObjectDB instances leaked" not in fault] == []


def test_threads_that_are_left_clean_up_after_themselves(end) -> None:
    run = end("""
import threading
def spin():
    while True: pass
def work():
    try:
        spin()  # at the jump of a loop of its own, `try` would be taken for over
    finally:
        print("cleaned up")
def test_it(test):
    threading.Thread(target=work, daemon=True).start()
""")
    assert "cleaned up" in run.log
    assert run.faults == ()


def test_a_daemon_thread_is_left_behind_in_silence(end) -> None:
    run = end("""
import threading, time
def work():
    while True: time.sleep(0.001)
def test_it(test):
    threading.Thread(target=work, daemon=True).start()
""")
    assert "did not end" not in run.log
    assert run.faults == ()


def test_a_pool_of_a_daemon_thread_is_not_waited_for(end) -> None:
    run = end("""
import threading, time
from concurrent.futures import ThreadPoolExecutor
begun = threading.Event()
def work():
    pools = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
    pools[0].submit(int)
    pools[1].submit(time.sleep, 1000.0)
    begun.set()
def test_it(test):
    threading.Thread(target=work, daemon=True).start()
    begun.wait()
""")
    assert "did not end" not in run.log
    assert run.faults == ()


def test_a_call_of_the_engine_that_does_not_end_is_not_waited_for(end) -> None:
    run = end("""
import threading
from godot import OS
def test_it(test):
    threading.Thread(target=OS.delay_msec, args=(100_000,), daemon=True).start()
""")
    # Nobody knows what such a call uses, so nothing is given back.
    assert [fault for fault in run.faults if "ObjectDB instances leaked" not in fault] == []


def test_what_python_still_holds_leaks_nothing(end) -> None:
    run = end("""
from godot import Image, ImageTexture, ResourceLoader, Resource, FastNoiseLite
held = [Image.create_empty(8, 8, False, Image.FORMAT_RGBA8), Resource(), FastNoiseLite()]
held.append(ImageTexture.create_from_image(held[0]))
held.append(held)
def test_it(test):
    held.append(test.get_tree())
    held.append(test.renamed)
""")
    assert run.faults == ()


def test_nodes_that_python_holds_are_freed_with_the_tree(end) -> None:
    run = end("""
from godot import Node
held = []
def test_it(test):
    held.append(Node())
    test.get_tree().root.add_child(held[0])
""")
    assert run.faults == ()


def test_what_a_script_keeps_to_the_end_is_freed_after_python_gave_it_back(
    engine: Engine, tmp_path: Path
) -> None:
    kept = """
from godot import Node, Resource, exposed
@exposed
class Kept(Resource):
    def _notification(self, what): pass
"""
    script = """
class Keeper:
    static var kept: Array = []
func test_it(test):
    for index in 3:
        Keeper.kept.append(Kept.new())
"""
    name = "tests/test_it.gd::test_it"
    project = make_project(tmp_path, {"tests/test_it.gd": script, "kept.py": kept})
    suite = (project / "suite.py").read_text("utf-8")
    (project / "suite.py").write_text(f"{suite}import kept\n", "utf-8")
    run = run_suite(engine, project, [name], seconds=60.0)
    assert run.outcomes[name].problem == ""
    assert run.faults == ()
