"""The first words of docstrings: a verb or a noun, no half question."""

import ast

import pytest

from tools.paths import ROOT

CODE = ("pythonscript", "tools", "bench", "tests/harness", "demo_project")
RIDDLES = {"What", "How", "Which", "Where", "Who", "Whom", "Whose", "Of", "For", "When", "If"}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def riddles(source):
    """The first lines of the docstrings that begin with such a word."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, DOCUMENTED)]
    docstrings = filter(None, map(ast.get_docstring, nodes))
    return [text.splitlines()[0] for text in docstrings if text.split()[0] in RIDDLES]


@pytest.mark.parametrize("folder", CODE)
def test_docstrings_begin_with_a_verb_or_a_noun(folder):
    files = [path for path in (ROOT / folder).rglob("*.py") if ".godot" not in path.parts]
    assert files or folder == "demo_project"
    found = {str(path): riddles(path.read_text("utf-8")) for path in files}
    assert not {path: lines for path, lines in found.items() if lines}


def test_a_riddle_would_be_noticed():
    source = 'def f():\n    """What one sees."""\n\nclass A:\n    """Returns it."""\n'
    assert riddles(source) == ["What one sees."]
