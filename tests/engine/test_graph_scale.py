"""Positions in graphs do not depend on the scale of the editor, nor on its theme."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from npc_video.templates import template_text

from tests.harness import editor
from tools.screen import screen

SETTINGS = """[gd_resource type="EditorSettings" format=3]

[resource]
interface/editor/display_scale = {scale}
interface/editor/appearance/display_scale = {scale}
interface/theme/color_preset = "{preset}"
"""
NORMAL, DOUBLE = 2, 6  # in the editor's list of scales
VISIT = """
@tool
extends "res://addons/probe/graph_hands.gd"

func visit() -> void:
	var scale := EditorInterface.get_editor_scale()
	EditorInterface.set_main_screen_editor("Script")
	await open_graph(load("res://guard.npcgraph.json"))
	seen.scale = scale
	seen.offsets = elements().map(
		func(each: GraphNode) -> Array: return [each.position_offset.x, each.position_offset.y].map(
			func(place: float) -> float: return snappedf(place / scale, 0.01)
		)
	)
	seen.title = elements()[0].get_titlebar_hbox().size.y / scale
	# The rest of the title may be covered: the canvas is small at this scale.
	var from: Vector2 = elements()[0].get_global_transform() * (Vector2(24, 14) * scale)
	await drag(from, from + Vector2(26, 35) * scale)
	seen.moved = graph.json
	await undo()
	seen.undone = graph.json
	RenderingServer.force_draw()
	var picture := get_tree().root.get_texture().get_image()
	var places := canvas.get_global_rect()
	seen.back = picture.get_pixelv(Vector2i(places.position + Vector2(12, places.size.y - 40))).v
	picture.save_png("res://editor.png")
"""


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, Any]]:
    return [
        _visit(tmp_path_factory.mktemp("editor"), NORMAL, "Light"),
        _visit(tmp_path_factory.mktemp("editor"), DOUBLE, "Default"),
    ]


def _visit(folder: Path, scale: int, preset: str) -> Mapping[str, Any]:
    files = {"guard.npcgraph.json": template_text("guard")}
    project = editor.make_project(folder / "project", VISIT, files)
    editor.import_assets(project)
    settings = folder / "config" / "godot" / "editor_settings-4.6.tres"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS.format(scale=scale, preset=preset), "utf-8")
    with screen() as env:
        if env is None:
            pytest.skip("there is no screen here, and no Xvfb")
        visit = editor.visit(project, {**env, "XDG_CONFIG_HOME": str(folder / "config")})
    assert visit.run.ok, visit.run.faults
    return visit.seen


def test_nodes_are_as_far_apart_at_every_scale(visits: list[Mapping[str, Any]]) -> None:
    one, two = visits
    assert (one["scale"], two["scale"]) == (1.0, 2.0)
    assert one["offsets"] == two["offsets"]
    assert two["title"] == pytest.approx(one["title"], rel=0.1)


def test_a_move_is_written_without_the_scale(visits: list[Mapping[str, Any]]) -> None:
    one, two = visits
    before = json.loads(template_text("guard"))["responseGraph"]["nodes"][0]["position"]
    after = [json.loads(seen["moved"])["responseGraph"]["nodes"][0]["position"] for seen in visits]
    assert after[0] == after[1]
    assert after[0] == {"x": before["x"] + 20, "y": before["y"] + 20}
    assert one["undone"] == two["undone"] == template_text("guard")


def test_the_canvas_is_as_light_as_the_theme(visits: list[Mapping[str, Any]]) -> None:
    light, dark = visits
    assert light["back"] > 0.7
    assert dark["back"] < 0.3
