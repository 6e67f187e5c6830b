from pathlib import Path

from tests.harness.collect import test_names as names_in


def test_names_of_python_tests_are_read_without_importing(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text("raise SystemExit\ndef test_a(test): ...\ndef helper(): ...\n", "utf-8")
    assert list(names_in(file)) == [("test_a", 1)]


def test_an_async_test_is_not_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text("async def test_a(test): ...\n", "utf-8")
    assert list(names_in(file)) == [("test_a", 0)]


def test_names_of_gdscript_tests(tmp_path: Path) -> None:
    file = tmp_path / "test_it.gd"
    file.write_text(
        "extends RefCounted\n\nfunc test_a(t):\n\tpass\nfunc helper():\n\tpass\n", "utf-8"
    )
    assert list(names_in(file)) == [("test_a", 2)]
