"""What type checkers know of the bridge: of `exposed`, `export`, `signal` and the engine's classes.

The folder `typed` has a game that they accept, and one in which each line is a mistake that has
a part of their message as a comment.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.paths import ROOT

pytest.importorskip("mypy", reason="an environment that only runs programs checks no types")

TYPED = Path(__file__).with_name("typed")


@pytest.fixture(scope="module")
def found() -> dict[str, dict[int, str]]:
    """The messages of mypy, by file and line."""
    files = [str(path) for path in sorted(TYPED.glob("*.py"))]
    command = [sys.executable, "-m", "mypy", "--no-pretty", "--hide-error-context", *files]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace")
    assert run.returncode in (0, 1), run.stdout + run.stderr
    messages: dict[str, dict[int, str]] = {Path(file).name: {} for file in files}
    for path, line, message in re.findall(r"^(.+?):(\d+): error: (.+)$", run.stdout, re.MULTILINE):
        of_file = messages[Path(path).name]
        of_file[int(line)] = of_file.get(int(line), "") + message + "\n"
    return messages


def test_a_game_without_mistakes_is_accepted(found):
    assert found["a_game.py"] == {}


def test_each_mistake_is_found(found):
    told = found["mistakes.py"]
    wanted = dict(comments(TYPED / "mistakes.py"))
    assert told.keys() == wanted.keys()
    for line, part in wanted.items():
        assert part in told[line], line


def comments(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if "  # " in line:
            yield number, line.partition("  # ")[2]
