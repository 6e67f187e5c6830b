"""Collects the result of each part of a run, and prints them as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.harness.suite import SuiteRun


@dataclass(frozen=True)
class Result:
    """The result of one part.

    Attributes:
        what: the name of the part.
        passed, failed, skipped: numbers of tests, or checks.
        told: further facts, in a few words.
        problems: the reasons of those that failed.
    """

    what: str
    passed: int
    failed: int
    skipped: int = 0
    told: str = ""
    problems: tuple[str, ...] = ()


def of_checks(what: str, problems: Sequence[str], told: str = "") -> Result:
    """Returns the result of one check, which passed if it found no problem."""
    return Result(what, int(not problems), int(bool(problems)), told=told, problems=tuple(problems))


def of_pytest(what: str, report: Path, told: str) -> Result:
    """Returns the result in a JUnit report of pytest; a failure if there is none."""
    if not report.is_file():
        return of_checks(what, ["pytest ended without a report"], told)
    failed, skipped, passed = [], 0, 0
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [each for each in case if each.tag in ("failure", "error")]
        if bad:
            reason = (bad[0].get("message") or "").splitlines() or [""]
            failed.append(f"{case.get('classname')}::{case.get('name')}: {reason[0]}")
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return Result(what, passed, len(failed), skipped, told, tuple(failed))


def of_suite(what: str, run: SuiteRun, told: str) -> Result:
    """Returns the result of tests inside the engine; faults outside of tests count as well."""
    problems = {name: each.problem for name, each in run.outcomes.items() if each.problem}
    failed = [f"{name}: {problem.splitlines()[-1]}" for name, problem in problems.items()]
    passed = len(run.outcomes) - len(failed)
    failed += [f"outside of the tests: {fault}" for fault in run.faults]
    return Result(what, passed, len(failed), told=told, problems=tuple(failed))


def table(results: Sequence[Result]) -> str:
    """Formats all results in columns: reasons of failures first, the sum last."""
    lines = [f"Failed: {problem}" for each in results for problem in each.problems]
    width = max((len(each.what) for each in results), default=0)
    lines.append(f"{'':{width}}  passed  failed  skipped")
    for each in results:
        counts = f"{each.passed:6}  {each.failed:6}  {each.skipped:7}"
        lines.append(f"{each.what:{width}}  {counts}  {each.told}".rstrip())
    passed, failed = (sum(each.passed for each in results), sum(each.failed for each in results))
    return "\n".join([*lines, f"{passed} passed, {failed} failed"])
