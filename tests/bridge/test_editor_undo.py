"""Python functions as steps of the editor's undo history, by way of a plugin in Python."""

from typing import Any

from npc_video.shipping.godot import EngineRun

STEPS = """
import json
import weakref
from godot import EditorInterface, EditorPlugin, Node2D, UndoRedo, exposed

SCENE = "res://scene.tscn"


class Seen:
    def __init__(self):
        self.steps = []

    def note(self, *step):
        self.steps.append(step)


@exposed
class StepsPlugin(EditorPlugin):
    def _enter_tree(self):
        self.set_process(True)
        self._opened = False

    def _process(self, delta):
        if EditorInterface.get_resource_filesystem().is_scanning():
            return
        root = EditorInterface.get_edited_scene_root()
        if root is None:
            if not self._opened:
                EditorInterface.open_scene_from_path(SCENE)
            self._opened = True
            return
        self.set_process(False)
        try:
            print("@found " + json.dumps(self._found(root)))
        finally:
            self.get_tree().quit(0)

    def _found(self, root):
        actions = EditorInterface.get_editor_undo_redo()
        of_scene = actions.get_history_undo_redo(actions.get_object_history_id(root))
        of_all = actions.get_history_undo_redo(0)
        found, seen = {}, Seen()
        kept = weakref.ref(seen)

        actions.create_action("In the scene", UndoRedo.MERGE_DISABLE, root)
        actions.add_do_method(seen.note, "do", 1)
        actions.add_undo_method(seen.note, "undo", 2)
        actions.commit_action()
        found["scene"] = of_scene.get_current_action_name()
        of_scene.undo()
        of_scene.redo()
        found["steps"] = seen.steps.copy()

        actions.create_action("For all")
        actions.add_do_method(seen.note, "all")
        actions.add_undo_method(seen.note, "none")
        actions.commit_action()
        found["all"] = of_all.get_current_action_name()

        actions.create_action("After a property")
        actions.add_do_property(root, "rotation", 2.0)
        actions.add_undo_property(root, "rotation", 0.0)
        actions.add_do_method(seen.note, "turned")
        actions.add_undo_method(seen.note, "turned back")
        actions.commit_action()
        found["after property"] = [of_scene.get_current_action_name(), root.rotation]
        of_scene.undo()
        found["turned"] = seen.steps[-2:]

        actions.create_action("As ever", UndoRedo.MERGE_DISABLE, root)
        actions.add_do_method(root, "set_rotation", 1.0)
        actions.add_undo_method(root, "set_rotation", 0.0)
        actions.commit_action()
        found["rotation"] = root.rotation
        of_scene.undo()
        found["undone"] = root.rotation

        def fail():
            raise ValueError("planted in a step of the editor")

        actions.create_action("Failing", UndoRedo.MERGE_DISABLE, root)
        actions.add_do_method(fail)
        actions.add_undo_method(seen.note, "after it")
        actions.commit_action()
        of_scene.undo()
        found["after"] = seen.steps[-1]

        del seen
        found["kept"] = kept() is not None
        actions.clear_history()
        found["gone"] = kept() is None
        for log in EditorInterface.get_base_control().find_children("*", "EditorLog", True, False):
            for label in log.find_children("*", "RichTextLabel", True, False):
                found["output"] = label.get_parsed_text()
        return found
"""
FILES = {
    "steps.py": STEPS,
    "scene.tscn": '[gd_scene format=3]\n[node name="Root" type="Node2D"]\n',
    "project.godot": 'config_version=5\n[pythonscript]\nmodules=["steps"]\n',
}
PLANTED = "ValueError: planted in a step of the editor"


def test_steps_are_done_undone_and_done_again(found: dict[str, Any]) -> None:
    assert found["steps"] == [["do", 1], ["undo", 2], ["do", 1]]


def test_an_action_is_in_the_history_of_its_context(found: dict[str, Any]) -> None:
    assert found["scene"] == "In the scene"
    assert found["all"] == "For all"


def test_an_action_is_in_the_history_of_its_first_step(found: dict[str, Any]) -> None:
    assert found["after property"] == ["After a property", 2.0]
    assert found["turned"] == [["turned"], ["turned back"]]


def test_an_object_and_the_name_of_its_method_are_a_step_as_before(found: dict[str, Any]) -> None:
    assert (found["rotation"], found["undone"]) == (1.0, 0.0)


def test_functions_go_with_their_history(found: dict[str, Any]) -> None:
    assert found["kept"] is True
    assert found["gone"] is True


def test_only_the_exception_of_a_step_is_logged(edited: EngineRun, found: dict[str, Any]) -> None:
    errors = [line for line in edited.log.splitlines() if "ERROR:" in line and "@" not in line]
    assert [PLANTED in line for line in errors] == [True], edited.log
    assert found["output"].count("ERROR:") == 1
    assert found["after"] == ["after it"]
    assert edited.exit_code == 0
