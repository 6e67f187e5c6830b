"""The playtest in a window: everything can be reached without a mouse, and no text is cut off."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from npc_video.shipping import addon
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, import_project, run_project

from tools.engine import find
from tools.paths import ADDON, DEMO
from tools.screen import screen

LAYOUTS = ("lying", "upright")
LANGUAGES = ("en", "de")
SCENES = ("Ember", "What happens", "Market", "Screen")
ADDRESSES = ("NPC_VIDEO_HTTP", "NPC_VIDEO_COMFYUI", "NPC_VIDEO_FARM")
LOOK = Path(__file__).with_name("look.gd")
TOUCH = Path(__file__).with_name("touch_stage.gd")


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The engine, with which the demo can be played."""
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    addon.link(DEMO, ADDON)
    import_project(engine, DEMO)
    return engine


def told(run: EngineRun, mark: str) -> Mapping[str, Any]:
    line = next((line for line in run.log.splitlines() if line.startswith(mark)), None)
    assert line is not None, run.log
    return json.loads(line.removeprefix(mark))


@pytest.fixture(scope="module")
def run(engine: Engine) -> EngineRun:
    with screen() as env:
        if env is None:
            pytest.skip("there is no screen here, and no Xvfb")
        with pytest.MonkeyPatch.context() as patch:
            for name in ADDRESSES:
                patch.delenv(name, raising=False)
            return run_project(engine, DEMO, "-s", str(LOOK), seconds=120.0, env=env)


@pytest.fixture(scope="module")
def seen(run: EngineRun) -> Mapping[str, Any]:
    return told(run, "@seen ")


def test_it_ends_without_faults(run: EngineRun) -> None:
    assert run.ok, run.faults


def test_its_scripts_compile_without_a_warning(engine: Engine) -> None:
    # Such warnings are for debuggers only.
    debugged = run_project(engine, DEMO, "--headless", "--debug", "--quit-after", "2", seconds=60.0)
    assert debugged.ok, debugged.faults
    assert "GDScript::reload" not in debugged.log, debugged.log


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", SCENES)
def test_everything_is_reached_and_nothing_is_cut(
    seen: Mapping[str, Any], layout: str, language: str, scene: str
) -> None:
    found = seen[f"{layout} {language} {scene}"]
    assert found["missed"] == []
    assert found["cut"] == []
    assert found["outside"] == []
    # Upright windows may scroll, and controls that get the focus come into view.
    assert layout == "upright" or not found["scrolls"]


def test_why_generators_cannot_be_chosen_is_read(seen: Mapping[str, Any]) -> None:
    names = ", ".join(ADDRESSES)
    assert {"No address in", names} <= set(seen["lying en Ember"]["texts"])
    assert {"Keine Adresse in", names} <= set(seen["upright de Ember"]["texts"])


def test_the_languages_are_those_that_are_chosen(seen: Mapping[str, Any]) -> None:
    assert {"Pressure", "Feather"} <= set(seen["lying en Market"]["texts"])
    assert {"Druck", "Feder"} <= set(seen["lying de Market"]["texts"])


def test_each_part_of_the_screen_in_the_world_can_be_touched(engine: Engine) -> None:
    run = run_project(engine, DEMO, "--headless", "-s", str(TOUCH), seconds=120.0)
    assert run.ok, run.faults
    touched = told(run, "@touched ")
    assert touched["zones"] == ["horns", "forehead", "nose", "cheek", "belly"]
    assert touched["beside"] == []
    assert touched["reactions"] > 0
