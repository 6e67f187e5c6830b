"""How the interpreter starts inside the engine, apart from the user's own Python, and what is said
when it cannot.
"""

import platform
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, run_project
from npc_video.shipping.interpreter import MINOR_VERSION, libpython

from tests.harness.projects import NAME, make_project
from tests.harness.suite import run_suite
from tools import bridge
from tools.paths import BRIDGE

WITHOUT_PYTHON = (
    "extends SceneTree\n"
    "var frames := 0\n"
    "func _process(_delta: float) -> bool:\n"
    "\tframes += 1\n"
    "\tif frames == 3: print('the game runs')\n"
    "\treturn frames == 3\n"
)


# ---- Apart from the user's Python ----


def test_the_user_s_environment_is_not_heard(play, tmp_path: Path, monkeypatch) -> None:
    evil = tmp_path / "evil"
    evil.mkdir()
    for module in ("sitecustomize", "usercustomize", "json", "numpy", "startup"):
        (evil / f"{module}.py").write_text("raise SystemExit('evil was imported')\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(evil))
    monkeypatch.setenv("PYTHONHOME", str(evil))
    monkeypatch.setenv("PYTHONSTARTUP", str(evil / "startup.py"))
    monkeypatch.setenv("PYTHONUSERBASE", str(evil))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    run = play(f"""
import json, numpy, sys
def test_it(test):
    assert not any({str(evil)!r} in path for path in sys.path), sys.path
    assert "" not in sys.path
    assert sys.flags.isolated and sys.flags.no_user_site and not sys.flags.optimize
    assert sys.warnoptions == []
""")
    assert run.outcomes[NAME].problem == ""
    assert run.faults == ()


def test_it_is_the_python_of_the_virtual_environment(play) -> None:
    run = play(f"""
import subprocess, sys, godot
def test_it(test):
    assert sys.executable == {sys.executable!r}
    assert sys.prefix == {sys.prefix!r}
    assert sys.base_prefix == {sys.base_prefix!r}
    command = [sys.executable, "-c", "import sys, numpy; print(sys.prefix)"]
    child = subprocess.run(command, capture_output=True, text=True, check=True)
    assert child.stdout.strip() == {sys.prefix!r}
""")
    assert run.outcomes[NAME].problem == ""
    assert run.faults == ()


def test_text_is_utf_8_everywhere(play, monkeypatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    run = play("""
import sys
from pathlib import Path
def test_it(test):
    print("grüße 😀")
    assert sys.flags.utf8_mode
    assert sys.getfilesystemencoding() == "utf-8"
""")
    assert run.outcomes[NAME].problem == ""
    assert run.outcomes[NAME].log == "grüße 😀"


@pytest.mark.skipif(sys.platform == "win32", reason="no process can send itself Ctrl-C there")
def test_an_interrupt_ends_the_game_as_it_does_without_python(play) -> None:
    # A shell has the jobs that it starts in the background ignore it, and so all that these start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run = play("""
import asyncio, os, signal
def test_it(test):
    os.kill(os.getpid(), signal.SIGINT)
    yield
""")
    finally:
        signal.signal(signal.SIGINT, before)
    assert run.faults == ("ended by SIGINT",)


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signals")
def test_a_line_that_breaks_off_and_a_file_that_is_too_large_end_no_game(play) -> None:
    run = play("""
import resource, socket, tempfile
import pytest
def test_it(test):
    here, there = socket.socketpair()
    there.close()
    with here, pytest.raises(BrokenPipeError):
        here.send(b"?")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with tempfile.TemporaryFile(buffering=0) as file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        try:
            with pytest.raises(OSError):
                file.write(bytes(20))
                file.write(bytes(20))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
""")
    assert run.faults == ()
    assert run.outcomes[NAME].problem == ""


# ---- A bundled runtime ----


def place(source: Path, target: Path) -> None:
    """A link, or a copy where a link needs an administrator."""
    if sys.platform != "win32":
        target.symlink_to(source)
    elif source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def bundle(project: Path) -> Path:
    """A Python home of its own in the project, beside the library, as a shipped game has it."""
    home = project / "bin" / "python"
    stdlib = Path(sysconfig.get_path("stdlib"))
    inside = home / "lib" / stdlib.name
    inside.mkdir(parents=True)
    for entry in stdlib.iterdir():
        if entry.name not in ("site-packages", "__pycache__"):
            place(entry, inside / entry.name)
    packages = inside / "site-packages"
    packages.mkdir()
    import _cffi_backend

    shutil.copy2(_cffi_backend.__file__, packages)
    shutil.copytree(BRIDGE, packages / "godot", ignore=shutil.ignore_patterns("native"))
    shutil.copy2(libpython(), home / "lib")
    for library in (project / "bin").glob("pythonscript_bridge*"):
        library.rename(home / library.name)
        settings = {
            "home": ".",
            "libpython": f"lib/{libpython().name}",
            "bridge": library.name,
            "modules": "",
        }
    text = "".join(f"{key}={value}\n" for key, value in settings.items())
    (home / "pythonscript.cfg").write_text(text, "utf-8")
    (project / "bin" / "pythonscript.cfg").unlink()
    return home


def test_a_bundled_python_beside_the_library_is_used_alone(engine: Engine, tmp_path: Path) -> None:
    text = """
import encodings, json, sys, godot
def test_it(test):
    home = sys.prefix
    assert home.endswith("/project/bin/python") or home.endswith("/project/bin/python/."), home
    for module in (encodings, json, godot):
        assert "/project/bin/python/" in module.__file__, module.__file__
    others = [path for path in sys.path if "/project/" not in path]
    assert [path.rpartition("/")[2] for path in others] == ["inside"]  # the runner of the tests
    assert test.get_parent() is not None
"""
    project = make_project(tmp_path / "project", {"tests/test_it.py": text})
    bundle(project)
    run = run_suite(engine, project, [NAME], seconds=60.0)
    assert run.outcomes[NAME].problem == ""
    assert run.faults == ()


def test_a_bundled_python_can_be_moved(engine: Engine, tmp_path: Path) -> None:
    text = "import sys\ndef test_it(test):\n    assert '/elsewhere ü/' in sys.prefix\n"
    made = make_project(tmp_path / "project", {"tests/test_it.py": text})
    bundle(made)
    project = made.rename(tmp_path / "elsewhere ü")
    run = run_suite(engine, project, [NAME], seconds=60.0)
    assert run.outcomes[NAME].problem == ""
    assert run.faults == ()


# ---- What is said when it cannot start ----


def damage(project: Path, fault: str) -> None:
    settings = project / "bin" / "pythonscript.cfg"
    text = settings.read_text("utf-8")
    match fault:
        case "no settings":
            settings.unlink()
        case "empty settings":
            settings.write_text("", "utf-8")
        case "binary settings":
            settings.write_bytes(bytes(range(256)) * 20)
        case "no libpython":
            settings.write_text(text.replace(str(libpython()), "/nowhere/libpython3.so"), "utf-8")
        case "no bridge":
            for library in (project / "bin").glob("pythonscript_bridge*"):
                library.unlink()
        case "damaged bridge":
            for library in (project / "bin").glob("pythonscript_bridge*"):
                library.write_bytes(b"\x7fELF, and then nothing")
        case "another library":
            name = next((project / "bin").glob("pythonscript_bridge*")).name
            settings.write_text(text.replace(name, str(libpython())), "utf-8")
        case "no library of Python":
            name = next((project / "bin").glob("pythonscript.*.*.*")).name
            settings.write_text(text.replace(str(libpython()), name), "utf-8")
        case "environment gone":
            settings.write_text(text.replace(sys.executable, "/nowhere/bin/python"), "utf-8")
        case "settings for another minor":
            settings.write_text(text.replace(f"python={MINOR_VERSION}\n", "python=3.1\n"), "utf-8")
        case "bridge for another minor":
            for library in (project / "bin").glob("pythonscript_bridge*"):
                ours, other = f"{MINOR_VERSION}\0".encode(), b"3.99\0"
                library.write_bytes(library.read_bytes().replace(ours, other))
        case "no home":
            lines = [line for line in text.splitlines() if not line.startswith("executable")]
            settings.write_text("\n".join([*lines, "home=/nowhere", ""]), "utf-8")


FAULTS = {
    "no settings": "there is no file pythonscript.cfg",
    "empty settings": "does not name the bridge",
    "binary settings": "does not name the bridge",
    "no libpython": "its library cannot be opened: /nowhere/libpython3.so",
    "no bridge": "the bridge cannot be opened:",
    "damaged bridge": "the bridge cannot be opened:",
    "another library": "the bridge is of another version:",
    "no library of Python": "this is not Python's library:",
    "environment gone": "the addon was installed with is missing: /nowhere/bin/python",
    "settings for another minor": f"it is {platform.python_version()}",
    "bridge for another minor": "the bridge is for another Python:",
    "no home": "the interpreter failed, in /nowhere",
}


def start_damaged(engine: Engine, folder: Path, fault: str, *arguments: str) -> EngineRun:
    project = make_project(folder / "project", {"run.gd": WITHOUT_PYTHON})
    damage(project, fault)
    return run_project(engine, project, "--headless", *arguments, seconds=60.0)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_game_runs_on_and_the_log_says_what_is_wrong(
    engine: Engine, tmp_path: Path, fault: str
) -> None:
    run = start_damaged(engine, tmp_path, fault, "--script", "res://run.gd")
    assert "the game runs" in run.log
    assert run.exit_code == 0
    (line,) = {text for text in run.log.splitlines() if "Python could not start: " in text}
    assert FAULTS[fault] in line
    is_told_how = "run.py install`, with the folder of this project." in line
    assert is_told_how or "Install the addon again: `npc-video install`" in line
    assert is_told_how == ("settings" not in fault or fault == "settings for another minor")


@pytest.mark.parametrize(
    "fault",
    [
        *("no settings", "no libpython", "damaged bridge"),
        *("environment gone", "settings for another minor"),
    ],
)
def test_the_editor_opens_and_says_it_too(engine: Engine, tmp_path: Path, fault: str) -> None:
    run = start_damaged(engine, tmp_path, fault, "--editor", "--quit-after", "30")
    assert run.exit_code == 0
    assert FAULTS[fault] in run.log


def test_a_bridge_built_of_other_sources_says_so(engine: Engine, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", {"run.gd": WITHOUT_PYTHON})
    (sources,) = bundle(project).glob("lib/*/site-packages/godot")
    (sources / "native").mkdir()
    (sources / "native" / "bridge.h").write_text("/* of another day */\n", "utf-8")
    run = run_project(engine, project, "--headless", "--script", "res://run.gd", seconds=60.0)
    assert "the game runs" in run.log
    (told,) = {line for line in run.log.splitlines() if "does not fit this engine" in line}
    assert "its own Python packages). Install the addon again" in told


def test_a_module_that_fails_leaves_the_others_and_the_game_alone(
    engine: Engine, tmp_path: Path
) -> None:
    files = {
        "run.gd": WITHOUT_PYTHON,
        "bad.py": "import nonexistent_module\n",
        "good.py": "print('good is there')\n",
        "project.godot": 'config_version=5\n[pythonscript]\nmodules=["bad", "good"]\n',
    }
    project = make_project(tmp_path / "project", files)
    run = run_project(engine, project, "--headless", "--script", "res://run.gd", seconds=60.0)
    assert "No module named 'nonexistent_module'" in run.log
    assert "bad.py:1" in run.log
    assert "good is there" in run.log
    assert "the game runs" in run.log


def test_the_loader_depends_on_no_python() -> None:
    loader = bridge.compile_all()[0]
    if shutil.which("ldd") is None:
        pytest.skip("no ldd to ask")
    libraries = subprocess.run(
        ["ldd", loader], capture_output=True, text=True, errors="replace", check=True
    ).stdout
    assert "python" not in libraries.replace(str(loader), "")


def test_a_single_module_may_be_named_without_an_array(engine: Engine, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", {"tests/test_it.py": "def test_it(test): pass\n"})
    settings = project / "project.godot"
    text = settings.read_text("utf-8")
    assert '["suite"]' in text
    settings.write_text(re.sub(r"(?m)^(modules=).*$", r'\1"suite"', text), "utf-8")
    assert run_suite(engine, project, (NAME,), seconds=60.0).outcomes[NAME].problem == ""
