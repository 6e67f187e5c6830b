"""`npc-video graph check`: checks files of NPCs, and prints the findings."""

import argparse
import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import Problem

if TYPE_CHECKING:
    from .graph.checking import Checked

__all__ = ["FORMAT", "add_to", "print_refusal"]

FORMAT = 1  # of the JSON; increase it when a key is removed or changes its meaning


def add_to(parser: argparse.ArgumentParser) -> None:
    """Adds the commands for graphs."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check files of NPCs, and print what is wrong")
    check.set_defaults(command=_check)
    check.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="such as cat.npcgraph.json"
    )
    check.add_argument("--json", action="store_true", help="print one JSON document")


def print_refusal(reason: str) -> None:
    """Prints the JSON of a check that did not begin."""
    _print_json({}, reason)


def _check(options: argparse.Namespace) -> int:
    found = {}
    for file in options.files:
        found[file] = _checked(file)
        if not options.json:
            print(_report(file, found[file]), flush=True)
    if options.json:
        _print_json(found)
    return int(any(each.errors for each in found.values()))


def _checked(file: Path) -> "Checked":
    # Takes long to load, and the other commands do without.
    from .graph.checking import Checked, check
    from .graph.loading import MAX_BYTES

    try:
        with file.open("rb") as opened:
            return check(opened.read(MAX_BYTES + 1))
    except OSError as error:
        return Checked((Problem("", "file", f"cannot be read: {error.strerror}"),))


def _report(file: Path, checked: "Checked") -> str:
    """A line for each finding, in the form of compilers."""
    lines = [
        f"{_place(file, problem)}: {what}: {problem}."
        for what, problems in (("error", checked.errors), ("warning", checked.warnings))
        for problem in problems
    ]
    return "\n".join(lines) or f"{file}: fine"


def _place(file: Path, problem: Problem) -> str:
    parts = (str(file), problem.line, problem.column)
    return ":".join(str(part) for part in parts if part is not None)


def _print_json(found: "dict[Path, Checked]", error: str | None = None) -> None:
    document = {
        "format": FORMAT,
        "version": metadata.version("npc-video-player"),
        "is_fine": error is None and not any(each.errors for each in found.values()),
        "error": error,
        "files": [
            {
                "file": str(file),
                "is_fine": not checked.errors,
                "errors": [_to_dict(problem) for problem in checked.errors],
                "warnings": [_to_dict(problem) for problem in checked.warnings],
            }
            for file, checked in found.items()
        ],
    }
    print(json.dumps(document, indent=1))


def _to_dict(problem: Problem) -> dict[str, Any]:
    return {
        "node": problem.node,
        "field": problem.field,
        "line": problem.line,
        "column": problem.column,
        "message": f"{problem}.",
    }
