"""The editor tells that imported Python files have changed, each once."""

from pathlib import Path

import pytest
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import run_project

from tests.harness.projects import make_project

LAMPS = """
from godot import Node, exposed
import shades

@exposed
class Lamp(Node):
    pass
"""
PROBE = """
@tool
extends EditorPlugin

func _enter_tree() -> void:
	_run.call_deferred()

func _run() -> void:
	var system := EditorInterface.get_resource_filesystem()
	while system.is_scanning():
		await get_tree().process_frame
	await _look()
	print("@unchanged")
	_change("res://unused.py")
	await _look()
	print("@unused")
	_change("res://lamps.py")
	await _look()
	await _look()
	print("@lamps")
	_change("res://lamps.py")
	_change("res://shades.py")
	get_tree().root.propagate_notification(NOTIFICATION_APPLICATION_FOCUS_IN)
	await _scanned()
	print("@shades")
	get_tree().quit(0)

func _change(path: String) -> void:
	var file := FileAccess.open(path, FileAccess.READ_WRITE)
	file.seek_end()
	file.store_string("\n# changed\n")
	file.close()

func _look() -> void:
	EditorInterface.get_resource_filesystem().scan()
	await _scanned()

func _scanned() -> void:
	await get_tree().process_frame
	while EditorInterface.get_resource_filesystem().is_scanning():
		await get_tree().process_frame
	await get_tree().process_frame
	await get_tree().process_frame
"""
FILES = {
    "lamps.py": LAMPS,
    "shades.py": "",
    "unused.py": "",
    "project.godot": (
        'config_version=5\n[pythonscript]\nmodules=["lamps"]\n[editor_plugins]\n'
        'enabled=PackedStringArray("res://addons/probe/plugin.cfg")\n'
    ),
    "addons/probe/plugin.cfg": (
        '[plugin]\nname="Probe"\ndescription=""\nauthor=""\nversion="1"\nscript="plugin.gd"\n'
    ),
    "addons/probe/plugin.gd": PROBE,
}


@pytest.fixture(scope="module")
def told(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The sentences up to each mark of the script, by mark."""
    project: Path = make_project(tmp_path_factory.mktemp("project"), FILES)
    run_project(engine, project, "--headless", "--import", seconds=120.0)
    run = run_project(engine, project, "--headless", "--editor", seconds=120.0)
    assert run.exit_code == 0, run.log
    found: dict[str, list[str]] = {}
    sentences: list[str] = []
    for line in run.log.splitlines():
        if line.startswith("@"):
            found[line] = sentences
            sentences = []
        elif "changed: restart" in line:
            sentences.append(line.partition("WARNING: ")[2])
    return found


def test_nothing_is_told_of_files_that_stay_or_were_not_imported(
    told: dict[str, list[str]],
) -> None:
    assert told["@unchanged"] == []
    assert told["@unused"] == []


def test_a_changed_file_is_told_once(told: dict[str, list[str]]) -> None:
    assert told["@lamps"] == [
        "lamps.py has changed: restart the editor (Project > Reload Current Project) to use it."
    ]


def test_the_editor_looks_when_its_window_gets_the_focus(told: dict[str, list[str]]) -> None:
    assert told["@shades"] == [
        "shades.py has changed: restart the editor (Project > Reload Current Project) to use it."
    ]
