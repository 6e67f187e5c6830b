"""Every fault that the harness is there to notice, planted."""

import re
import subprocess
import sys
from pathlib import Path

from npc_video.shipping.engine import Engine

from tests.harness.projects import NAME, make_project
from tests.harness.suite import SuiteRun, run_suite
from tools.paths import ROOT

FINE = "def test_it(test):\n    pass\n"


def problem(run: SuiteRun) -> str:
    return run.outcomes[NAME].problem


def test_no_fault_in_a_project_without_one(play) -> None:
    run = play(FINE)
    assert problem(run) == ""
    assert run.faults == ()


def test_a_failed_assertion_shows_its_line_and_variables(play) -> None:
    run = play("def test_it(test):\n    found = 3\n    assert found == 4\n")
    assert "line 3, in test_it" in problem(run)
    assert "found = 3" in problem(run)
    assert run.faults == ()


def test_an_error_during_a_test_fails_it(play) -> None:
    run = play("import godot\ndef test_it(test):\n    godot.push_error('planted')\n")
    assert "planted" in problem(run)
    assert run.faults == ()


def test_an_exception_in_a_callback_during_a_test_fails_it(play) -> None:
    run = play(
        "from godot import Node\n"
        "def fail():\n    raise ValueError('planted')\n"
        "def test_it(test):\n"
        "    test.child_order_changed.connect(fail)\n"
        "    test.add_child(Node())\n"
    )
    assert "SCRIPT ERROR: ValueError: planted" in problem(run)


def test_a_script_that_does_not_parse_fails_its_tests(engine: Engine, tmp_path: Path) -> None:
    name = "tests/test_it.gd::test_it"
    project = make_project(
        tmp_path, {"tests/test_it.gd": "func test_it(test):\n\treturn nothing\n"}
    )
    run = run_suite(engine, project, [name], seconds=90.0)
    assert "nothing" in run.outcomes[name].problem


def test_an_error_outside_of_the_tests_is_a_fault(play) -> None:
    run = play(
        "import godot\n"
        "godot.at_exit(lambda: godot.push_error('planted'))\n"
        "def test_it(test):\n    pass\n"
    )
    assert problem(run) == ""
    assert any("planted" in fault for fault in run.faults)


def test_nodes_left_by_a_test_fail_it(play) -> None:
    run = play("from godot import Node\ndef test_it(test):\n    global node\n    node = Node()\n")
    assert "1 node(s)" in problem(run)
    assert any("leaked" in fault for fault in run.faults)


def test_a_leaked_object_is_a_fault(play) -> None:
    run = play("from godot import Object\ndef test_it(test):\n    Object()\n")
    assert problem(run) == ""
    assert any("ObjectDB instances leaked" in fault for fault in run.faults)


def test_a_leaked_rid_is_a_fault(play) -> None:
    run = play(
        "from godot import PhysicsServer3D\ndef test_it(test):\n    PhysicsServer3D.body_create()\n"
    )
    assert problem(run) == ""
    assert any("RID" in fault and "leaked" in fault for fault in run.faults)


def test_a_test_that_does_not_end_fails_and_the_next_one_runs(play) -> None:
    run = play(
        "import engine_tests\n"
        "engine_tests.TEST_S = 0.1\n"
        "def test_it(test):\n    while True: yield\n"
        "def test_next(test):\n    pass\n",
        NAME,
        "tests/test_it.py::test_next",
    )
    assert "did not end within 0.1 s" in problem(run)
    assert run.outcomes["tests/test_it.py::test_next"].problem == ""


def test_a_hang_of_the_main_thread_ends_the_run_with_a_traceback(play) -> None:
    run = play(
        "import engine_tests, time\n"
        "engine_tests.WATCHDOG_S = 0.2\n"
        "def test_first(test):\n    pass\n"
        "def test_it(test):\n    time.sleep(60)\n",
        "tests/test_it.py::test_first",
        NAME,
    )
    assert "exit code 1" in problem(run)
    assert "in test_it" in run.log
    assert "exit code 1" in run.faults


def test_a_hang_at_exit_is_ended_by_the_time_limit(play) -> None:
    run = play(
        "import time, godot\n"
        "godot.at_exit(lambda: time.sleep(600))\n"
        "def test_it(test):\n    pass\n",
        seconds=15.0,
    )
    assert problem(run) == ""
    assert any("time limit" in fault for fault in run.faults)


