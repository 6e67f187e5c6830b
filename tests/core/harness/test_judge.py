import json

from npc_video.shipping.godot import EngineRun

from tests.harness.suite import BEGIN, END, judge

NAME = "tests/test_it.py::test_it"


def ended(name: str = NAME, error: str | None = None, expected: tuple[str, ...] = ()) -> str:
    return END + json.dumps({"name": name, "error": error, "expected": expected})


def log(*lines: str) -> EngineRun:
    return EngineRun(0, "\n".join(lines), ())


def problem(run: EngineRun) -> str:
    return judge([NAME], run).outcomes[NAME].problem


def test_a_test_that_says_nothing_has_passed() -> None:
    done = judge([NAME], log(BEGIN + NAME, "hello", ended()))
    assert done.outcomes[NAME].problem == ""
    assert done.outcomes[NAME].log == "hello"
    assert done.faults == ()


def test_a_test_that_says_so_has_failed() -> None:
    assert problem(log(BEGIN + NAME, ended(error="AssertionError"))) == "AssertionError"


def test_an_error_in_the_log_fails_the_test_it_came_in() -> None:
    for error in ("ERROR: no", "USER ERROR: no", "SCRIPT ERROR: no", "  ERROR: no"):
        run = log(BEGIN + NAME, error, ended())
        assert problem(run) == error.strip()
        assert judge([NAME], run).faults == ()


def test_an_expected_error_is_fine_and_another_is_not() -> None:
    errors = ("ERROR: planted 7", "ERROR: by chance")
    assert problem(log(BEGIN + NAME, errors[0], ended(expected=("planted",)))) == ""
    assert problem(log(BEGIN + NAME, *errors, ended(expected=("planted",)))) == errors[1]


def test_an_expected_error_that_does_not_come_fails_the_test() -> None:
    assert "planted" in problem(log(BEGIN + NAME, ended(expected=("planted",))))


def test_a_test_without_a_result_has_failed_and_shows_the_end_of_the_log() -> None:
    outcome = judge([NAME], log("Godot Engine", "bye")).outcomes[NAME]
    assert "no result" in outcome.problem
    assert outcome.log.endswith("bye")


def test_a_crash_fails_the_test_it_happened_in() -> None:
    run = EngineRun(-11, f"{BEGIN}{NAME}\nhandle_crash: signal 11", ("ended by SIGSEGV",))
    done = judge([NAME], run)
    assert "SIGSEGV" in done.outcomes[NAME].problem
    assert done.faults == ("ended by SIGSEGV",)


def test_errors_and_leaks_outside_of_tests_are_faults_of_the_run() -> None:
    leak = "WARNING: ObjectDB instances leaked at exit (run with --verbose for details)."
    done = judge([NAME], log("SCRIPT ERROR: early", BEGIN + NAME, ended(), leak))
    assert done.outcomes[NAME].problem == ""
    assert done.faults == ("SCRIPT ERROR: early", leak)


def test_another_exit_code_is_a_fault() -> None:
    run = EngineRun(3, f"{BEGIN}{NAME}\n{ended()}", ())
    assert judge([NAME], run).faults == ("exit code 3",)
