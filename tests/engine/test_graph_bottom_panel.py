"""The graph editor where the editor has no docks that plugins can add, as in Godot 4.5.

The engine here may be newer. Then a module of the project hides its docks from the plugin, and the
bottom panel of that engine stands in for the older one.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from npc_video.templates import template_text

from tests.harness import editor

OLDER = """
from npc_video_player.editor.graph import place


class WithoutDocks:
    def class_exists(self, name):
        return name != "EditorDock"


place.ClassDB = WithoutDocks()
"""
VISIT = """
@tool
extends "res://addons/probe/hands.gd"

func visit() -> void:
	var graphs: Control = get_tree().root.find_child("NpcGraph", true, false)
	seen.before = graphs.is_visible_in_tree()
	seen.layout_key = str(graphs.get_parent().get("layout_key"))
	var graph: NpcResponseGraph = load("res://guard.npcgraph.json")
	EditorInterface.edit_resource(graph)
	await until(func() -> bool: return graphs.is_visible_in_tree(), "the graph editor")
	await frames(5)
	seen.nodes = graphs.find_children("*", "GraphNode", true, false).size()
	EditorInterface.edit_resource(GradientTexture1D.new())
	await frames(5)
	EditorInterface.edit_resource(graph)
	await until(func() -> bool: return graphs.is_visible_in_tree(), "the graph editor again")
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    settings = '[pythonscript]\nmodules=["older"]\n'
    project = editor.make_project(
        tmp_path_factory.mktemp("project"),
        VISIT,
        {"older.py": OLDER, "guard.npcgraph.json": template_text("guard")},
    )
    with (project / "project.godot").open("a", encoding="utf-8") as file:
        file.write(settings)
    editor.import_assets(project)
    visit = editor.visit(project)
    assert visit.run.ok, visit.run.faults
    return visit.seen


def test_it_is_a_tab_of_the_bottom_panel(seen: Mapping[str, Any]) -> None:
    assert seen["layout_key"] != "npc_graph"  # a newer engine puts tabs into docks of its own
    assert seen["before"] is False


def test_a_graph_that_is_opened_brings_it_to_the_front(seen: Mapping[str, Any]) -> None:
    assert seen["nodes"] > 0