def test_an_async_test_fails(play) -> None:
    assert "coroutine" in problem(play("async def test_it(test):\n    pass\n"))


def test_a_crash_is_a_fault_and_fails_its_test(play) -> None:
    run = play("import ctypes\ndef test_it(test):\n    ctypes.string_at(0)\n")
    assert "no result" in problem(run)
    assert any("SIG" in fault or "crash" in fault for fault in run.faults)


def test_another_exit_code_is_a_fault_of_the_run(play) -> None:
    run = play(
        "import godot, os\ngodot.at_exit(lambda: os._exit(3))\ndef test_it(test):\n    pass\n"
    )
    assert problem(run) == ""
    assert "exit code 3" in run.faults


def test_an_extension_that_does_not_load_is_a_fault(engine: Engine, tmp_path: Path) -> None:
    project = make_project(tmp_path, {"tests/test_it.py": FINE})
    for library in (project / "bin").glob("pythonscript.*"):
        library.write_bytes(b"no library")
    run = run_suite(engine, project, [NAME], seconds=60.0)
    assert "no result" in problem(run)
    assert any("dynamic library" in fault for fault in run.faults)


def test_a_module_that_does_not_load_is_a_fault(engine: Engine, tmp_path: Path) -> None:
    project = make_project(tmp_path, {"tests/test_it.py": FINE, "suite.py": "import nonexistent\n"})
    run = run_suite(engine, project, [NAME], seconds=60.0)
    assert "no result" in problem(run)
    assert any("nonexistent" in fault for fault in run.faults)


def test_a_project_that_asks_for_a_screen_gets_a_window(engine: Engine, tmp_path: Path) -> None:
    text = (
        "from godot import DisplayServer\ndef test_it(test):\n    print(DisplayServer.get_name())"
    )
    project = make_project(tmp_path, {"tests/test_it.py": text}, "[engine_tests]\nscreen=true\n")
    run = run_suite(engine, project, [NAME], seconds=60.0)
    assert problem(run) == ""
    assert run.outcomes[NAME].log not in ("", "headless")
    assert run.faults == ()


def pytest_on(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    plugin = "tests.harness.collect"
    settings = project / "empty.ini"
    settings.write_text("[pytest]\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", plugin, "-p", "no:cacheprovider", "-rA"]
    return subprocess.run(
        [*command, "--rootdir", project, "-c", settings, "--import-mode=importlib", *arguments],
        cwd=ROOT,
        text=True,
        errors="replace",
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_pytest_shows_each_test_and_selects_by_name(tmp_path: Path) -> None:
    script = "func test_script(test):\n\tpass\n"
    text = "def test_good(test):\n    pass\ndef test_bad(test):\n    assert False\n"
    project = make_project(tmp_path, {"tests/test_it.py": text, "tests/test_it.gd": script})
    done = pytest_on(project, str(project))
    assert re.search("PASSED .*tests/test_it.py::test_good", done.stdout)
    assert re.search("PASSED .*tests/test_it.gd::test_script", done.stdout)
    assert re.search("FAILED .*tests/test_it.py::test_bad", done.stdout)
    assert "2 passed" in pytest_on(project, str(project), "-k", "good or script").stdout
    assert "1 passed" in pytest_on(project, str(project / "tests/test_it.py"), "-k", "good").stdout


def test_pytest_reports_a_fault_of_the_run_after_its_last_test(tmp_path: Path) -> None:
    text = "from godot import Object\ndef test_it(test):\n    Object()\n"
    done = pytest_on(tmp_path, str(make_project(tmp_path, {"tests/test_it.py": text})))
    assert re.search("PASSED .*tests/test_it.py::test_it", done.stdout)
    assert re.search("ERROR .*tests/test_it.py::test_it", done.stdout)
    assert "ObjectDB instances leaked" in done.stdout


def test_pytest_refuses_a_file_without_tests(tmp_path: Path) -> None:
    project = make_project(tmp_path, {"tests/test_it.py": "x = 1\n"})
    done = pytest_on(project, str(project))
    assert "holds no function test_" in done.stdout
    assert done.returncode != 0
