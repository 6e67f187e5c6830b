"""The class reference in `docs/classes` is that of the classes."""

from tools.class_pages import FOLDER, class_pages, read_help
from tools.engine import find


def test_the_pages_are_those_of_the_classes() -> None:
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    pages = {path.stem: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    assert pages == class_pages(read_help(engine)), "run python -m tools.class_pages"
