import sys
from pathlib import Path

import pytest
from npc_video.shipping.console import Failure
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import (
    EngineRun,
    find_errors,
    find_faults,
    import_project,
    is_leak,
    run_project,
)


def play(script: str, tmp_path: Path, seconds: float = 30.0) -> EngineRun:
    """Let a Python script play the engine."""
    engine = Engine(Path(sys.executable), "4.6", "for a test", args=("-c", script))
    return run_project(engine, tmp_path, seconds=seconds)


@pytest.mark.parametrize(
    "line",
    [
        "SCRIPT ERROR: Invalid call. Nonexistent function 'react' in base 'Nil'.",
        "SCRIPT ERROR: Parse Error: Expected expression.",
        "ERROR: Can't open dynamic library: /x/lib.so. Error: /x/lib.so: cannot open.",
        "ERROR: Can't open GDExtension dynamic library: 'res://py.gdextension'.",
        "ERROR: GDExtension dynamic library not found: 'res://py.gdextension'.",
        "ERROR: Error loading extension: 'res://py.gdextension'.",
        "WARNING: ObjectDB instances leaked at exit (run with --verbose for details).",
        "ERROR: 3 RID allocations of type 'N17TextureStorage7TextureE' were leaked at exit.",
        'WARNING: 1 RID of type "Texture" was leaked.',
        "Leaked instance: Node:9223372036854775807 - Node name: Player",
        "ERROR: 2 resources still in use at exit.",
        "Orphan StringName: react (static: 0, total: 1)",
        "handle_crash: Program crashed with signal 11",
    ],
)
def test_a_fault_in_the_log_is_found(line: str) -> None:
    assert list(find_faults(["Godot Engine v4.6", f"  {line}", "bye"])) == [line]


def test_what_is_only_left_behind_is_told_from_what_broke() -> None:
    assert is_leak("WARNING: ObjectDB instances leaked at exit (run with --verbose for details).")
    assert is_leak("ERROR: 2 resources still in use at exit.")
    assert not is_leak("SCRIPT ERROR: Parse Error: Expected expression.")


@pytest.mark.parametrize(
    "line",
    [
        "WARNING: Could not set V-Sync mode, as changing V-Sync mode is not supported.",
        "OpenGL API 4.6 (Core Profile) Mesa - llvmpipe",
        "ObjectDB is empty",
    ],
)
def test_an_ordinary_line_is_no_fault(line: str) -> None:
    assert list(find_faults([line])) == []


def test_errors_of_an_editor_except_for_a_missing_vulkan() -> None:
    log = (
        "ERROR: Required extension VK_KHR_surface not found.\n"
        "   at: _initialize (drivers/vulkan/rendering_context_driver_vulkan.cpp:487)\n"
        "ERROR: Failed to open 'res://missing.png'.\n"
        "   at: load (core/io/resource_loader.cpp:1)\n"
        "ERROR: the last line"
    )
    assert list(find_errors(log.splitlines())) == [
        "ERROR: Failed to open 'res://missing.png'. at: load (core/io/resource_loader.cpp:1)",
        "ERROR: the last line ",
    ]


def test_an_empty_log_has_no_errors() -> None:
    assert list(find_errors([])) == []


def test_a_quiet_run_is_ok(tmp_path: Path) -> None:
    run = play("print('fine')", tmp_path)
    assert run == EngineRun(0, "fine", ())
    assert run.ok


def test_exit_code_0_after_a_script_error_is_not_ok(tmp_path: Path) -> None:
    run = play(r"print('\x1b[31mSCRIPT ERROR:\x1b[0m no such node')", tmp_path)
    assert run.exit_code == 0
    assert run.faults == ("SCRIPT ERROR: no such node",)
    assert not run.ok


def test_another_exit_code_is_not_ok(tmp_path: Path) -> None:
    run = play("raise SystemExit(3)", tmp_path)
    assert (run.exit_code, run.ok) == (3, False)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_death_by_a_signal_is_a_fault(tmp_path: Path) -> None:
    run = play("import os; os.abort()", tmp_path)
    assert run.faults == ("ended by SIGABRT",)


def test_a_time_out_is_a_fault_and_keeps_the_log(tmp_path: Path) -> None:
    run = play("print('started', flush=True); import time; time.sleep(600)", tmp_path, seconds=1)
    assert run == EngineRun(None, "started", ("stopped after the time limit of 1 s",))


def test_assets_are_imported_when_something_changed(tmp_path: Path) -> None:
    (tmp_path / "project.godot").touch()
    count = tmp_path / ".godot" / "count"
    count.parent.mkdir()
    engine = Engine(
        Path(sys.executable),
        "4.6",
        "for a test",
        args=("-c", f"open({str(count)!r}, 'a').write('x')"),
    )
    import_project(engine, tmp_path)
    import_project(engine, tmp_path)
    assert count.read_text("utf-8") == "x"
    (tmp_path / "face.png").touch()
    import_project(engine, tmp_path)
    assert count.read_text("utf-8") == "xx"


def test_a_failed_import_says_why(tmp_path: Path) -> None:
    (tmp_path / ".godot").mkdir()
    engine = Engine(Path(sys.executable), "4.6", "", args=("-c", "print('SCRIPT ERROR: broken')"))
    with pytest.raises(Failure, match="SCRIPT ERROR: broken"):
        import_project(engine, tmp_path)
    with pytest.raises(Failure, match="SCRIPT ERROR: broken"):  # no stamp was left
        import_project(engine, tmp_path)


def test_extensions_are_listed_before_the_engine_finds_them(tmp_path: Path) -> None:
    for name in ("addons/mine/mine.gdextension", "ignored/no.gdextension", ".hid/no.gdextension"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / "ignored" / ".gdignore").touch()
    engine = Engine(Path(sys.executable), "4.6", "", args=("-c", "import sys"))
    import_project(engine, tmp_path)
    listed = (tmp_path / ".godot" / "extension_list.cfg").read_text("utf-8")
    assert listed == "res://addons/mine/mine.gdextension\n"


def test_a_project_whose_extension_is_missing_is_not_given_to_the_engine(tmp_path: Path) -> None:
    extensions = tmp_path / ".godot" / "extension_list.cfg"
    extensions.parent.mkdir()
    extensions.write_text(
        "res://addons/there.gdextension\nres://addons/absent.gdextension\n", "utf-8"
    )
    (tmp_path / "addons").mkdir()
    (tmp_path / "addons" / "there.gdextension").touch()
    started = tmp_path / "started"
    script = f"open({str(started)!r}, 'w')"
    engine = Engine(Path(sys.executable), "4.6", "for a test", args=("-c", script))
    with pytest.raises(Failure, match=r"absent\.gdextension is not there yet: .*run\.py"):
        import_project(engine, tmp_path)
    assert not started.exists()
    (tmp_path / "addons" / "absent.gdextension").touch()
    import_project(engine, tmp_path)
    assert started.exists()
