"""Findings: the facts and problems of one part, and their form as text and JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..shipping.console import Failure

__all__ = ["Finding", "State", "guarded", "of_error", "report", "sentences", "to_dict"]

_LABEL = 15  # characters; longer labels push their facts to the right


class State(StrEnum):
    """The grades of a finding: all works, something could be better, something does not work."""

    FINE = "fine"
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of examining one part.

    Attributes:
        part: such as "engine" or "backend".
        facts: by a label of a word or two.
        problems: what does not work, each a sentence that says what to do.
        advice: what could be better, each a sentence that says what to do.
        name: of the examined one, if there can be several.
    """

    part: str
    facts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    name: str = ""

    @property
    def state(self) -> State:
        if self.problems:
            return State.WRONG
        return State.ADVICE if self.advice else State.FINE


def report(finding: Finding) -> str:
    """Formats a finding as text for the terminal."""
    title = f"{finding.part} {finding.name}".rstrip()
    told = [
        *finding.facts.items(),
        *(("problem", problem) for problem in finding.problems),
        *(("advice", advice) for advice in finding.advice),
    ]
    lines = [f"{title}: {finding.state}", *(f"  {about:<{_LABEL}} {fact}" for about, fact in told)]
    return "\n".join(lines) + "\n"


def to_dict(finding: Finding) -> dict[str, Any]:
    """Returns the finding in the JSON form of docs/doctor.md."""
    return {
        "part": _key(finding.part),
        "name": finding.name,
        "state": str(finding.state),
        "facts": {_key(about): fact for about, fact in finding.facts.items()},
        "problems": list(finding.problems),
        "advice": list(finding.advice),
    }


def _key(label: str) -> str:
    return label.replace(" ", "_").lower()


def sentences(*checks: Callable[[], object]) -> tuple[str, ...]:
    """Runs checks, and returns the sentences of those that raise Failure."""
    found = []
    for check in checks:
        try:
            check()
        except Failure as failure:
            found.append(str(failure))
    return tuple(found)


def guarded(part: str, look: Callable[[], Finding]) -> Finding:
    """Returns the finding of `look`, or that of the error that it raises."""
    try:
        return look()
    except Exception as error:
        return of_error(part, error)


def of_error(part: str, error: Exception, name: str = "") -> Finding:
    """Turns an error during an examination into a finding."""
    if isinstance(error, Failure):
        return Finding(part, problems=(str(error),), name=name)
    told = f"{type(error).__name__}: {error}".rstrip(": ")
    problem = (
        f"It cannot be examined ({told}): install npc-video-player again, and if this stays so,"
        " report this line."
    )
    return Finding(part, problems=(problem,), name=name)
