from tests.harness.suite import Outcome, SuiteRun
from tools.windows.results import of_checks, of_pytest, of_suite, table

REPORT = """<testsuites><testsuite tests="4">
<testcase classname="test_a" name="test_one"/>
<testcase classname="test_a" name="test_two"><skipped message="POSIX"/></testcase>
<testcase classname="test_a" name="test_three">
<failure message="assert 1 == 2&#10;more"/></testcase>
<testcase classname="test_a" name="test_four"><error message="failed on setup"/></testcase>
</testsuite></testsuites>"""


def test_a_report_of_pytest_is_counted(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT, "utf-8")
    found = of_pytest("tests", report, "in 3 s")
    assert (found.passed, found.failed, found.skipped) == (1, 2, 1)
    assert found.problems == (
        "test_a::test_three: assert 1 == 2",
        "test_a::test_four: failed on setup",
    )


def test_no_report_is_a_failure(tmp_path):
    assert of_pytest("tests", tmp_path / "report.xml", "").failed == 1


def test_what_went_wrong_outside_of_the_tests_counts():
    outcomes = {"a": Outcome("", ""), "b": Outcome("Traceback:\nAssertionError: no", "")}
    found = of_suite("tests", SuiteRun(outcomes, ("ERROR: a leak",), ""), "4.6")
    assert (found.passed, found.failed) == (1, 2)
    assert found.problems == ("b: AssertionError: no", "outside of the tests: ERROR: a leak")


def test_the_table_ends_with_the_sum():
    lines = table([of_checks("one", ()), of_checks("another", ["it broke"])]).splitlines()
    assert lines[0] == "Failed: it broke"
    assert lines[-1] == "1 passed, 1 failed"
    assert [line.split() for line in lines[2:-1]] == [
        ["one", "1", "0", "0"],
        ["another", "0", "1", "0"],
    ]
