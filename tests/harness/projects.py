"""Small Godot projects that exist for one test."""

from pathlib import Path

from tools import bridge

NAME = "tests/test_it.py::test_it"  # of the one test that most of them have

_INSIDE = Path(__file__).with_name("inside")
_EXTENSION = Path(__file__).parents[1] / "bridge" / "project" / "pythonscript.gdextension"


def make_project(folder: Path, files: dict[str, str], settings: str = "") -> Path:
    """A project in `folder` with the bridge, the runner of the tests and these `files`.

    Args:
        folder: Where to make it.
        files: Text by path in the project.
        settings: More lines for its project.godot.
    """
    suite = f"import sys\nsys.path.append({str(_INSIDE)!r})\nimport engine_tests\n"
    files = {
        "project.godot": f'config_version=5\n{settings}\n[pythonscript]\nmodules=["suite"]\n',
        "suite.py": suite,
        "pythonscript.gdextension": _EXTENSION.read_text("utf-8"),
        ".godot/extension_list.cfg": "res://pythonscript.gdextension\n",
        **files,
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    bridge.install(bridge.compile_all(), folder / "bin", "")
    return folder
