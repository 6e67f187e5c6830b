"""What the editor tells about changed Python files."""

import os
import sys
from pathlib import Path

import pytest
from godot._runtime.changed_files import ImportedFiles, imported, message
from hypothesis import given
from hypothesis import strategies as st

PATHS = st.sampled_from(["a.py", "b.py", "c.py"])
STAMPS = st.tuples(st.integers(0, 2), st.integers(0, 2))


def test_a_file_that_stays_as_it_is_is_not_named():
    files = ImportedFiles()
    assert files.changed({"a.py": (1, 1)}) == []
    assert files.changed({"a.py": (1, 1)}) == []


@pytest.mark.parametrize("stamp", [(2, 1), (1, 2), (0, 1)])
def test_a_changed_file_is_named_once(stamp):
    files = ImportedFiles()
    files.changed({"a.py": (1, 1)})
    assert files.changed({"a.py": stamp}) == ["a.py"]
    assert files.changed({"a.py": stamp}) == []
    assert files.changed({"a.py": (9, 9)}) == []


def test_a_file_that_is_imported_later_is_known_from_then_on():
    files = ImportedFiles()
    files.changed({"a.py": (1, 1)})
    assert files.changed({"a.py": (1, 1), "b.py": (5, 5)}) == []
    assert files.changed({"b.py": (6, 5)}) == ["b.py"]


def test_a_file_that_is_away_for_a_while_is_compared_when_it_is_back():
    files = ImportedFiles()
    files.changed({"a.py": (1, 1)})
    assert files.changed({}) == []
    assert files.changed({"a.py": (1, 1)}) == []
    files.changed({})
    assert files.changed({"a.py": (2, 1)}) == ["a.py"]


@given(st.lists(st.dictionaries(PATHS, STAMPS)))
def test_each_file_is_named_once_and_only_if_it_changed(looks):
    files, named = ImportedFiles(), []
    for look in looks:
        named += files.changed(look)
    seen = {path: {look[path] for look in looks if path in look} for look in looks for path in look}
    assert sorted(named) == sorted(path for path, stamps in seen.items() if len(stamps) > 1)


def test_the_sentence():
    assert message(["/game/lamps.py"]) == (
        "lamps.py has changed: restart the editor (Project > Reload Current Project) to use it."
    )
    assert message(["/game/lamps.py", "b.py"]).startswith("lamps.py and 1 other Python file have")
    assert message(["a.py", "b.py", "c.py"]) == (
        "a.py and 2 other Python files have changed: restart the editor"
        " (Project > Reload Current Project) to use them."
    )


def test_imported_files_are_those_outside_the_standard_library():
    found = imported()
    assert __file__ in found
    assert found[__file__] == (Path(__file__).stat().st_mtime_ns, Path(__file__).stat().st_size)
    assert not [path for path in found if path.endswith("json/__init__.py")]


def test_modules_of_any_kind_are_passed_over(monkeypatch, tmp_path):
    class Odd:
        __slots__ = ()

    gone = type(sys)("gone")
    gone.__file__ = str(tmp_path / "gone.py")
    for name, module in (("none", None), ("odd", Odd()), ("gone", gone)):
        monkeypatch.setitem(sys.modules, name, module)
    assert str(tmp_path / "gone.py") not in imported()


def test_an_interpreter_may_have_os_without_a_file(monkeypatch):
    monkeypatch.delattr(os, "__file__")
    assert __file__ in imported()
