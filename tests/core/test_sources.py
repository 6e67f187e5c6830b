"""What no linter looks for: that text has an encoding wherever it enters or leaves, and more."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("bench", "pythonscript", "tests", "tools")
ENCODING_AT = {"read_text": 0, "write_text": 1}  # where the encoding stands among the arguments
CHILDREN = {"run", "Popen", "check_output", "check_call", "call"}


def faults_of(source):
    """Line by line, the calls that leave an encoding, or what to do about bad bytes, to chance.

    And those of `asyncio.shield`, which differs from one Python to the next.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        named = {keyword.arg for keyword in node.keywords}
        if name in ENCODING_AT and len(node.args) <= ENCODING_AT[name] and "encoding" not in named:
            yield node.lineno, f"{name} without an encoding"
        if name == "shield":
            yield node.lineno, "shield, which logs errors that somebody looks at: use `unhurt`"
        is_text = bool(named & {"text", "universal_newlines"})
        if name in CHILDREN and is_text and "errors" not in named:
            yield node.lineno, f"{name} with text, and an error at the first bad byte"


def test_text_has_an_encoding_everywhere():
    files = [ROOT / "run.py", *(file for name in FOLDERS for file in (ROOT / name).rglob("*.py"))]
    assert len(files) > 300
    found = [
        f"{file.relative_to(ROOT)}:{line}: {fault}"
        for file in files
        for line, fault in faults_of(file.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("path.read_text()", 1),
        ("path.read_text('utf-8')", 0),
        ("path.read_text(encoding='utf-8')", 0),
        ("path.write_text('a')", 1),
        ("path.write_text('a', 'utf-8')", 0),
        ("subprocess.run(command, text=True)", 1),
        ("Popen(command, text=True, encoding='utf-8')", 1),
        ("subprocess.run(command, text=True, errors='replace')", 0),
        ("subprocess.run(command, capture_output=True)", 0),
        ("project.run(command)", 0),
        ("asyncio.shield(task)", 1),
    ],
)
def test_what_is_left_to_chance_is_found(source, count):
    assert len(list(faults_of(source))) == count
