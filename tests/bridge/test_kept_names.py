"""Private names of a library that a class which extends one of its classes would take away."""

from pathlib import Path

import pytest
from npc_video.shipping.engine import Engine

from tests.harness.projects import NAME, make_project
from tests.harness.suite import run_suite

LIBRARY = """
from godot import Node, export, exposed

@exposed
class Shelf(Node):
    size = export(int, 1)

    def __init__(self):
        self._books = []

    @size.setter
    def size(self, value):
        Shelf.size.store(self, value)
        self._resized = True

    def _sort(self):
        self._books.sort()

    def _ready(self):
        self._sort()

    def _notification(self, what):
        pass
"""
GAME = """
from godot import exposed
from library import Shelf

@exposed
class Desk(Shelf):
{body}
"""
TEST = """
from godot import ClassDB

def test_it(test):
    assert ClassDB.class_exists("Desk") == {is_there}
"""


def outcome(engine: Engine, folder: Path, body: str, *, is_there: bool) -> str:
    files = {
        "library.py": LIBRARY,
        "game.py": GAME.format(body=body),
        "tests/test_it.py": TEST.format(is_there=is_there),
    }
    project = make_project(folder / "project", files)
    settings = project / "project.godot"
    text = settings.read_text("utf-8").replace('["suite"]', '["suite", "game"]')
    settings.write_text(text, "utf-8")
    run = run_suite(engine, project, (NAME,), seconds=60.0)
    assert run.outcomes[NAME].problem == ""
    return run.log


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("_sort", "    def _sort(self): pass"),
        ("_books", "    _books = 3"),
        ("_books", "    def put(self, book: str) -> None:\n        self._books = [book]"),
        ("_resized", "    def _resized(self): pass"),
    ],
)
def test_one_that_a_base_keeps_is_refused(
    engine: Engine, tmp_path: Path, name: str, body: str
) -> None:
    log = outcome(engine, tmp_path, body, is_there=False)
    assert f"Desk.{name}: Shelf keeps this name for itself; choose another" in log


@pytest.mark.parametrize(
    "body", ["    _ref = 3", "    def __init__(self, ref=1):\n        self._ref = ref"]
)
def test_one_of_the_bridge_is_refused(engine: Engine, tmp_path: Path, body: str) -> None:
    log = outcome(engine, tmp_path, body, is_there=False)
    assert "Desk._ref: the bridge keeps this name for itself; choose another" in log


def test_others_and_those_of_the_engine_are_not(engine: Engine, tmp_path: Path) -> None:
    body = """
    __mine = 1
    _pens = 2
    def _ready(self): self._pens = len(self._books) + self.__mine
    def _notification(self, what): pass
    def _process(self, delta): pass
    def _to_string(self): return "a desk"
"""
    outcome(engine, tmp_path, body, is_there=True)
