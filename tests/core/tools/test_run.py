import os
import subprocess
import sys

import pytest

from tools.paths import ROOT

ENTRY = ROOT / "run.py"


def run_py(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ENTRY, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env={**os.environ, **(env or {})},
    )


@pytest.mark.parametrize(
    "arguments",
    [(), ("bogus",), ("bench",), ("demo", "--seconds", "soon"), ("shots",)],
)
def test_a_wrong_command_line_is_told_in_one_line(arguments: tuple[str, ...]) -> None:
    done = run_py(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "--help" in done.stderr


def test_an_unknown_benchmark_is_told_in_one_line() -> None:
    done = run_py("bench", "bogus")
    assert done.returncode == 1
    assert done.stderr.startswith("There is no benchmark bogus: choose from")
    assert done.stderr.count("\n") == 1


def test_a_wrong_godot_is_told_in_one_line() -> None:
    done = run_py("engine", env={"GODOT": str(ROOT / "no such godot")})
    assert (done.returncode, done.stdout) == (1, "")
    assert "which does not exist" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_entry_loads_nothing_but_the_standard_library() -> None:
    script = (
        "import sys; sys.path.insert(0, '.'); import run, tools.commands;"
        "print([n for n in sys.modules if n.split('.')[0] not in"
        " {*sys.stdlib_module_names, 'run', 'tools', 'npc_video', '__main__'}])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_an_old_python_is_told_so() -> None:
    script = (
        "import sys; sys.path.insert(0, '.'); import run;"
        "sys.version_info = (3, 9, 2, 'final', 0); sys.exit(run.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "This is Python 3.9.2: run it with 3.11 or newer.\n"
